"""Load the certificates that servers and proxies are checked against."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

from capgo_tui.api.errors import InvalidEnvironment

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
        _load_folders(context, folders)
    return context


def _load_file(context: ssl.SSLContext, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise InvalidEnvironment(f"{FILE_VARIABLE}: {file}: no certificate in it") from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else "cannot be read"
        raise InvalidEnvironment(f"{FILE_VARIABLE}: {file}: {why}") from None


def _load_folders(context: ssl.SSLContext, folders: str) -> None:
    """Load certificates from a list of folders, of which one has to be there."""
    problem: OSError | None = None
    is_usable = False
    for folder in filter(None, folders.split(os.pathsep)):
        try:
            with os.scandir(folder):
                context.load_verify_locations(capath=folder)
        except OSError as error:
            problem = problem or error
        else:
            is_usable = True
    if not is_usable:
        why = problem.strerror if problem is not None else "no folder"
        raise InvalidEnvironment(f"{FOLDER_VARIABLE}: {folders}: {why}")


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
