"""A server whose rows change between any two pages, read through the real pager."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from hypothesis import strategies as st

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.listing import Listing
from capgo_tui.api.models import Device
from capgo_tui.api.paging import Pager
from capgo_tui.workspace.collection import Collection
from tests.support.clock import NOON

if TYPE_CHECKING:
    from capgo_tui.api.paging import Position

SMALL_PAGE = 4
"""Rows of a page; tests set the pager's own page size to the same."""
IDS = 24

Change: TypeAlias = "tuple[str, int, int]"
"""What happens to which row, and where it then stands among the others."""
CHANGES: st.SearchStrategy[list[Change]] = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "move", "rename", "write", "write"]),
        st.integers(0, IDS - 1),
        st.integers(0, 9),
    ),
    max_size=5,
)


@dataclass
class Restless:
    """The rows, in order of rank and id; what happens during the next requests is planned."""

    style: str
    """``cursor``, ``pages`` or ``overlapping``."""
    ranks: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    """How often each row changed: what it is called, and how a test tells old from new."""
    changes_by_request: list[list[Change]] = field(default_factory=list)
    failing: list[bool] = field(default_factory=list)
    stopping: list[bool] = field(default_factory=list)
    requests: int = 0
    removed_key: str = ""
    """What was deleted last."""

    def __post_init__(self) -> None:
        self.collection: Collection[Device] = Collection(
            "devices",
            walk=lambda: Pager(self.fetch),
            row_key=lambda device: device.wire_id,
            read_one=self.read_one,
            now=lambda: NOON,
        )

    def in_order(self) -> list[str]:
        return sorted(self.ranks, key=lambda key: (self.ranks[key], key))

    def row(self, key: str) -> Device:
        return Device(device_id=key, custom_id=str(self.versions[key]))

    def change(self, changes: list[Change]) -> None:
        for what, number, rank in changes:
            key = f"d-{number:02}"
            if what != "insert":
                if not self.ranks:
                    continue
                key = self.in_order()[number % len(self.ranks)]
            if what in ("delete", "remove"):
                del self.ranks[key]
                self.removed_key = key
                continue
            if what in ("insert", "move"):
                self.ranks[key] = rank
            self.versions[key] = self.versions.get(key, 0) + 1
            if what == "write":
                self.collection.put(self.row(key))  # read back after a write of ours

    async def fetch(self, position: Position, /) -> Listing[Device]:
        """Answer with the rows as they are now; then things happen before it arrives."""
        self.requests += 1
        keys = self.in_order()
        if position.cursor is not None:
            rank, _, last = position.cursor.partition("|")
            keys = [key for key in keys if (self.ranks[key], key) > (int(rank), last)]
        first = (position.page or 0) * SMALL_PAGE
        longer = SMALL_PAGE * (2 * (position.page or 0)) if self.style == "overlapping" else 0
        page_keys = keys[first : first + SMALL_PAGE + longer]
        rows = [self.row(key) for key in page_keys]
        cursor = None
        if self.style == "cursor" and len(keys) > len(page_keys):
            cursor = f"{self.ranks[page_keys[-1]]}|{page_keys[-1]}"
        await self._happen()
        if self.style == "cursor":
            return Listing(rows, by_cursor=True, cursor=cursor, has_more=cursor is not None)
        return Listing(rows)

    async def read_one(self, key: str) -> Device:
        self.requests += 1
        if key not in self.ranks:
            raise CapgoError("no such device", kind=ErrorKind.NOT_FOUND)
        row = self.row(key)
        await self._happen()
        return row

    async def _happen(self) -> None:
        if self.changes_by_request:
            self.change(self.changes_by_request.pop())
        if self.stopping and self.stopping.pop():
            self.collection.stop()
        if self.failing and self.failing.pop():
            raise CapgoError("out to lunch", kind=ErrorKind.SERVER_FAULT)

    def calm(self) -> None:
        """Let nothing happen any more."""
        self.changes_by_request.clear()
        self.failing.clear()
        self.stopping.clear()
