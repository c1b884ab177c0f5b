"""Where the key, the app and the server come from: every source, every rank, every mistake."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.settings import (
    CapacitorConfig,
    Found,
    Options,
    Settings,
    SettingsError,
    Surroundings,
    check_app_id,
    find,
)

if TYPE_CHECKING:
    from pathlib import Path

KEY = "2c1eb96d-8677-57f8-8bd7-09e59dbbe943"


@dataclass
class Machine:
    """A home, a project folder and an environment of a test's own."""

    home: Path
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def find(
        self, key: str | None = None, app_id: str | None = None, server: str | None = None
    ) -> Settings:
        around = Surroundings(self.environ, self.home, self.folder)
        return find(Options(key, app_id, server), around)

    def config(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def json(self, document: object) -> None:
        self.config("capacitor.config.json", json.dumps(document))

    @property
    def app_id(self) -> str | None:
        found = self.find().app_id
        return found.value if found else None

    @property
    def server(self) -> str:
        return self.find().server.value


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    home, folder = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    folder.mkdir()
    return Machine(home, folder)


def test_on_an_empty_machine_only_the_server_is_known(machine: Machine) -> None:
    assert machine.find() == Settings(None, None, Found("https://api.capgo.app", "default"))


# The key


def test_the_key_comes_from_the_first_source_that_has_one(machine: Machine) -> None:
    (machine.home / ".capgo").write_text("from-home\n")
    (machine.folder / ".capgo").write_text("from-folder\n")
    machine.environ["CAPGO_TOKEN"] = "from-environ"
    assert machine.find(key="from-option").key == Found(ApiKey("from-option"), "-a")
    assert machine.find().key == Found(ApiKey("from-environ"), "CAPGO_TOKEN")
    del machine.environ["CAPGO_TOKEN"]
    assert machine.find().key == Found(ApiKey("from-home"), "~/.capgo")
    (machine.home / ".capgo").unlink()
    assert machine.find().key == Found(ApiKey("from-folder"), "./.capgo")
    (machine.folder / ".capgo").unlink()
    assert machine.find().key is None


def test_the_key_variable_of_the_docs_that_no_tool_reads_is_not_read(machine: Machine) -> None:
    machine.environ["CAPGO_API_KEY"] = KEY
    assert machine.find().key is None


@pytest.mark.parametrize("empty", ["", " ", "\n\n", "\t\n"])
def test_an_empty_source_is_no_source(machine: Machine, empty: str) -> None:
    machine.environ["CAPGO_TOKEN"] = empty
    (machine.home / ".capgo").write_text(empty)
    (machine.folder / ".capgo").write_text("from-folder")
    assert machine.find().key == Found(ApiKey("from-folder"), "./.capgo")


def test_keys_are_trimmed(machine: Machine) -> None:
    assert machine.find(key=f"  {KEY}\n").key == Found(ApiKey(KEY), "-a")
    machine.environ["CAPGO_TOKEN"] = f"\t{KEY} "
    assert machine.find().key == Found(ApiKey(KEY), "CAPGO_TOKEN")
    machine.environ.clear()
    (machine.home / ".capgo").write_text(f"\n {KEY}\r\n\n")
    assert machine.find().key == Found(ApiKey(KEY), "~/.capgo")


def test_a_key_file_that_is_a_folder_or_no_text_is_no_source(machine: Machine) -> None:
    (machine.home / ".capgo").mkdir()
    (machine.folder / ".capgo").write_bytes(b"\xff\xfe\x00k")
    assert machine.find().key is None


def test_an_empty_key_option_is_a_mistake_and_not_a_wish_for_the_next_source(
    machine: Machine,
) -> None:
    machine.environ["CAPGO_TOKEN"] = KEY
    with pytest.raises(SettingsError, match=r"-a: .*empty"):
        machine.find(key=" ")


@pytest.mark.parametrize("word", ["Bearer {key}", "{key}é", "{key}\x07", "{key}\nsecond"])
@pytest.mark.parametrize("place", ["-a", "CAPGO_TOKEN", "~/.capgo", "./.capgo"])
def test_a_key_that_cannot_be_one_names_its_source_and_never_itself(
    machine: Machine, word: str, place: str
) -> None:
    bad = word.format(key=KEY)
    option = None
    match place:
        case "-a":
            option = bad
        case "CAPGO_TOKEN":
            machine.environ["CAPGO_TOKEN"] = bad
        case "~/.capgo":
            (machine.home / ".capgo").write_text(bad, encoding="utf-8")
            (machine.folder / ".capgo").write_text("a-good-one")
        case _:
            (machine.folder / ".capgo").write_text(bad, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        machine.find(key=option)
    text = f"{caught.value} {caught.value!r} {caught.value.__cause__}"
    assert str(caught.value).startswith(f"{place}: ")
    assert KEY not in text


def test_found_settings_can_be_printed_without_the_key(machine: Machine) -> None:
    machine.environ["CAPGO_TOKEN"] = KEY
    assert KEY not in f"{machine.find()} {machine.find()!r}"


# The app


def test_the_app_comes_from_the_first_source_that_has_one(machine: Machine) -> None:
    machine.json(
        {
            "appId": "com.top.level",
            "plugins": {"CapacitorUpdater": {"appId": "com.nested.one"}},
        }
    )
    machine.environ["CAPGO_APP_ID"] = "com.from.environ"
    assert machine.find(app_id="com.from.option").app_id == Found("com.from.option", "--app")
    assert machine.find().app_id == Found("com.from.environ", "CAPGO_APP_ID")
    del machine.environ["CAPGO_APP_ID"]
    assert machine.find().app_id == Found("com.nested.one", "capacitor.config.json")
    machine.json({"appId": "com.top.level"})
    assert machine.find().app_id == Found("com.top.level", "capacitor.config.json")
    machine.json({})
    assert machine.find().app_id is None


def test_app_ids_are_trimmed_and_empty_ones_are_none(machine: Machine) -> None:
    assert machine.find(app_id=" com.acme.shop\n").app_id == Found("com.acme.shop", "--app")
    machine.environ["CAPGO_APP_ID"] = "  "
    machine.json({"appId": " com.acme.shop "})
    assert machine.app_id == "com.acme.shop"


@pytest.mark.parametrize(
    "app_id",
    [
        "com.example.app",
        "com.company.product-name",
        "com.company.product_name",
        "COM.Example.App2",
        "a1.b",
    ],
)
def test_what_the_server_takes_as_an_app_id(app_id: str) -> None:
    assert check_app_id(f" {app_id} ", "--app") == app_id


@pytest.mark.parametrize(
    "app_id",
    [
        *("", "app", "app_name", ".com.example", "com.example.", "com..example"),
        *("com.example.app+", "[appid]", "com.example/app", "com.exämple", "com.example.app\nx"),
        "my-app.example",
    ],
)
def test_what_the_server_would_refuse_is_refused_with_its_source(
    machine: Machine, app_id: str
) -> None:
    with pytest.raises(SettingsError, match=r"^--app: .*com\.example\.app") as caught:
        check_app_id(app_id, "--app")
    assert str(caught.value).isprintable()
    if app_id:
        machine.environ["CAPGO_APP_ID"] = app_id
        with pytest.raises(SettingsError, match=r"^CAPGO_APP_ID: "):
            machine.find()


def test_a_bad_app_id_of_the_config_names_the_file(machine: Machine) -> None:
    machine.json({"appId": "no app"})
    with pytest.raises(SettingsError, match=r"^capacitor\.config\.json: 'no app'"):
        machine.find()


# The server


def test_the_server_comes_from_the_first_source_that_has_one(machine: Machine) -> None:
    machine.json({"plugins": {"CapacitorUpdater": {"localApi": "http://localhost:3"}}})
    machine.environ["CAPGO_API_URL"] = "http://localhost:2"
    option = machine.find(server="http://localhost:1").server
    assert option == Found("http://localhost:1", "--api-url")
    assert machine.find().server == Found("http://localhost:2", "CAPGO_API_URL")
    machine.environ["CAPGO_API_URL"] = ""
    assert machine.find().server == Found("http://localhost:3", "capacitor.config.json")
    machine.json({})
    assert machine.find().server == Found("https://api.capgo.app", "default")


def test_a_servers_address_is_trimmed_and_ends_in_no_slash(machine: Machine) -> None:
    found = machine.find(server="  https://capgo.example.com/functions/v1// ").server
    assert found.value == "https://capgo.example.com/functions/v1"


# The Capacitor config as JSON


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "text",
        None,
        {"appId": 7, "plugins": []},
        {"plugins": {"CapacitorUpdater": "yes"}},
        {"plugins": {"CapacitorUpdater": {"appId": None, "localApi": False}}},
        {"plugins": {"OtherPlugin": {"appId": "com.other.plugin"}}},
    ],
)
def test_a_config_of_another_shape_says_nothing(machine: Machine, document: object) -> None:
    machine.json(document)
    assert machine.app_id is None
    assert machine.server == "https://api.capgo.app"


