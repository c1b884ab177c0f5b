"""The sources of API key, app and server: their ranks and mistakes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.settings import (
    Environment,
    Options,
    Setting,
    Settings,
    SettingsError,
    check_app_id,
    find,
)

if TYPE_CHECKING:
    from pathlib import Path

KEY = "2c1eb96d-8677-57f8-8bd7-09e59dbbe943"


@dataclass
class Machine:
    """A home, a project folder and an environment for one test."""

    home: Path
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def find(
        self, key: str | None = None, app_id: str | None = None, server: str | None = None
    ) -> Settings:
        environment = Environment(self.environ, self.home, self.folder)
        return find(Options(key, app_id, server), environment)

    def config(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def json(self, document: object) -> None:
        self.config("capacitor.config.json", json.dumps(document))

    @property
    def app_id(self) -> str | None:
        setting = self.find().app_id
        return setting.value if setting else None

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
    assert machine.find() == Settings(None, None, Setting("https://api.capgo.app", "default"))


# The key


def test_the_key_comes_from_the_first_source_that_has_one(machine: Machine) -> None:
    (machine.home / ".capgo").write_text("from-home\n")
    (machine.folder / ".capgo").write_text("from-folder\n")
    machine.environ["CAPGO_TOKEN"] = "from-environ"
    assert machine.find(key="from-option").key == Setting(ApiKey("from-option"), "-a")
    assert machine.find().key == Setting(ApiKey("from-environ"), "CAPGO_TOKEN")
    del machine.environ["CAPGO_TOKEN"]
    assert machine.find().key == Setting(ApiKey("from-home"), "~/.capgo")
    (machine.home / ".capgo").unlink()
    assert machine.find().key == Setting(ApiKey("from-folder"), "./.capgo")
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
    assert machine.find().key == Setting(ApiKey("from-folder"), "./.capgo")


def test_keys_are_trimmed(machine: Machine) -> None:
    assert machine.find(key=f"  {KEY}\n").key == Setting(ApiKey(KEY), "-a")
    machine.environ["CAPGO_TOKEN"] = f"\t{KEY} "
    assert machine.find().key == Setting(ApiKey(KEY), "CAPGO_TOKEN")
    machine.environ.clear()
    (machine.home / ".capgo").write_text(f"\n {KEY}\r\n\n")
    assert machine.find().key == Setting(ApiKey(KEY), "~/.capgo")


def test_a_key_file_that_is_a_folder_is_no_source(machine: Machine) -> None:
    (machine.home / ".capgo").mkdir()
    assert machine.find().key is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_key_file_that_an_editor_of_windows_wrote_is_read(
    machine: Machine, encoding: str
) -> None:
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    (machine.home / ".capgo").write_bytes(f"{mark}{KEY}\r\n".encode(encoding))
    assert machine.find().key == Setting(ApiKey(KEY), "~/.capgo")


@pytest.mark.parametrize("content", [b"\xe9", b"\xff\xfe\x00", KEY.encode("utf-16-le")])
def test_a_key_file_that_is_no_text_is_named_and_not_passed_over(
    machine: Machine, content: bytes
) -> None:
    (machine.home / ".capgo").write_bytes(content)
    (machine.folder / ".capgo").write_text("key-of-another-account")
    with pytest.raises(SettingsError, match=r"^~/\.capgo"):
        machine.find()
    machine.environ["CAPGO_TOKEN"] = KEY
    assert machine.find().key == Setting(ApiKey(KEY), "CAPGO_TOKEN")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_key_file_that_may_not_be_read_is_named_and_not_passed_over(machine: Machine) -> None:
    (machine.home / ".capgo").touch(mode=0o200)
    (machine.folder / ".capgo").write_text("key-of-another-account")
    with pytest.raises(SettingsError, match=r"^~/\.capgo cannot be read: "):
        machine.find()


# Folders that are not there


def test_folders_that_are_not_there_matter_only_to_what_is_in_them(machine: Machine) -> None:
    nowhere = Environment({}, None, None)
    options = Options(KEY, "com.acme.shop", "http://localhost:1")
    assert find(options, nowhere).app_id == Setting("com.acme.shop", "--app")
    with pytest.raises(SettingsError, match=r"the home folder cannot be found.*CAPGO_TOKEN"):
        find(replace(options, key=None), nowhere)
    with pytest.raises(SettingsError, match=r"the current folder is gone.*--app and --api-url"):
        find(replace(options, app_id=None), nowhere)
    with pytest.raises(SettingsError, match="the current folder is gone"):
        find(replace(options, server=None), nowhere)
    for profile in (
        (replace(options, profile="p"), nowhere),
        (options, replace(nowhere, environ={"CAPGO_PROFILE": "p"})),
    ):
        with pytest.raises(SettingsError, match="set HOME or XDG_CONFIG_HOME"):
            find(*profile)
    homeless = replace(nowhere, environ={"CAPGO_TOKEN": KEY}, folder=machine.folder)
    assert find(Options(), homeless).key == Setting(ApiKey(KEY), "CAPGO_TOKEN")


def test_a_key_file_in_a_home_that_is_not_there_is_named(machine: Machine) -> None:
    file = machine.folder / "config.toml"
    file.write_text("[profiles.p]\nkey_file = '~/key'\n")
    environment = Environment({}, None, machine.folder, file)
    with pytest.raises(SettingsError, match=r"key_file: .*HOME"):
        find(Options(profile="p"), environment)


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
    with pytest.raises(SettingsError) as error:
        machine.find(key=option)
    text = f"{error.value} {error.value!r} {error.value.__cause__}"
    assert str(error.value).startswith(f"{place}: ")
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
    assert machine.find(app_id="com.from.option").app_id == Setting("com.from.option", "--app")
    assert machine.find().app_id == Setting("com.from.environ", "CAPGO_APP_ID")
    del machine.environ["CAPGO_APP_ID"]
    assert machine.find().app_id == Setting("com.nested.one", "capacitor.config.json")
    machine.json({"appId": "com.top.level"})
    assert machine.find().app_id == Setting("com.top.level", "capacitor.config.json")
    machine.json({})
    assert machine.find().app_id is None


def test_app_ids_are_trimmed_and_empty_ones_are_none(machine: Machine) -> None:
    assert machine.find(app_id=" com.acme.shop\n").app_id == Setting("com.acme.shop", "--app")
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
    with pytest.raises(SettingsError) as error:
        check_app_id(app_id, "--app")
    assert str(error.value) == "--app holds no app id; one looks like com.example.app"
    if app_id:
        machine.environ["CAPGO_APP_ID"] = app_id
        with pytest.raises(SettingsError, match=r"^CAPGO_APP_ID holds no app id; "):
            machine.find()


def test_an_empty_app_option_is_a_mistake_and_not_a_wish_for_the_next_source(
    machine: Machine,
) -> None:
    machine.environ["CAPGO_APP_ID"] = "com.acme.shop"
    with pytest.raises(SettingsError, match=r"^--app holds no app id"):
        machine.find(app_id=" ")


@pytest.mark.parametrize("source", ["--app", "CAPGO_APP_ID", "capacitor.config.json"])
def test_a_key_in_the_apps_place_is_not_repeated(machine: Machine, source: str) -> None:
    if source == "CAPGO_APP_ID":
        machine.environ["CAPGO_APP_ID"] = KEY
    machine.json({"appId": KEY})
    if source == CONFIG:
        settings = machine.find()
        assert settings.app_doubt is not None
        assert settings.app_doubt.startswith(f"{source} holds no app id")
        assert KEY not in repr(settings)
        return
    with pytest.raises(SettingsError) as error:
        machine.find(app_id=KEY if source == "--app" else None)
    assert str(error.value).startswith(f"{source} holds no app id")
    assert KEY not in f"{error.value!r} {error.value.__cause__}"


@pytest.mark.parametrize("app_id", ["no app", "7f02099d"])
def test_a_bad_app_id_of_the_config_is_asked_for_with_the_reason(
    machine: Machine, app_id: str
) -> None:
    machine.json({"appId": app_id})
    settings = machine.find()
    assert settings.app_id is None
    assert settings.app_doubt == f"{CONFIG} holds no app id; one looks like com.example.app"
    settings = machine.find(app_id="com.acme.shop")
    assert settings.app_id == Setting("com.acme.shop", "--app")
    assert settings.app_doubt is None


# The server


def test_the_server_comes_from_the_first_source_that_has_one(machine: Machine) -> None:
    machine.json({"plugins": {"CapacitorUpdater": {"localApi": "http://localhost:3"}}})
    machine.environ["CAPGO_API_URL"] = "http://localhost:2"
    option = machine.find(server="http://localhost:1").server
    assert option == Setting("http://localhost:1", "--api-url")
    assert machine.find().server == Setting("http://localhost:2", "CAPGO_API_URL")
    machine.environ["CAPGO_API_URL"] = ""
    assert machine.find().server == Setting("http://localhost:3", "capacitor.config.json")
    machine.json({})
    assert machine.find().server == Setting("https://api.capgo.app", "default")


def test_a_servers_address_is_trimmed_and_ends_in_no_slash(machine: Machine) -> None:
    server = machine.find(server="  https://capgo.example.com/functions/v1// ").server
    assert server.value == "https://capgo.example.com/functions/v1"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("HTTPS://API.Capgo.App", "https://api.capgo.app"),
        ("https://api.capgo.app:443/", "https://api.capgo.app"),
        ("Http://LOCALHOST:80", "http://localhost"),
        ("https://Self.Hosted:8443/Functions/V1", "https://self.hosted:8443/Functions/V1"),
        ("https://[FD07::1]:443/x", "https://[fd07::1]/x"),
        ("http://[::1]:8", "http://[::1]:8"),
    ],
)
def test_the_case_of_an_address_and_a_default_port_do_not_matter(
    machine: Machine, url: str, address: str
) -> None:
    assert machine.find(server=url).server.value == address


@pytest.mark.parametrize("port", ["0", "65536", "99999", "x", "-1"])
def test_a_port_out_of_range_is_named_with_its_source(machine: Machine, port: str) -> None:
    machine.environ["CAPGO_API_URL"] = f"https://capgo.example.com:{port}"
    with pytest.raises(SettingsError) as error:
        machine.find()
    assert str(error.value).startswith("CAPGO_API_URL has no usable port")


@pytest.mark.parametrize("url", ["", " ", "capgo.example.com", "ftp://a.example", "https://"])
@pytest.mark.parametrize("source", ["--api-url", "CAPGO_API_URL", "capacitor.config.json"])
def test_what_is_no_servers_address_is_named_with_its_source(
    machine: Machine, source: str, url: str
) -> None:
    machine.json({"plugins": {"CapacitorUpdater": {"localApi": url}}})
    if source == "CAPGO_API_URL":
        machine.environ["CAPGO_API_URL"] = url
    option = url if source == "--api-url" else None
    if option is None and not url.strip():
        assert machine.find().server == Setting("https://api.capgo.app", "default")
        return
    with pytest.raises(SettingsError) as error:
        machine.find(server=option)
    assert str(error.value) == f"{source} holds no server; one looks like https://api.capgo.app"


@pytest.mark.parametrize(
    "url",
    [
        *("https://[", "https://[::1", "https://capgo／@example.com", "https:///x"),
        *("https://a\x1b]0;owned\x07b", "https://a.example/\u202e", "https://a\ud800b"),
    ],
)
@pytest.mark.parametrize("source", ["--api-url", "CAPGO_API_URL", "capacitor.config.json"])
def test_an_address_that_no_one_could_read_or_reach_is_refused_and_not_shown(
    machine: Machine, source: str, url: str
) -> None:
    if source == "CAPGO_API_URL":
        machine.environ["CAPGO_API_URL"] = url
    machine.json({"plugins": {"CapacitorUpdater": {"localApi": url}}})
    with pytest.raises(SettingsError) as error:
        machine.find(server=url if source == "--api-url" else None)
    assert str(error.value) == f"{source} holds no server; one looks like https://api.capgo.app"


CONFIG = "capacitor.config.json"


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://evil.example", CONFIG),
        ("http://evil.example", CONFIG),
        ("https://api.capgo.app.evil.example", CONFIG),
        ("http://localhost@evil.example", CONFIG),
        ("http://127.0.0.1@evil.example/", CONFIG),
        ("http://localhost.evil.example", CONFIG),
        ("http://192.168.1.20:54321", CONFIG),
        ("http://0.0.0.0:54321", CONFIG),
        ("http://localhost:54321", CONFIG),
        ("http://127.0.0.1:54321", CONFIG),
        ("http://[::1]:54321", CONFIG),
        ("", None),
    ],
)
def test_a_server_that_only_a_file_of_the_folder_names_is_to_be_confirmed(
    machine: Machine, url: str, source: str | None
) -> None:
    machine.json({"plugins": {"CapacitorUpdater": {"localApi": url}}})
    for key in (None, KEY):
        assert machine.find(key=key).unconfirmed_server == source
    machine.environ["CAPGO_TOKEN"] = KEY
    assert machine.find().unconfirmed_server == source


def test_a_server_that_somebody_names_needs_no_confirming(machine: Machine) -> None:
    evil = "https://evil.example"
    machine.json({"plugins": {"CapacitorUpdater": {"localApi": evil}}})
    assert machine.find(server=evil).unconfirmed_server is None
    machine.environ["CAPGO_API_URL"] = evil
    assert machine.find().unconfirmed_server is None
    machine.environ["CAPGO_API_URL"] = " "
    assert machine.find().unconfirmed_server == CONFIG
    machine.json({})
    assert machine.find().unconfirmed_server is None


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


@pytest.mark.parametrize("nothing", ["", "  "])
@pytest.mark.parametrize("name", ["capacitor.config.ts", "capacitor.config.json"])
def test_empty_texts_of_a_config_say_nothing(machine: Machine, name: str, nothing: str) -> None:
    updater = {"appId": "", "localApi": nothing}
    start = "export default " if name.endswith(".ts") else ""
    machine.config(name, start + json.dumps({"plugins": {"CapacitorUpdater": updater}}))
    assert machine.find() == Settings(None, None, Setting("https://api.capgo.app", "default"))


def test_a_nested_app_id_of_another_type_leaves_the_top_level_one(machine: Machine) -> None:
    machine.json({"appId": "com.top.level", "plugins": {"CapacitorUpdater": {"appId": 7}}})
    assert machine.app_id == "com.top.level"


@pytest.mark.parametrize(
    ("text", "line"),
    [("{\n  'appId': 'x'\n}", 2), ("", 1), ('{\n\n"appId": "com.x.y",\n}', 3)],
)
def test_malformed_json_is_named_with_its_line(machine: Machine, text: str, line: int) -> None:
    machine.config("capacitor.config.json", text)
    with pytest.raises(SettingsError, match=rf"^capacitor\.config\.json:{line}: "):
        machine.find()


def test_malformed_json_says_nothing_of_what_is_in_it(machine: Machine) -> None:
    machine.config("capacitor.config.json", f'{{"key": "{KEY}",')
    with pytest.raises(SettingsError) as error:
        machine.find(app_id="com.acme.shop")
    assert KEY not in f"{error.value} {error.value.__cause__}"


def test_json_nested_without_end_is_a_mistake_like_any_other(machine: Machine) -> None:
    machine.config("capacitor.config.json", "[" * 200_000)
    with pytest.raises(SettingsError, match=r"capacitor\.config\.json"):
        machine.find()


def test_json_with_a_number_without_end_is_a_mistake_like_any_other(machine: Machine) -> None:
    machine.config("capacitor.config.json", f'{{"appId": {"1" * 5000}}}')
    with pytest.raises(SettingsError, match=r"^capacitor\.config\.json: "):
        machine.find()


@pytest.mark.parametrize("app_from", ["--app", "CAPGO_APP_ID"])
@pytest.mark.parametrize("server_from", ["--api-url", "CAPGO_API_URL"])
def test_a_config_is_not_read_where_options_and_environment_say_it_all(
    machine: Machine, app_from: str, server_from: str
) -> None:
    machine.config("capacitor.config.json", "{ broken")
    machine.environ.update(CAPGO_APP_ID="com.acme.shop", CAPGO_API_URL="http://localhost:1")
    if app_from == "--app":
        del machine.environ["CAPGO_APP_ID"]
    if server_from == "--api-url":
        del machine.environ["CAPGO_API_URL"]
    settings = machine.find(
        app_id="com.acme.shop" if app_from == "--app" else None,
        server="http://localhost:1" if server_from == "--api-url" else None,
    )
    assert settings.app_id == Setting("com.acme.shop", app_from)
    assert settings.server == Setting("http://localhost:1", server_from)


def test_a_broken_config_says_how_to_do_without_it(machine: Machine) -> None:
    machine.config("capacitor.config.json", "{ broken")
    with pytest.raises(SettingsError, match="mend it, or give both --app and --api-url"):
        machine.find(app_id="com.acme.shop")


def test_a_byte_order_mark_is_no_part_of_what_is_found(machine: Machine) -> None:
    (machine.home / ".capgo").write_bytes(b"\xef\xbb\xbf" + KEY.encode() + b"\n")
    (machine.folder / CONFIG).write_bytes(b'\xef\xbb\xbf{"appId":"com.acme.shop"}')
    assert machine.find().key == Setting(ApiKey(KEY), "~/.capgo")
    assert machine.app_id == "com.acme.shop"
    (machine.folder / "capacitor.config.ts").write_bytes(
        b"\xef\xbb\xbfexport default { appId: 'com.acme.till' }"
    )
    assert machine.app_id == "com.acme.till"


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
    settings = machine.find()
    assert settings.app_id == Setting("com.acme.shop", f"{name}:7")
    assert settings.server == Setting("http://localhost:54321", f"{name}:13")
    assert settings.unconfirmed_server == f"{name}:13"


def test_an_app_and_a_server_that_are_computed_are_asked_for_with_the_reason(
    machine: Machine,
) -> None:
    machine.config("capacitor.config.ts", CODE.replace("export", "config.appId = id;\nexport"))
    settings = machine.find()
    assert settings.app_id is None
    assert settings.app_doubt == "capacitor.config.ts:17: config may be changed"
    assert settings.server == Setting("https://api.capgo.app", "default")
    assert settings.server_doubt == settings.app_doubt
    assert settings.unconfirmed_server == "capacitor.config.ts:17", "Capgo's own server as well"
    settings = machine.find(app_id="com.acme.shop", server="https://api.capgo.app")
    assert (settings.app_doubt, settings.server_doubt) == (None, None)
    assert settings.unconfirmed_server is None


def test_consent_to_a_proposed_server_is_stored_for_the_folder(machine: Machine) -> None:
    machine.config("capacitor.config.ts", "export default load()")
    store = machine.home / "agreed-servers.json"
    environment = Environment({}, machine.home, machine.folder, agreed_servers=store)
    assert find(Options(KEY), environment).unconfirmed_server is not None
    environment.agree("https://api.capgo.app")
    assert find(Options(KEY), environment).unconfirmed_server is None


@pytest.mark.parametrize("key", ["localSupa", "updateUrl"])
def test_a_self_hosted_server_is_proposed_and_to_be_confirmed(machine: Machine, key: str) -> None:
    own = "https://capgo.acme.example"
    address = own if key == "localSupa" else f"{own}/functions/v1/updates"
    machine.json({"plugins": {"CapacitorUpdater": {key: address}}})
    assert machine.server == f"{own}/functions/v1"
    assert machine.find().unconfirmed_server == CONFIG
    machine.json({"plugins": {"CapacitorUpdater": {"updateUrl": f"{own}/updates"}}})
    settings = machine.find()
    assert settings.server_doubt is not None
    assert settings.unconfirmed_server == CONFIG, "Capgo's own server is no place for this key"


def test_the_updaters_app_id_comes_before_the_apps_in_a_program(machine: Machine) -> None:
    code = CODE.replace("autoUpdate: true,", "autoUpdate: true, appId: `com.acme.updates`,")
    machine.config("capacitor.config.ts", code)
    assert machine.app_id == "com.acme.updates"


def test_the_first_config_that_exists_is_the_config(machine: Machine) -> None:
    machine.json({"appId": "com.from.json"})
    assert machine.app_id == "com.from.json"
    machine.config("capacitor.config.js", "module.exports = { appId: 'com.from.js' }")
    assert machine.app_id == "com.from.js"
    machine.config("capacitor.config.ts", "export default { appId: 'com.from.ts' }")
    assert machine.app_id == "com.from.ts"
    machine.config("capacitor.config.ts", "export default {}")
    assert machine.app_id is None, "the others do not count, as for Capacitor itself"
