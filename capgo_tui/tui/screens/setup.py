"""The setup screen: asks for a missing API key or app id."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input

from capgo_tui.api.errors import CapgoError
from capgo_tui.api.key import ApiKey
from capgo_tui.plain_files import create_private
from capgo_tui.text import clean
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.key_line import KeyLine
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.page_title import PageTitle
from capgo_tui.tui.widgets.text_line import TextBlock, TextLine
from capgo_tui.tui.words import explain
from capgo_tui.tui.workers import start_worker
from capgo_tui.workspace.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.launch import Launch

PERMANENT = (
    Line("", "To be asked only once", "heading"),
    Line("key", "alone in ~/.capgo (chmod 600), or export CAPGO_TOKEN=…"),
    Line("app", "start beside capacitor.config.json, or export CAPGO_APP_ID=…"),
    Line("a look first", "capgo-tui --demo needs neither"),
)


class SetupScreen(Screen[Target | None]):
    """Asks for the API key and the app id; dismissed with the target."""

    CSS_PATH = "setup.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "quit", show=False, id="setup.leave"),
        Binding("up", "choose(-1)", "app before", show=False, id="setup.up"),
        Binding("down", "choose(1)", "next app", show=False, id="setup.down"),
        Binding("ctrl+s", "save_key", "save the key", show=False, id="setup.save"),
    ]

    def __init__(
        self, launch: Launch, problem: str = "", now: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__()
        self._now = now or (lambda: datetime.now(UTC))
        self._launch = launch
        self._problem = problem
        self._api_key = None if problem else launch.api_key
        self._apps: Sequence[str] = ()
        """The apps of the key; empty until they are listed, and where they cannot be."""
        self._doubted = ""
        """The app id that is none of them, and was said to be none."""
        self._has_consent = launch.server_named_by is None
        """Whether the operator agreed to send the API key to the server."""

    def compose(self) -> ComposeResult:
        """Make the questions."""
        profile = self._launch.profile
        badge = f" · {profile.badge}" if profile else ""
        yield PageTitle(f" Capgo  {self._launch.server}{badge}")
        with Vertical(id="questions"):
            yield TextLine("API key", "muted", id="key-label")
            yield LineInput(
                password=True,
                select_on_focus=True,
                id="key",
                placeholder="from console.capgo.app › API keys",
            )
            yield TextLine("App id", "muted", id="app-label")
            yield LineInput(
                self._launch.app_id or "",
                select_on_focus=True,
                id="app",
                placeholder="com.example.app",
            )
            yield TextBlock("", "warn", id="problem")
        yield Detail()
        yield KeyLine(*self._list_hints())

    def on_mount(self) -> None:
        """Focus the first missing setting."""
        self._say(self._problem or ("" if self._has_consent else "⏎ sends the key to this server:"))
        self._tell([])
        self.query_one(Detail).can_focus = False
        key = self.query_one("#key", Input)
        if self._api_key is None:
            key.focus()
        else:
            key.placeholder = "given already; type to use another"
            self.query_one("#app", Input).focus()
            if self._has_consent:
                self._list_apps()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the API key or the app id, and go on with what is still missing."""
        event.stop()
        box = self.query_one("#key", Input)
        if box.value or self._api_key is None:
            try:
                self._api_key = ApiKey(box.value)
            except ValueError as error:
                self._say(str(error))
                box.focus()
                return
        self._agree()
        app_id = self.query_one("#app", Input).value.strip()
        if not app_id:
            self._say("")
            self.query_one("#app", Input).focus()
            self._list_apps()
            return
        if self._apps and app_id not in self._apps and app_id != self._doubted:
            self._doubted = app_id
            near = get_close_matches(app_id, self._apps, 1, 0.5)
            hint = f"{near[0]} is near" if near else "↑↓ choose one"
            self._say(f"This key has no app {clean(app_id)}: {hint}. ⏎ opens it all the same.")
            return
        self.dismiss(self._launch.open_with(self._api_key, app_id))

    def _list_hints(self) -> Sequence[Hint]:
        save = () if self._launch.key_file is None else (Hint("ctrl+s", "save the key"),)
        return (
            Hint("tab", "move"),
            Hint("↑↓", "apps"),
            Hint("⏎", "next"),
            *save,
            Hint("ctrl+c", "twice quits"),
        )

    def action_choose(self, steps: int) -> None:
        """Fill in the next app of the key."""
        box = self.query_one("#app", LineInput)
        if self._apps and self.focused is box:
            at = self._apps.index(box.value) + steps if box.value in self._apps else min(steps, 0)
            box.fill(self._apps[at % len(self._apps)])

    async def action_save_key(self) -> None:
        """Save the typed key for the next runs, where no file is yet."""
        file, text = self._launch.key_file, self.query_one("#key", Input).value
        if file is None:
            return
        if not text:
            self._say("There is no key to save: type one.")
            return
        try:
            key = ApiKey(text)
            await asyncio.to_thread(create_private, file, f"{key.reveal()}\n")
        except FileExistsError:
            self._say(f"Not saved: {file} is there already, and was left as it is.")
        except (OSError, ValueError) as error:
            self._say(f"Not saved: {getattr(error, 'strerror', None) or error}.")
        else:
            self._say(f"The key is in {file}, for you alone to read.")

    def _agree(self) -> None:
        remember = self._launch.remember_server
        if not self._has_consent and remember is not None:
            remember()
        self._has_consent = True

    def action_leave(self) -> None:
        """Clear the focused input; Esc does not quit."""
        if isinstance(self.focused, Input):
            self.focused.value = ""

    def _say(self, problem: str) -> None:
        self.query_one("#problem", TextLine).show(problem)

    def _tell(self, apps: Sequence[Line]) -> None:
        """Fill the page below the questions; every line of it wraps."""
        launch = self._launch
        server = [
            Line("", "The server", "heading"),
            Line("address", launch.server),
            Line("named by", f"{launch.server_named_by} of this folder")
            if launch.server_doubt is None
            else Line("uncertain", clean(launch.server_doubt)),
            Line("", ""),
        ]
        server_lines = server if launch.server_named_by is not None else []
        app = [Line("", "The app", "heading"), Line("uncertain", clean(launch.app_doubt or ""))]
        app_lines = [*app, Line("", "")] if launch.app_doubt is not None else []
        self.query_one(Detail).show_lines([*server_lines, *app_lines, *apps, *PERMANENT])

    def _list_apps(self) -> None:
        start_worker(self, self._fetch_apps, exclusive=True)

    async def _fetch_apps(self) -> None:
        """List the apps of the API key, or report early that it is wrong."""
        from capgo_tui.workspace import apps  # noqa: PLC0415 - brings the HTTP library

        if self._api_key is None:
            return
        target = self._launch.open_with(self._api_key, "")
        try:
            listing = await apps.list_apps(target)
        except CapgoError as error:
            self._say(explain(error, "list the apps", target, failed_at=self._now()).headline)
            return
        except ValueError as error:
            self._say(str(error))
            return
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - a list that is only a help must break nothing
            self._say(f"The apps could not be listed ({type(error).__name__}).")
            return
        lines = [Line("", "Apps of this key", "heading")] if listing else []
        lines += [Line(name or "", app_id) for app_id, name in listing]
        lines += [Line("", "")] if listing else []
        self._tell(lines)
        # More than are listed may be there: then none is called wrong.
        self._apps = [app_id for app_id, _ in listing] if len(listing) < apps.MOST else ()
        box = self.query_one("#app", LineInput)
        if len(listing) == 1 and not box.value:
            box.fill(listing[0][0])
