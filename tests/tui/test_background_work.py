"""Work in the background of a screen that ends before it begins."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from tests.tui.driving import open_app

if TYPE_CHECKING:
    from tests.support.server import Server


async def test_work_that_never_begins_is_closed(server: Server) -> None:
    begun = []

    async def work(name: str) -> None:
        begun.append(name)

    async with open_app(server) as driver:
        reading, writing = work("read"), work("write")
        driver.main.background.read(reading, "read something")
        driver.main.background.run(writing, "write something")
        driver.app.workers.cancel_all()  # as Textual does when the app ends
        driver.app.exit()
        await driver.wait_until_closed()
    for each in (reading, writing):
        assert inspect.getcoroutinestate(each) == inspect.CORO_CLOSED
    assert begun == []
