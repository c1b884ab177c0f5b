"""Reporting the failures of workers in the status line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, Refusal
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.words import explain, step_label
from capgo_tui.workspace.next_step import OtherWay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from capgo_tui.tui.host import Host


async def report_failures(host: Host, work: Callable[[], Awaitable[object]], doing: str) -> None:
    """Do some work and report a failure in the status line.

    Args:
        host: the screen that shows the failure.
        work: begins the work, which does not exist before: this may be cancelled until then.
        doing: completes «failed to …», such as «load the devices».

    """
    try:
        await work()
    except CapgoError as error:
        failed_at = None if host.workspace is None else host.workspace.now()
        notice = explain(error, doing, host.target, failed_at=failed_at)
        host.say(f"✗ {notice.headline} {notice.advice}".rstrip())
    except Refusal as error:
        step = error.next_step if isinstance(error, OtherWay) else None
        host.say(f"✗ Nothing was sent: {error}{step_label(step)}.")
    except Exception as error:  # noqa: BLE001 - a bug in a worker must not end the program
        host.say(
            f"✗ Failed to {doing}: {type(error).__name__}, a bug in capgo-tui."
            f" {name_key('list.refresh')} reads again."
        )
        host.app.report_bug(error)
