"""`y` in a real terminal: by tmux, a tool of the desktop or OSC 52, and what is said of each."""

from __future__ import annotations

import base64
import re
import subprocess
from shutil import which
from typing import TYPE_CHECKING

import pytest

from tests.support.clipboard_tools import HANGING, FakeTools
from tests.support.controlling_terminal import in_login_shell
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.terminal.test_main_job import DEVICE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

DISPLAYS = {"DISPLAY": ":7", "WAYLAND_DISPLAY": "wayland-7"}
DESKTOP_TOOLS = ("pbcopy", "wl-copy", "xclip", "xsel", "clip.exe")
TO_TERMINAL = "36 characters: to the terminal, if it takes it."
MOUSE_ON, MOUSE_OFF = b"\x1b[?1000h", b"\x1b[?1000l"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


class Desk:
    """A place to start the program, with the tools on it."""

    def __init__(self, sandbox: Sandbox, home: Path, tools: FakeTools) -> None:
        self._sandbox = sandbox
        self._home = home
        self.tools = tools
        self.key = sandbox.key

    def opened(self, variables: dict[str, str]) -> PseudoTerminal:
        """Start the program on one device."""
        environ = {**self._sandbox.environ, **variables, "PATH": self.tools.path}
        command = [str(COMMAND), "--device", DEVICE]
        return PseudoTerminal(command, environ=environ, folder=self._home)


@pytest.fixture
def desk(sandbox: Sandbox, home: Path, tmp_path: Path) -> Desk:
    return Desk(sandbox, home, FakeTools(tmp_path / "bin"))


def osc_52(terminal: PseudoTerminal) -> list[str]:
    """Return the texts that the terminal was asked to take."""
    payloads = re.findall(rb"\x1b\]52;c?;([A-Za-z0-9+/=]+)[\x07\x1b]", terminal.output)
    return [base64.b64decode(payload).decode() for payload in payloads]


def copy_id(terminal: PseudoTerminal, *messages: str) -> None:
    """Copy the id of the device under the cursor."""
    terminal.settle("51 loaded")
    terminal.press("y", "i id")
    terminal.type("i")
    terminal.settle(
        lambda: all(each in terminal.last_lines(6) for each in messages), " ".join(messages)
    )


@pytest.mark.parametrize(
    ("variables", "there", "expected"),
    [
        ({}, ["pbcopy"], ["pbcopy"]),
        (DISPLAYS, ["wl-copy", "xclip", "xsel"], ["wl-copy"]),
        (DISPLAYS, ["xclip", "xsel"], ["xclip", "-selection", "clipboard", "-in"]),
        ({"DISPLAY": ":7"}, ["wl-copy", "xsel"], ["xsel", "--clipboard", "--input"]),
        ({"WSL_DISTRO_NAME": "Debian"}, ["clip.exe", "xclip"], ["clip.exe"]),
    ],
)
def test_a_tool_of_the_desktop_gets_the_value_alone_and_the_terminal_too(
    desk: Desk, variables: dict[str, str], there: list[str], expected: list[str]
) -> None:
    tool = expected[0]
    desk.tools.add(there)
    with desk.opened(variables) as shown:
        copy_id(shown, f"36 characters: in the clipboard by {tool},", "to the terminal if it takes")
        shown.press("yc", "The curl of ", f"in the clipboard by {tool}")
        assert osc_52(shown)[0] == DEVICE
    copied, curl = desk.tools.calls
    encoding = "utf-16-le" if tool == "clip.exe" else "utf-8"
    assert [copied.name, *copied.arguments] == expected
    assert copied.input.decode(encoding) == DEVICE
    assert curl.input.decode(encoding).startswith("curl ")
    for call in desk.tools.calls:
        everything = f"{call.arguments} {call.environ} {call.input.decode(encoding)}"
        assert desk.key not in everything