def test_a_nested_app_id_of_another_type_leaves_the_top_level_one(machine: Machine) -> None:
    machine.json({"appId": "com.top.level", "plugins": {"CapacitorUpdater": {"appId": 7}}})
    assert machine.app_id == "com.top.level"


@pytest.mark.parametrize(
    ("text", "line"),
    [("{\n  'appId': 'x'\n}", 2), ("", 1), ('{\n\n"appId": "com.x.y",\n}', 4)],
)
def test_malformed_json_is_named_with_its_line(machine: Machine, text: str, line: int) -> None:
    machine.config("capacitor.config.json", text)
    with pytest.raises(SettingsError, match=rf"^capacitor\.config\.json:{line}: "):
        machine.find()


def test_malformed_json_says_nothing_of_what_is_in_it(machine: Machine) -> None:
    machine.config("capacitor.config.json", f'{{"key": "{KEY}",')
    with pytest.raises(SettingsError) as caught:
        machine.find(app_id="com.acme.shop")
    assert KEY not in f"{caught.value} {caught.value.__cause__}"


def test_json_nested_without_end_is_a_mistake_like_any_other(machine: Machine) -> None:
    machine.config("capacitor.config.json", "[" * 200_000)
    with pytest.raises(SettingsError, match=r"capacitor\.config\.json"):
        machine.find()


