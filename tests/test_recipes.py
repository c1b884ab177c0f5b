"""The recipes of CONTRIBUTING.md, followed in a copy of the tree: one edit each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sandbox_process import Sandbox, serving

ROOT = Path(__file__).parent.parent
COLUMN = """
    Column(
        "source",
        "FROM",
        lambda d, _: d.install_source or "?",
        8,
        16,
        lambda d, _: fold_text(d.install_source),
        10,
        fields=("install_source",),
    ),
"""
ACTION = '''
    def count_rows(self) -> None:
        """Say how many records are shown."""
        self._host.say(f"{len(self._host.rows)} are shown")

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("list.count", "K", "count", "Say how many are shown", count_rows, 1),
'''
VERB = '''
@device.command("platforms")
@app_argument
@add_common_options
def list_platforms(common: CommonOptions) -> None:
    """List the platforms of an app's devices."""

    async def run_command(workspace: Workspace) -> Exit:
        await workspace.devices.load_all()
        for name in sorted({str(each.platform) for each in workspace.devices.records.values()}):
            click.echo(name)
        return Exit.OK

    run(common.target(), run_command)


'''
SETTING_FIELD = "    auto_pause_quiet_hours: int | Maybe = UNSET\n"
COOLDOWN = """        "cooldown, minutes",
        SettingKind.WHOLE,
        most=10_080,
    ),
"""
SETTING = """    ChannelSetting(
        "auto_pause_quiet_hours", AUTO_PAUSE, "stays quiet, hours", SettingKind.WHOLE, most=24
    ),
"""
CHANNEL_FIELD = "    auto_pause_quiet_hours: Whole = None\n"
SHOW_SETTING = """
import asyncio
from tests.tui.driving import on_devices
from tests.support.server import Server
from tests.support.world import state, store_of

async def main():
    async with on_devices(Server(store_of(state())), size=(120, 60)) as driver:
        await driver.type("1", "e")
        await driver.until("stays quiet, hours")
        assert not driver.app.bug

asyncio.run(main())
"""
REVISION = """
    Revision.SPRING: replace(
        NEXT,
        revision=Revision.SPRING,
        extends=Revision.NEXT,
        signs=(Sign("GET /channel", ("spring",)),),
        extras=NEXT.extras - {Extra.METADATA},
    ),
"""
SANDBOX_REVISION = '''
def _get_channels_in_spring(backend: Backend, call: Call) -> Answer:
    """Answer as next does, with one field more."""
    answer = channels.get_channels(backend, call)
    return replace(answer, body=[{**row, "spring": True} for row in answer.body])


SPRING = replace(
    NEXT,
    name="spring",
    routes={
        **NEXT.routes,
        "/channel": {**NEXT.routes["/channel"], "GET": _get_channels_in_spring},
    },
)

REVISIONS: Mapping[str, Revision] = {r.name: r for r in (SPRING, LIVE, NEXT, DOCUMENTED, LEGACY)}
'''
READ_AND_WRITE = """
import asyncio
import os
from capgo_tui.api import ApiKey, CapgoClient, UnsupportedByRevision

async def main():
    app = os.environ["CAPGO_APP_ID"]
    key, server = ApiKey(os.environ["CAPGO_TOKEN"]), os.environ["CAPGO_API_URL"]
    async with CapgoClient(key, server=server) as client:
        await client.list_devices(app).read_next_page()
        print(client.revision)
        await client.list_channels(app).read_next_page()
        print(client.revision)
        await client.link_device(app, "a-new-device", "beta")
        try:
            await client.set_bundle_metadata(app, 1, comment="x")
        except UnsupportedByRevision as error:
            print(error)

asyncio.run(main())
"""
TAB = """

APPS = ListedResource(
    name="apps",
    title="Apps",
    walk=lambda source: source.client.list_apps(),
    operation="list_apps",
    row_key=lambda app: app.app_id,
    columns=APP_COLUMNS,
    glyph=lambda *_: ("▣", "accent"),
    tone=lambda _, column: "plain" if column == "app" else "muted",
    details=lambda app, _: [Section(app.app_id, [("name", app.name or "none")])],
    legend=[(("▣", "accent"), "app")],
    empty_advice="The console makes one.",
)
"""
IMPORT_SECTION = "from capgo_tui.workspace.resources.section import Section\n"
IMPORT_APPS = "from capgo_tui.workspace.resources.app import APPS\n"
IMPORT_PAGE = "from capgo_tui.tui.widgets import tally\n"
SHOW_APPS = """
import asyncio
from tests.tui.driving import on_devices
from tests.support.server import Server
from tests.support.world import APP, state, store_of

async def main():
    async with on_devices(Server(store_of(state())), size=(120, 24)) as driver:
        await driver.type("4")
        await driver.until("4 Apps 2 ")
        await driver.until(f"▣ {APP}")
        await driver.type("enter")
        await driver.until("name")
        await driver.type("escape", "y")
        await driver.until("i id  n name")
        await driver.type("i")
        await driver.until("The id of Acme")
        await driver.type("E")
        await driver.until("Export 2 of 2 loaded apps")
        await driver.type("escape", "slash", *"nothing")
        await driver.until("0 of 2 loaded apps match")
        await driver.type("escape", "colon", *"app ", "enter")
        await driver.type("o")
        await driver.until("Overrides are set on a device: 2 shows the devices.")
        assert not driver.app.bug

asyncio.run(main())
"""
PAGE = '''
from capgo_tui.tui.widgets.tab_page import TabPage


