"""Load the certificates that servers and proxies are checked against."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from capgo_tui.api.errors import InvalidEnvironment
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_VARIABLE = "SSL_CERT_FILE"
FOLDER_VARIABLE = "SSL_CERT_DIR"


def make_ssl_context(environ: Mapping[str, str] | None = None) -> ssl.SSLContext:
    """Return a context with the certificates of the environment, else of the system and certifi.

    Raises:
        InvalidEnvironment: when SSL_CERT_FILE or SSL_CERT_DIR cannot be used.

    """
    variables = os.environ if environ is None else environ
    file, folders = variables.get(FILE_VARIABLE), variables.get(FOLDER_VARIABLE)
    if not file and not folders:
        return _make_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if file:
        _load_file(context, file)
    if folders:
        for folder in _list_usable_folders(folders):
            context.load_verify_locations(capath=folder)
    return context


def check_variables() -> None:
    """Check that the files of the environment can be opened, in less time than loading them.

    Raises:
        InvalidEnvironment: when one cannot.

    """
    if file := os.environ.get(FILE_VARIABLE):
        try:
            Path(file).open("rb").close()
        except OSError as error:
            raise _make_unusable_file(file, error) from None
    if folders := os.environ.get(FOLDER_VARIABLE):
        _list_usable_folders(folders)


def _load_file(context: ssl.SSLContext, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise InvalidEnvironment(
            f"{FILE_VARIABLE}: {clean(file, 200)}: no certificate in it"
        ) from None
    except OSError as error:
        raise _make_unusable_file(file, error) from None


def _make_unusable_file(file: str, error: OSError) -> InvalidEnvironment:
    why = os.strerror(error.errno) if error.errno else "it cannot be read"
    return InvalidEnvironment(f"{FILE_VARIABLE}: {clean(file, 200)}: {why}")


def _list_usable_folders(folders: str) -> list[str]:
    """Return the readable ones of a list of folders, of which one has to be there."""
    usable: list[str] = []
    why = "no folder"
    for folder in filter(None, folders.split(os.pathsep)):
        try:
            os.scandir(folder).close()
        except OSError as error:
            why = error.strerror or why
        else:
            usable.append(folder)
    if not usable:
        raise InvalidEnvironment(f"{FOLDER_VARIABLE}: {clean(folders, 200)}: {why}")
    return usable


def _make_default_context() -> ssl.SSLContext:
    import certifi  # noqa: PLC0415 - only without a variable

    paths = ssl.get_default_verify_paths()
    context = ssl.create_default_context()
    folder = paths.capath
    if not context.cert_store_stats()["x509_ca"] and not (folder and _has_files(folder)):
        import truststore  # noqa: PLC0415 - only where Python has no certificates of its own

        # macOS keeps them in its keychain, some Linux systems where OpenSSL does not look.
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=certifi.where())
    return context


def _has_files(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
