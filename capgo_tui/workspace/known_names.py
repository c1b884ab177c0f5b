"""The names of channels and bundles that were last read, kept for the completion of a shell.

The file holds names only: no record, no device, and never the API key.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.plain_files import make_private_folder, read_plain

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from capgo_tui.workspace.target import Target

KINDS: Final = ("channels", "bundles")
"""The lists whose names are kept."""
NAMES_FILE: Final = "names.json"
"""The name of the file, beside the journal."""
MOST_NAMES: Final = 500
"""Most names of one list."""
MOST_APPS: Final = 20
LONGEST: Final = 100
"""Most characters of a name: a longer one is not kept."""

_App: TypeAlias = "dict[str, list[str]]"


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The file of the names, by server and app."""

    file: Path

    def find(self, server: str, app_id: str, kind: str) -> Sequence[str]:
        """Return the names of a list as it was last read; none when the file cannot be read."""
        return self._read().get(_place(server, app_id), {}).get(kind, [])

    def list_apps(self, server: str) -> Sequence[str]:
        """Return the ids of the apps of a server whose lists were read."""
        places = (place.rpartition(" ") for place in self._read())
        return [app_id for other, _, app_id in places if other == server]

    def note(
        self,
        server: str,
        app_id: str,
        names: Mapping[str, Iterable[str]],
        whole: Container[str] = KINDS,
    ) -> None:
        """Keep the names of lists, in place of the earlier ones where a list was read whole.

        Raises:
            OSError: when the file cannot be written.

        """
        import tempfile  # noqa: PLC0415 - only after a list was read

        make_private_folder(self.file.parent)
        apps, place = self._read(), _place(server, app_id)
        own = apps.pop(place, {})
        for kind, each in names.items():
            earlier = () if kind in whole else own.get(kind, ())
            own[kind] = _select_names([*dict.fromkeys([*each, *earlier])])[:MOST_NAMES]
        apps[place] = own
        latest = dict([*apps.items()][-MOST_APPS:])
        descriptor, path = tempfile.mkstemp(prefix=".names-", dir=self.file.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(latest))
            Path(path).replace(self.file)
        except OSError:
            Path(path).unlink(missing_ok=True)
            raise

    def _read(self) -> dict[str, _App]:
        document: object = None
        with suppress(OSError, ValueError, RecursionError):
            document = json.loads(read_plain(self.file))
        if not isinstance(document, dict):
            return {}
        return {
            place: {kind: _select_names(lists.get(kind)) for kind in KINDS}
            for place, lists in document.items()
            if isinstance(lists, dict)
        }


def keep_names(
    target: Target, names: Mapping[str, Iterable[str]], whole: Container[str] = KINDS
) -> None:
    """Keep the names of some lists; where they cannot be kept, nothing happens.

    They are in a file beside the journal. One that has the API key in it is not kept.
    """
    if target.journal is None:
        return
    lists = {
        kind: [name for name in each if target.api_key.hide_in(name) == name]
        for kind, each in names.items()
    }
    if any(lists.values()):
        with suppress(OSError):
            file = KnownNames(target.journal.with_name(NAMES_FILE))
            file.note(target.server, target.app_id, lists, whole)


def _place(server: str, app_id: str) -> str:
    return f"{server} {app_id}"


def _select_names(value: object) -> list[str]:
    texts = value if isinstance(value, list) else []
    return [text for text in texts if isinstance(text, str) and _is_plain(text)]


def _is_plain(name: str) -> bool:
    """Return whether a shell can show and take a name as it is."""
    return 0 < len(name) <= LONGEST and name.isprintable()