@pytest.mark.parametrize(
    ("variables", "there", "message"),
    [
        ({**DISPLAYS, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, DESKTOP_TOOLS, TO_TERMINAL),
        ({**DISPLAYS, "SSH_TTY": "/dev/pts/1"}, DESKTOP_TOOLS, TO_TERMINAL),
        ({}, DESKTOP_TOOLS[1:], TO_TERMINAL),
        (DISPLAYS, (), TO_TERMINAL),
        (
            {**DISPLAYS, "TMUX": "/tmp/no-socket,1,0"},  # noqa: S108 - it is not there
            ("tmux", "xclip"),
            "36 characters: to the terminal through tmux, if it takes it.",
        ),
        (
            {**DISPLAYS, "STY": "1.pts-0"},
            ("xclip",),
            "36 characters: to the terminal through screen, if it takes it.",
        ),
    ],
    ids=["ssh", "ssh tty", "no display", "no tool", "tmux without a socket", "screen"],
)
def test_where_no_tool_reaches_the_clipboard_the_terminal_is_asked_and_no_more_is_said(
    desk: Desk, variables: dict[str, str], there: tuple[str, ...], message: str
) -> None:
    desk.tools.add(there)
    with desk.opened(variables) as shown:
        copy_id(shown, message)
        assert "Copied" not in shown.text
        assert DEVICE in osc_52(shown)
    assert desk.tools.calls == []


@pytest.mark.parametrize(
    ("ending", "trouble"),
    [
        ("sys.exit(3)", "✗ xclip failed with exit code 3."),
        ("os.kill(os.getpid(), 9)", "✗ xclip was ended by signal 9."),
        (HANGING, "✗ xclip did not end within 2 s."),
        (None, "✗ xclip cannot be run: No such file or directory."),
    ],
    ids=["fails", "is killed", "hangs", "no interpreter"],
)
def test_a_tool_that_fails_is_named_and_the_terminal_asked_instead(
    desk: Desk, ending: str | None, trouble: str
) -> None:
    if ending is None:
        desk.tools.add_file("xclip", "#!/nowhere/sh\n")
    else:
        desk.tools.add(["xclip"], ending)
    with desk.opened(DISPLAYS) as shown:
        copy_id(shown, trouble, TO_TERMINAL)
        assert osc_52(shown) == [DEVICE]
        shown.type("q")
        assert shown.wait_end() == 0


def test_keys_are_heeded_while_a_tool_hangs(desk: Desk) -> None:
    desk.tools.add(["xclip"], HANGING)
    with desk.opened(DISPLAYS) as shown:
        shown.settle("51 loaded")
        shown.type("yi?")
        shown.wait_for("Keys on devices")
        assert osc_52(shown) == [], "the tool has not ended yet"


# In tmux


class Tmux:
    """A tmux with one client in a pseudo-terminal."""

    def __init__(self, socket: Path, terminal: PseudoTerminal) -> None:
        self._socket = socket
        self.terminal = terminal

    def run(self, *words: str) -> str:
        """Run a command of tmux and return its output."""
        command = [which("tmux") or "tmux", "-S", str(self._socket), *words]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@pytest.fixture
def tmux(sandbox: Sandbox, home: Path, tmp_path: Path) -> Iterator[Tmux]:
    program = which("tmux")
    if program is None:
        pytest.skip("tmux is not installed")
    socket = tmp_path / "tmux.sock"
    inside = [program, "-S", str(socket), "-f", "/dev/null", "new-session", str(COMMAND)]
    with PseudoTerminal(
        in_login_shell([*inside, "--device", DEVICE]),
        columns=60,
        environ={**sandbox.environ, "SHELL": "/bin/sh"},
        folder=home,
    ) as terminal:
        terminal.settle("51 loaded")
        session = Tmux(socket, terminal)
        try:
            yield session
        finally:
            session.run("kill-server")


def test_in_tmux_it_is_in_the_buffer_and_on_its_way_to_the_terminal(tmux: Tmux) -> None:
    copy_id(tmux.terminal, "36 characters: in tmux's buffer, and to the terminal if it takes it.")
    assert tmux.run("show-buffer") == DEVICE
    assert tmux.run("list-buffers").count("\n") == 1
    tmux.terminal.wait_for(lambda: osc_52(tmux.terminal) == [DEVICE], "the text by OSC 52")


def test_a_shown_value_is_one_line_of_the_terminal_however_narrow_it_is(tmux: Tmux) -> None:
    terminal = tmux.terminal
    terminal.press("yc", "The curl of ")
    terminal.press("yv", "Select it with the mouse")
    rows = tmux.run("capture-pane", "-p", "-J").split("\n")
    assert rows[0].startswith("curl ")
    assert rows[0].endswith(f"device_id={DEVICE}'"), "no blank and no line end in it"
    assert len(rows[0]) > 60 * 2
    assert [row for row in rows[1:] if row] == [" Select it with the mouse. Esc goes back"]
    assert tmux.run("display-message", "-p", "#{mouse_any_flag}") == "0\n"
    terminal.press("\x1b", " loaded")
    assert tmux.run("display-message", "-p", "#{mouse_any_flag}") == "1\n"
    assert "Select it" not in terminal.text
    assert "curl" not in terminal.text


def test_a_long_shown_value_scrolls_and_follows_the_size(sandbox: Sandbox, home: Path) -> None:
    with PseudoTerminal(
        in_login_shell([str(COMMAND), "--device", DEVICE]),
        lines=16,
        environ=sandbox.environ,
        folder=home,
    ) as terminal:
        terminal.settle("3 Bundles 50+")
        picture = terminal.text
        terminal.press("yj", "The JSON of ")
        start = terminal.byte_count
        terminal.press("yv", "up and down scroll")
        assert terminal.output.rindex(MOUSE_OFF) > start
        first = terminal.line(0)
        assert first == "{"
        terminal.press("j", "up and down scroll")
        assert terminal.line(0).startswith('  "')
        terminal.press("k")
        assert terminal.line(0) == first
        terminal.resize(24, 10)
        terminal.settle(lambda: "Select it" in terminal.line(-1), "the hint in the last row")
        assert terminal.line(0) == first
        for _ in range(20):
            terminal.type("\x1b[6~")
        terminal.settle(lambda: terminal.line(-2) == "}", "the end")
        terminal.resize(80, 16)
        terminal.settle(lambda: "Select it" in terminal.line(-1), "the hint in the last row")
        start = terminal.byte_count
        terminal.type("\x1b")
        terminal.settle(lambda: terminal.text == picture, "the list again")
        assert terminal.output.rindex(MOUSE_ON) > start
        terminal.type("q")
        assert terminal.wait_end() == 0