def test_a_config_is_not_read_where_the_options_say_it_all(machine: Machine) -> None:
    machine.config("capacitor.config.json", "{ broken")
    found = machine.find(app_id="com.acme.shop", server="http://localhost:1")
    assert found.app_id == Found("com.acme.shop", "--app")


# The Capacitor config as a program


CODE = """
import type { CapacitorConfig } from '@capacitor/cli';
// appId: 'com.commented.out'
/* appId: 'com.also.commented',
   CapacitorUpdater: { appId: 'com.commented.nested' } */
const config: CapacitorConfig = {
  appId: 'com.acme.shop', // once appId: 'com.acme.old'
  appName: "Acme",
  server: { url: 'https://dev.acme.example/app' },
  plugins: {
    CapacitorUpdater: {
      autoUpdate: true, // see https://capgo.app/docs
      localApi: "http://localhost:54321",
    },
  },
};
export default config;
"""


@pytest.mark.parametrize("name", ["capacitor.config.ts", "capacitor.config.js"])
def test_literals_are_found_in_a_program_but_not_in_its_comments(
    machine: Machine, name: str
) -> None:
    machine.config(name, CODE)
    found = machine.find()
    assert found.app_id == Found("com.acme.shop", name)
    assert found.server == Found("http://localhost:54321", name)


def test_the_updaters_app_id_comes_before_the_apps_in_a_program(machine: Machine) -> None:
    nested = CODE.replace("autoUpdate: true,", "autoUpdate: true, appId: `com.acme.updates`,")
    machine.config("capacitor.config.ts", nested)
    assert machine.app_id == "com.acme.updates"


@pytest.mark.parametrize(
    ("code", "app_id"),
    [
        ("module.exports = { appId: 'com.acme.shop' }", "com.acme.shop"),
        ('export default {"appId": "com.acme.shop"}', "com.acme.shop"),
        ("export default {\n  'appId' : `com.acme.shop`,\n}", "com.acme.shop"),
        ("export default { appId: process.env.APP_ID }", None),
        ("export default { appId: `com.acme.${flavour}` }", None),
        ("export default { notAppId: 'com.acme.shop' }", None),
        ("export default { appId: '' }", None),
        ("const appId: string = pick();", None),
        ("", None),
    ],
)
def test_only_a_plain_literal_counts_in_a_program(
    machine: Machine, code: str, app_id: str | None
) -> None:
    machine.config("capacitor.config.ts", code)
    assert machine.app_id == app_id


def test_the_first_config_that_exists_is_the_config(machine: Machine) -> None:
    machine.json({"appId": "com.from.json"})
    assert machine.app_id == "com.from.json"
    machine.config("capacitor.config.js", "module.exports = { appId: 'com.from.js' }")
    assert machine.app_id == "com.from.js"
    machine.config("capacitor.config.ts", "export default { appId: 'com.from.ts' }")
    assert machine.app_id == "com.from.ts"
    machine.config("capacitor.config.ts", "export default {}")
    assert machine.app_id is None, "the others do not count, as for Capacitor itself"


def test_a_folder_without_a_config_says_nothing(machine: Machine) -> None:
    (machine.folder / "capacitor.config.ts").mkdir()
    assert CapacitorConfig.read(machine.folder) == CapacitorConfig()