class Tally(TabPage):
    """How much of each list is loaded."""

    status = "all that is known"

    def show_workspace(self, workspace):
        self.counts = {name: len(each) for name, each in workspace.collections.items()}
        self.refresh()

    def render(self):
        return f"counts {getattr(self, 'counts', '')}"
'''
LAST_TABS = "for number, each in enumerate(RESOURCES, 1)),\n"
PAGE_TAB = """    Tab("tally", "Tally", "9", tally.Tally),
"""
SHOW_PAGE = """
import asyncio
from tests.tui.driving import on_devices
from tests.support.server import Server
from tests.support.world import state, store_of

async def main():
    async with on_devices(Server(store_of(state())), size=(120, 24)) as driver:
        await driver.type("9")
        await driver.until("counts {'channels': 6, 'devices': 12")
        await driver.until("all that is known")
        await driver.wait_until_gone("DEVICE")
        await driver.type("r")
        await driver.until("✗ That is done on a list: 1 shows the channels.")
        await driver.type("escape", "shift+tab")
        await driver.until("5 loaded")
        await driver.type("j", "tab")
        await driver.until("counts")
        await driver.type("question_mark")
        await driver.until("Keys on tally")
        await driver.type("escape", "colon", *"dev", "enter")
        await driver.until("12 loaded")
        assert driver.main.focused is driver.main.table
        assert not driver.app.bug

asyncio.run(main())
"""
PRESS_K = """
import asyncio
from tests.tui.driving import on_devices
from tests.support.server import Server
from tests.support.world import state, store_of

async def main():
    async with on_devices(Server(store_of(state()))) as driver:
        await driver.type("K")
        await driver.until("12 are shown")
        await driver.type("question_mark")
        await driver.until("Say how many are shown")

asyncio.run(main())
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the program and its tests."""
    for folder in ("capgo_tui", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "pictures")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    return tmp_path


def edit(file: Path, anchor: str, text: str, *, is_replaced: bool = False) -> None:
    """Put a text behind an anchor that stands once in a file, or in place of it."""
    before = file.read_text(encoding="utf-8")
    assert before.count(anchor) == 1
    after = before.replace(anchor, text if is_replaced else anchor + text)
    file.write_text(after, encoding="utf-8")


def run_in(tree: Path, *arguments: str, sandbox: Sandbox | None = None) -> str:
    """Run this Python on a tree; return what it wrote to standard output."""
    environ = os.environ | {"HOME": str(tree), "PYTHONPATH": str(tree)}
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env=environ | (sandbox.environ if sandbox else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_column_is_one_edit(tree: Path) -> None:
    file = tree / "capgo_tui/workspace/resources/device.py"
    edit(file, "DEVICE_COLUMNS: tuple[Column[Device], ...] = (\n", COLUMN)
    command = [sys.executable, "-m", "capgo_tui", "sandbox", "--port", "0", "--devices", "3"]
    with serving(command) as sandbox:
        lines = run_in(tree, "-m", "capgo_tui", "device", "list", "--csv", sandbox=sandbox)
    assert lines.startswith("source,device,")
    assert len(lines.splitlines()) == 4


def test_an_action_is_one_edit(tree: Path) -> None:
    file = tree / "capgo_tui/tui/controllers/arrange.py"
    edit(file, "\n    ACTIONS: ClassVar[tuple[Action, ...]] = (\n", ACTION, is_replaced=True)
    run_in(tree, "-c", PRESS_K)


def test_a_channel_setting_is_three_edits(tree: Path) -> None:
    api = tree / "capgo_tui/api"
    name = "auto_pause_quiet_hours"
    edit(
        api / "settings.py", "    auto_pause_cooldown_minutes: int | Maybe = UNSET\n", SETTING_FIELD
    )
    edit(api / "settings.py", COOLDOWN, SETTING)
    edit(api / "models.py", "    auto_pause_cooldown_minutes: Whole = None\n", CHANNEL_FIELD)
    command = [sys.executable, "-m", "capgo_tui", "sandbox", "--port", "0"]
    with serving(command) as sandbox:
        option = f"--{name.replace('_', '-')}"
        arguments = ("-m", "capgo_tui", "channel", "set", "beta", option, "3", "--dry-run")
        request = run_in(tree, *arguments, sandbox=sandbox)
    assert '"autoPauseQuietHours":3' in request.replace(" ", "")
    run_in(tree, "-c", SHOW_SETTING)


def test_a_verb_is_one_edit(tree: Path) -> None:
    file = tree / "capgo_tui/commands/device.py"
    edit(file, '@device.command("get")\n', VERB + '@device.command("get")\n', is_replaced=True)
    command = [sys.executable, "-m", "capgo_tui", "sandbox", "--port", "0"]
    with serving(command) as sandbox:
        platforms = run_in(tree, "-m", "capgo_tui", "device", "platforms", sandbox=sandbox)
        page = run_in(tree, "-m", "capgo_tui", "device", "--help")
    assert "android" in platforms.split()
    assert "List the platforms of an app's devices." in page


def test_a_revision_is_two_edits_and_one_in_the_sandbox(tree: Path) -> None:
    revisions = tree / "capgo_tui/api/revisions.py"
    edit(revisions, '    NEXT = "next"\n', '    SPRING = "spring"\n')
    edit(revisions, "TRAITS: dict[Revision, Traits] = {\n", REVISION)
    sandbox_revisions = tree / "capgo_tui/sandbox/revisions.py"
    last = sandbox_revisions.read_text(encoding="utf-8").splitlines()[-1]
    edit(sandbox_revisions, last, SANDBOX_REVISION, is_replaced=True)
    options = ["--revision", "spring", "--port", "0"]
    command = [sys.executable, "-m", "capgo_tui", "sandbox", *options]
    with serving(command, tree) as sandbox:
        lines = run_in(tree, "-c", READ_AND_WRITE, sandbox=sandbox).splitlines()
        assert lines == [
            "live",
            "spring",
            "this server's API (spring) has no comment or link of a bundle",
        ]
        arguments = ("-m", "capgo_tui", "channel", "list", "--revision", "spring", "--json")
        assert '"spring": true' in run_in(tree, *arguments, sandbox=sandbox)


def test_a_resource_with_a_tab_is_two_edits(tree: Path) -> None:
    resources = tree / "capgo_tui/workspace/resources"
    app, registry = resources / "app.py", resources / "registry.py"
    edit(
        app,
        '\nAPPS: Resource[AppInfo] = Resource(name="apps", columns=APP_COLUMNS)\n',
        TAB,
        is_replaced=True,
    )
    edit(app, "import Resource\n", "import ListedResource\n", is_replaced=True)
    edit(app, "from __future__ import annotations\n", IMPORT_SECTION)
    edit(
        registry,
        "(CHANNELS, DEVICES, BUNDLES)",
        "(CHANNELS, DEVICES, BUNDLES, APPS)",
        is_replaced=True,
    )
    edit(registry, "from __future__ import annotations\n", IMPORT_APPS)
    run_in(tree, "-c", SHOW_APPS)


def test_a_tab_with_a_page_is_a_file_and_an_edit(tree: Path) -> None:
    tui = tree / "capgo_tui/tui"
    (tui / "widgets/tally.py").write_text(PAGE, encoding="utf-8")
    edit(tui / "tabs.py", "from __future__ import annotations\n", IMPORT_PAGE)
    edit(tui / "tabs.py", LAST_TABS, PAGE_TAB)
    run_in(tree, "-c", SHOW_PAGE)
