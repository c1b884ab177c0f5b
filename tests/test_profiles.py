"""Profiles of ``config.toml``: their settings and rank, and mistakes with their lines."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.profiles import Profile
from capgo_tui.settings import Environment, Options, Setting, Settings, SettingsError, find

KEY = "2c1eb96d-8677-57f8-8bd7-09e59dbbe943"
PROD = """\
default_profile = "prod"

[profiles.prod]  # the shop
app = "com.acme.shop"
api_url = "https://capgo.acme.com/"
key_env = "ACME_KEY"
revision = "legacy"
production = true

[profiles.look]
read_only = true
"""


@dataclass
class Desk:
    """A config folder, a home, a project and an environment for one test."""

    config: Path
    home: Path
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def write(self, text: str) -> None:
        self.config.write_text(text, encoding="utf-8")

    def find(self, profile: str | None = None, **options: str) -> Settings:
        environment = Environment(self.environ, self.home, self.folder, self.config)
        return find(Options(profile=profile, **options), environment)

    def mistake(self, profile: str | None = None, **options: str) -> str:
        """Return the message of a mistake, without the path of the file."""
        with pytest.raises(SettingsError) as error:
            self.find(profile, **options)
        text = str(error.value)
        assert KEY not in f"{text} {error.value!r} {error.value.__cause__}"
        assert "\n" not in text
        assert str(self.config) in text
        return text.replace(str(self.config), "config.toml")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    home, folder, config = tmp_path / "home", tmp_path / "project", tmp_path / "settings"
    for each in (home, folder, config):
        each.mkdir()
    return Desk(config / "config.toml", home, folder)


# What a profile gives


def test_a_profile_gives_all_that_it_has(desk: Desk) -> None:
    desk.write(PROD)
    desk.environ["ACME_KEY"] = KEY
    source = f'profile "prod" in {desk.config}'
    assert desk.find("prod") == Settings(
        Setting(ApiKey(KEY), source),
        Setting("com.acme.shop", source),
        Setting("https://capgo.acme.com", source),
        None,
        Setting(Revision.LEGACY, source),
        Setting(Profile("prod", production=True), "--profile"),
    )
    assert KEY not in repr(desk.find("prod"))


def test_it_is_named_by_option_environment_or_file_in_this_order(desk: Desk) -> None:
    desk.write(PROD.replace('key_env = "ACME_KEY"', "") + "\n[profiles.qa]\n")
    default = desk.find().profile
    assert default == Setting(Profile("prod", production=True), f"default_profile in {desk.config}")
    desk.environ["CAPGO_PROFILE"] = " look "
    assert desk.find().profile == Setting(Profile("look", read_only=True), "CAPGO_PROFILE")
    assert desk.find("qa").profile == Setting(Profile("qa"), "--profile")
    desk.environ["CAPGO_PROFILE"] = " "
    assert desk.find().profile == default


def test_without_a_file_or_a_name_there_is_none(desk: Desk) -> None:
    assert desk.find().profile is None
    desk.write("[profiles.prod]\nread_only = true\n")
    assert desk.find().profile is None
    desk.write("")
    assert desk.find().profile is None


def test_a_profile_ranks_below_what_was_said_and_above_what_lies_about(desk: Desk) -> None:
    desk.write(PROD)
    desk.environ["ACME_KEY"] = KEY
    for folder in (desk.home, desk.folder):
        (folder / ".capgo").write_text("lies-about")
    (desk.folder / "capacitor.config.json").write_text(
        '{"appId": "com.lies.about", "plugins": {"CapacitorUpdater": {"localApi": "https://lies"}}}'
    )
    source = f'profile "prod" in {desk.config}'
    settings = desk.find()
    assert settings.key is not None
    assert settings.app_id is not None
    assert {settings.key.source, settings.app_id.source, settings.server.source} == {source}
    assert settings.unconfirmed_server is None, "the user's own file may send the key there"
    desk.environ |= {
        "CAPGO_TOKEN": "t", "CAPGO_APP_ID": "com.env.app", "CAPGO_API_URL": "https://env",
    }  # fmt: skip
    settings = desk.find()
    assert (settings.key, settings.app_id) == (
        Setting(ApiKey("t"), "CAPGO_TOKEN"), Setting("com.env.app", "CAPGO_APP_ID"),
    )  # fmt: skip
    assert settings.server == Setting("https://env", "CAPGO_API_URL")
    settings = desk.find(key="k", app_id="com.said.app", server="https://said", revision="auto")
    assert settings.key == Setting(ApiKey("k"), "-a")
    assert settings.app_id == Setting("com.said.app", "--app")
    assert settings.server == Setting("https://said", "--api-url")
    assert settings.revision is None
    assert settings.profile is not None
    assert settings.profile.value.production, "what a profile guards is not to be talked away"


def test_what_a_profile_leaves_out_is_looked_for_as_ever(desk: Desk) -> None:
    desk.write(PROD)
    (desk.home / ".capgo").write_text("from-home")
    (desk.folder / "capacitor.config.json").write_text(
        '{"appId": "com.of.folder", "plugins": {"CapacitorUpdater": {"localApi": "https://odd"}}}'
    )
    settings = desk.find("look")
    assert (settings.key, settings.app_id) == (
        Setting(ApiKey("from-home"), "~/.capgo"), Setting("com.of.folder", "capacitor.config.json"),
    )  # fmt: skip
    assert settings.unconfirmed_server == "capacitor.config.json", (
        "a profile vouches for its own only"
    )


@pytest.mark.parametrize(
    ("profile", "environ", "options", "is_changed"),
    [
        ("prod", {}, {}, False),
        ("prod", {}, {"key": "k"}, True),
        ("prod", {"CAPGO_TOKEN": "k"}, {}, True),
        ("prod", {}, {"app_id": "com.acme.other"}, True),
        ("prod", {"CAPGO_APP_ID": "com.acme.other"}, {}, True),
        ("prod", {"CAPGO_APP_ID": "com.acme.shop"}, {}, False),
        ("prod", {}, {"server": "https://other.acme.com"}, True),
        ("prod", {"CAPGO_API_URL": "https://other.acme.com"}, {}, True),
        ("prod", {}, {"server": "HTTPS://CAPGO.acme.com:443/"}, False),
        ("prod", {}, {"revision": "auto"}, False),
        ("look", {}, {"key": "k", "app_id": "com.acme.other"}, False),
        ("look", {}, {"key": "k", "server": "https://other.acme.com"}, True),
        ("look", {}, {"key": "k", "server": "https://api.capgo.app"}, False),
    ],
)
def test_a_profile_is_changed_when_something_replaces_its_values(
    desk: Desk, profile: str, environ: dict[str, str], options: dict[str, str], is_changed: bool
) -> None:
    desk.write(PROD)
    desk.environ |= {"ACME_KEY": KEY, **environ}
    setting = desk.find(profile, **options).profile
    assert setting is not None
    assert setting.value.is_changed is is_changed
    assert ("≠" in setting.value.badge) is is_changed


# Its key


@pytest.mark.parametrize("name", ["keys/prod", "~/prod", "{home}/prod"])
def test_a_key_file_lies_beside_the_config_or_at_home(desk: Desk, name: str) -> None:
    (desk.config.parent / "keys").mkdir()
    where = desk.config.parent / "keys" if name.startswith("keys") else desk.home
    (where / "prod").write_text(f"\n {KEY}\n")
    desk.write(f"[profiles.p]\nkey_file = '{name.format(home=desk.home)}'\n")
    key = desk.find("p").key
    assert key is not None
    assert key.value == ApiKey(KEY)


def program(file: Path, code: str) -> Path:
    file.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.mark.parametrize(
    "command", ["\"'{file}' acme/prod '$HOME; x'\"", "['{file}', 'acme/prod', '$HOME; x']"]
)
def test_a_key_command_is_run_without_a_shell_and_its_output_trimmed(
    desk: Desk, command: str
) -> None:
    file = program(
        desk.home / "a pass",
        f"import sys\nassert sys.argv[1:] == ['acme/prod', '$HOME; x']\nprint('  {KEY}')\n"
        "print('unlocked', file=sys.stderr)",
    )
    desk.write(f"[profiles.p]\nkey_command = {command.format(file=file)}\n")
    key = desk.find("p").key
    assert key is not None
    assert key.value == ApiKey(KEY)


def test_a_program_of_the_current_folder_is_not_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(desk.folder / "key", f"print('{KEY}')")
    monkeypatch.chdir(desk.folder)
    desk.write("[profiles.p]\nkey_command = './key'\n")
    assert "cannot be run" in desk.mistake("p")
    program(desk.config.parent / "key", "print('beside-the-config')")
    key = desk.find("p").key
    assert key is not None
    assert key.value == ApiKey("beside-the-config")


def test_no_command_is_run_and_no_file_read_for_a_key_that_is_not_used(desk: Desk) -> None:
    trace = desk.home / "ran"
    file = program(desk.home / "key", f"open({str(trace)!r}, 'w')")
    desk.write(f"[profiles.p]\nkey_command = ['{file}']\n[profiles.q]\nkey_file = 'none'\n")
    assert desk.find("p", key=KEY).key == Setting(ApiKey(KEY), "-a")
    assert desk.find("q", key=KEY).key == Setting(ApiKey(KEY), "-a")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            f"print('{KEY}'); print('{KEY}', file=sys.stderr); sys.exit(3)",
            "failed with exit code 3",
        ),
        (f"print('{KEY}', flush=True); os.kill(os.getpid(), 9)", "was ended by signal 9"),
        ("", "the API key is empty"),
        (f"print('{KEY}\\nuser: me')", "copy the key alone"),
        (f"sys.stdout.buffer.write(b'\\xff{KEY}')", "copy the key alone"),
    ],
)
def test_a_command_that_fails_is_told_without_its_output(
    desk: Desk, code: str, message: str
) -> None:
    file = program(desk.home / "key", f"import os, sys\n{code}")
    desk.write(f"[profiles.p]\n\nkey_command = ['{file}']\n")
    assert desk.mistake("p").startswith("config.toml:3: profiles.p.key_command")
    assert message in desk.mistake("p")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"key_file = '{KEY}'", "key_file cannot be read: No such file"),
        ("key_file = '.'", "key_file cannot be read: it is a folder"),
        ("key_file = 'binary'", "key_file cannot be read: it is no text"),
        ('key_file = "a\\u0000b"', "key_file cannot be read: it is no text"),
        ("key_file = 'empty'", "key_file: the API key is empty"),
        (f"key_env = '{KEY}'", "key_env names a variable that is empty or not in the environment"),
        ("key_env = 'EMPTY'", "key_env names a variable that is empty or not in the environment"),
        ("key_env = 'ODD'", "key_env: the API key holds a space"),
        (f"key_command = '{KEY}'", "key_command cannot be run: No such file"),
        ("key_command = 'pass \"acme'", "key_command cannot be split into words"),
        ("key_command = ''", "key_command is empty"),
        ("key_command = []", "key_command is empty"),
        ('key_command = "a\\u0000b"', "key_command cannot be run"),
    ],
)
def test_a_key_that_cannot_be_had_is_told_without_it(desk: Desk, line: str, message: str) -> None:
    (desk.config.parent / "binary").write_bytes(b"\xe9")
    (desk.config.parent / "empty").write_text("\n")
    (desk.home / ".capgo").write_text(KEY)
    desk.environ |= {"EMPTY": " ", "ODD": f"key {KEY}"}
    desk.write(f"[profiles.p]\n{line}\n")
    assert desk.mistake("p").startswith(f"config.toml:2: profiles.p.{message}")


# Mistakes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[profiles.p]\nap = 'x'", "2: profiles.p.ap: no such key; did you mean app?"),
        ("[profiles.p]\nread-only = true", "2: profiles.p.read-only: no such key; did you mean re"),
        ("[profiles.p]\n\n# x\nzzz = 1", "4: profiles.p.zzz: no such key; there is app, api_url,"),
        ("[profile.p]\napp = 'x'", "1: profile: no such key; did you mean profiles?"),
        ("default = 'p'", "1: default: no such key; did you mean default_profile?"),
        ("[profiles.p.more]", "1: profiles.p.more: no such key; there is"),
        ("profiles = 3", "1: profiles: has to be a table: [profiles.NAME]"),
        ("[[profiles]]", "1: profiles: has to be a table: [profiles.NAME]"),
        ("[profiles]\nprod = 'x'", "2: profiles.prod: has to be a table: [profiles.prod]"),
        ("[profiles.p]\napp = 3", "2: profiles.p.app: has to be a text in quotes"),
        ("[profiles.p]\nproduction = 'yes'", "2: profiles.p.production: has to be true or false"),
        ("[profiles.p]\nread_only = 1", "2: profiles.p.read_only: has to be true or false"),
        ("[profiles.p]\nkey_command = 3", "2: profiles.p.key_command: has to be a text in quotes"),
        ("[profiles.p]\nkey_command = ['a', 3]", "2: profiles.p.key_command: has to be a list"),
        (
            "[profiles.p]\nkey_env = 'A'\nkey_file = 'b'",
            "3: profiles.p.key_file: there is key_env already; give only one",
        ),
        ("[profiles.'a b']", "1: profiles.a b: a name has up to 32 of a to z"),
        ("[profiles.'é']", "1: profiles.é: a name has up to 32 of a to z"),
        ("default_profile = 'q'", "1: default_profile: there is no such profile; there is none"),
        ('[profiles."\\u001b[2J"]', "1: profiles.\N{REPLACEMENT CHARACTER}[2J: a name has up"),
        ("default_profile = 'q'\n[profiles.p]", "1: default_profile: there is no such profile; "),
        ("[profiles.p]\napp = x", "2: not valid TOML: Invalid value"),
        ("[profiles.p]\napp = '''\nx", "3: not valid TOML: "),
        ("[profiles.p]\r\napp = 3\r\n", "2: profiles.p.app: has to be"),
    ],
)  # fmt: skip
def test_a_mistake_anywhere_is_told_with_its_line(desk: Desk, text: str, message: str) -> None:
    desk.write(text)
    assert desk.mistake().startswith(f"config.toml:{message}")


def test_a_mistake_in_another_profile_is_told_as_well(desk: Desk) -> None:
    desk.write("[profiles.fine]\n[profiles.p]\nprodution = true\n")
    assert desk.mistake("fine").endswith("did you mean production?")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("app = 'shop'", "app: it holds no app id; one looks like com.example.app"),
        (f"app = '{KEY}'", "app: it holds no app id"),
        ("api_url = 'acme.com'", "api_url: it holds no server; one looks like https://"),
        ("revision = 'old'", "revision: it is no revision; there are auto, next, live, documented"),
    ],
)
def test_a_value_that_cannot_be_used_is_told(desk: Desk, line: str, message: str) -> None:
    desk.write(f"[profiles.p]\nkey_command = [\n  'x',\n  'y',\n]\n{line}\n")
    assert desk.mistake("p", key=KEY).startswith(f"config.toml:6: profiles.p.{message}")


def test_a_place_is_where_it_begins_though_it_takes_many_lines(desk: Desk) -> None:
    desk.write("[profiles.p]\nkey_command = [\n  'x',\n  3,\n]\n")
    assert desk.mistake().startswith("config.toml:2: profiles.p.key_command")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"# fine\napp = '\xff'", "config.toml:2: not UTF-8"),
        (b"a = " + b"[" * 100_000, "config.toml: nested too deeply"),
        (b"a = " + b"1" * 5000, "config.toml: nested too deeply, or a number is too long"),
    ],
)
def test_what_is_no_text_or_goes_too_far(desk: Desk, raw: bytes, message: str) -> None:
    desk.config.write_bytes(raw)
    assert desk.mistake().startswith(message)


def test_a_file_that_cannot_be_read_is_not_passed_over(desk: Desk) -> None:
    desk.config.mkdir()
    assert desk.mistake() == "config.toml cannot be read: it is a folder"


def test_windows_marks_are_taken(desk: Desk) -> None:
    desk.config.write_bytes(b"\xef\xbb\xbf[profiles.p]\r\napp = 'com.acme.shop'\r\n")
    assert desk.find("p").app_id is not None


def test_an_unknown_profile_names_who_said_it_and_the_nearest(desk: Desk) -> None:
    desk.write(PROD)
    assert desk.mistake("prd") == ("--profile names no profile of config.toml; did you mean prod?")
    assert desk.mistake(KEY) == "--profile names no profile of config.toml; there is prod, look"
    desk.environ["CAPGO_PROFILE"] = "lok"
    assert desk.mistake() == "CAPGO_PROFILE names no profile of config.toml; did you mean look?"
    desk.config.unlink()
    assert desk.mistake() == "CAPGO_PROFILE names a profile, but there is no config.toml"


def test_the_example_of_the_readme_is_right(desk: Desk) -> None:
    readme = Path(__file__).parents[1] / "README.md"
    _, fence, example = readme.read_text(encoding="utf-8").partition("```toml\n")
    assert fence
    desk.write(example.partition("```")[0])
    assert desk.find(key=KEY).profile == Setting(
        Profile("staging", is_changed=True), f"default_profile in {desk.config}"
    )
    for name, profile in (
        ("prod", Profile("prod", production=True)), ("look", Profile("look", read_only=True)),
    ):  # fmt: skip
        changed = replace(profile, is_changed=True)
        assert desk.find(name, key=KEY).profile == Setting(changed, "--profile")


# Its cost


def test_who_has_no_such_file_pays_nothing_for_it(desk: Desk) -> None:
    code = (
        "import sys; from pathlib import Path; from capgo_tui.settings import *\n"
        "find(Options(), Environment({}, Path('/'), Path('/'), Path(sys.argv[1])))\n"
        "print(*{'tomllib', 'difflib', 'shlex', 'subprocess'}.intersection(sys.modules))"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(desk.config)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=os.getcwd())
    assert ran.stdout.strip() == ""


def test_the_file_is_never_written(desk: Desk) -> None:
    desk.write(PROD)
    desk.environ["ACME_KEY"] = KEY
    desk.config.chmod(0o400)
    desk.config.parent.chmod(0o500)
    before = desk.config.stat()
    desk.find()
    desk.config.parent.chmod(0o700)
    assert (desk.config.read_text(), desk.config.stat().st_mtime_ns) == (PROD, before.st_mtime_ns)
