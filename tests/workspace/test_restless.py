"""Whatever changes between pages and refreshes: in the end there is what the server last sent."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.api.errors import CapgoError
from capgo_tui.tui.widgets.record_table import RecordTable, Row, TableState
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.collection import Addition, Update
from capgo_tui.workspace.marks import Marks
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS
from capgo_tui.workspace.view import View
from tests.support.clock import NOON
from tests.workspace.restless import CHANGES, SMALL_PAGE, Restless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from capgo_tui.api.models import Device
    from capgo_tui.tui.widgets.record_table import Column
    from capgo_tui.workspace.collection import Event
    from capgo_tui.workspace.view import ViewChange
    from tests.workspace.restless import Change

DURING = st.tuples(
    st.lists(CHANGES, max_size=4),
    st.lists(st.booleans(), max_size=2),
    st.lists(st.booleans(), max_size=2),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["more", "all", "refresh", "refresh", "mark", "range", "cursor", "page", "remove"]
        ),
        st.integers(0, 30),
        CHANGES,
        DURING,
    ),
    max_size=8,
)


@pytest.fixture(scope="module", autouse=True)
def small_pages() -> Iterator[None]:
    """Make the pager think that the server's pages are as small as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("capgo_tui.api.paging.PAGE_SIZE", SMALL_PAGE)
        yield


@dataclass
class WatchedList:
    """A list with all that hangs on it, as the screen has it, but without a screen."""

    server: Restless
    view: View[Device] = field(init=False)
    marks: Marks[Device] = field(init=False)
    table: RecordTable = field(init=False)
    newest: dict[str, int] = field(default_factory=dict)
    """The newest version of each record that was ever shown."""

    def __post_init__(self) -> None:
        self.view = View(self.server.collection, DEVICE_COLUMNS, lambda: CellContext(NOON))
        self.marks = Marks(self.view)
        self.table = RecordTable()
        self.table.attach(self, (), TableState())
        self.view.listen(self._follow)

    def _follow(self, event: Event | ViewChange) -> None:
        match event:
            case Addition():
                self.table.rows_appended()
            case Update(keys):
                self.table.rows_updated(keys)
            case _:
                self.table.rows_replaced()
        for key, record in self.view.collection.records.items():
            version = int(record.custom_id or 0)
            assert version >= self.newest.get(key, 0), f"{key} fell back to an older page"
            self.newest[key] = version

    def __len__(self) -> int:
        return len(self.view)

    def get_key_at(self, index: int) -> str:
        return self.view.get_key_at(index)

    def index_of(self, key: str) -> int | None:
        return self.view.index_of(key)

    def make_row(self, index: int, columns: Sequence[Column]) -> Row:
        return Row("", "plain", ["" for _ in columns], ["plain" for _ in columns])

    async def step(self, kind: str, number: int) -> None:
        collection = self.server.collection
        match kind:
            case "more":
                await collection.load_more()
            case "all":
                await collection.load_all()
            case "refresh":
                keys = list(self.view.iterate_keys())
                await collection.refresh(keys[number : number + 6])
            case "mark" if number < len(self.view):
                self.marks.toggle(self.view.get_key_at(number))
            case "range" if number < len(self.view):
                self.marks.mark_to(self.view.get_key_at(number))
            case "page" if (page := collection.find_page(self._nth(number))) is not None:
                with suppress(CapgoError):
                    await collection.reread_page(page)
            case "remove":
                self.server.change([("remove", number, 0)])
                await collection.remove(self.server.removed_key)
            case "cursor":
                self.table.action_move_to(number)
            case _:
                pass

    def _nth(self, number: int) -> str:
        keys = list(self.view.iterate_keys())
        return keys[number % len(keys)] if keys else ""

    def assert_sound(self) -> None:
        collection = self.server.collection
        assert not self.view.busy
        assert list(self.view.iterate_keys()) == list(collection.records)
        assert all(key == record.device_id for key, record in collection.records.items())
        assert set(self.marks) <= collection.records.keys()
        key = self.table.cursor_key
        assert (key is None) == (not len(self.view))
        assert key is None or self.view.index_of(key) == self.table.state.index
        assert collection.read_again == 0


@given(
    st.sampled_from(["cursor", "pages", "overlapping"]),
    CHANGES,
    st.integers(0, 20),
    STEPS,
)
@hypothesis_settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
async def test_in_the_end_there_is_what_the_server_last_sent_each_once(
    style: str,
    before: list[Change],
    rows: int,
    steps: list[tuple[str, int, list[Change], Any]],
) -> None:
    server = Restless(style)
    server.change([("insert", number, number % 7) for number in range(rows)])
    server.change(before)
    watched_list = WatchedList(server)
    for kind, number, changes, (changes_by_request, failing, stopping) in steps:
        server.change(changes)
        server.changes_by_request, server.failing, server.stopping = (
            changes_by_request,
            failing,
            stopping,
        )
        cursor = watched_list.table.cursor_key
        await watched_list.step(kind, number)
        watched_list.assert_sound()
        if kind != "cursor" and cursor in server.collection.records:
            assert watched_list.table.cursor_key == cursor
    server.calm()
    await server.collection.load_all()
    marked_keys, cursor = set(watched_list.marks), watched_list.table.cursor_key
    await server.collection.refresh()
    watched_list.assert_sound()
    assert server.collection.error is None
    assert server.collection.at_end
    assert {k: r.custom_id for k, r in server.collection.records.items()} == {
        key: str(server.versions[key]) for key in server.ranks
    }
    assert list(server.collection.records) == server.in_order()
    assert set(watched_list.marks) == marked_keys & server.ranks.keys()
    assert list(watched_list.marks) == [key for key in server.in_order() if key in marked_keys]
    if cursor in server.ranks:
        assert watched_list.table.cursor_key == cursor
