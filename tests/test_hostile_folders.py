"""Hostile or unusual files in the places where settings are read."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from capgo_tui.agreed_servers import MAX_PAIRS, AgreedServers
from capgo_tui.config_file import ConfigFile
from capgo_tui.plain_files import LARGEST
from capgo_tui.settings import Environment, Options, SettingsError, find
from tests.test_settings import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from capgo_tui.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as Unix has them")

EVIL = "https://evil.example"


@pytest.fixture(autouse=True)
def no_waiting_without_end() -> Iterator[None]:
    """Fail a test that waits for a pipe or reads a device without end."""

    def give_up(*_: object) -> None:
        raise AssertionError("it waits or reads without end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    for name in ("home", "project", "config"):
        (tmp_path / name).mkdir()
    return Environment(
        {}, tmp_path / "home", tmp_path / "project", tmp_path / "config" / "config.toml",
        tmp_path / "state" / "capgo-tui" / "agreed.json",
    )  # fmt: skip


def folder_of(environment: Environment) -> Path:
    assert environment.folder is not None
    return environment.folder


def home_of(environment: Environment) -> Path:
    assert environment.home is not None
    return environment.home


def settings(environment: Environment, **options: str) -> Settings:
    return find(Options(**options), environment)


def link_to_file(path: Path) -> None:
    (path.parent.parent / "secret").write_text("a secret of somebody\n")
    path.symlink_to(path.parent.parent / "secret")


def link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "nothing")


def link_to_zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_process(path: Path) -> None:
    path.symlink_to("/proc/self/mem")


def too_large(path: Path) -> None:
    path.write_bytes(b"#" * (LARGEST + 1))


LINKS = dict.fromkeys((link_to_file, link_to_nothing, link_to_zeros), "it is a link")
OBSTACLES: dict[Callable[[Path], None], str] = {
    **LINKS,
    link_to_process: "it is a link",
    os.mkfifo: "it is no plain file",
    too_large: "it is larger than 256 KB",
}
OWN_OBSTACLES: dict[Callable[[Path], None], str] = {
    link_to_zeros: "it is no plain file",
    os.mkfifo: "it is no plain file",
    too_large: "it is larger than 256 KB",
}
"""Obstacles in places where the user's own links are followed."""


@pytest.mark.parametrize("lay", OBSTACLES)
@pytest.mark.parametrize("where", ["home", "folder"])
def test_a_key_file_that_is_no_plain_file_is_refused(
    where: str, lay: Callable[[Path], None], environment: Environment
) -> None:
    lay(getattr(environment, where) / ".capgo")
    with pytest.raises(SettingsError) as error:
        settings(environment)
    name = "~/.capgo" if where == "home" else "./.capgo"
    assert f"{name}: {OBSTACLES[lay]}" in str(error.value)
    assert "CAPGO_TOKEN" in str(error.value), "what to do"
    assert "secret" not in str(error.value)
    assert settings(environment, key=KEY).key is not None


@pytest.mark.parametrize("lay", OBSTACLES)
@pytest.mark.parametrize("end", ["ts", "js", "json"])
def test_a_capacitor_config_that_is_no_plain_file_is_refused(
    end: str, lay: Callable[[Path], None], environment: Environment
) -> None:
    lay(folder_of(environment) / f"capacitor.config.{end}")
    with pytest.raises(SettingsError) as error:
        settings(environment)
    assert f"capacitor.config.{end}: {OBSTACLES[lay]}" in str(error.value)
    assert settings(environment, app_id="com.acme.shop", server=EVIL).app_id is not None


@pytest.mark.parametrize("lay", OWN_OBSTACLES)
def test_settings_that_are_no_plain_file_are_refused(
    lay: Callable[[Path], None], environment: Environment
) -> None:
    assert environment.config_file is not None
    lay(environment.config_file)
    with pytest.raises(SettingsError, match=f"config.toml cannot be read: {OWN_OBSTACLES[lay]}"):
        settings(environment)


@pytest.mark.parametrize("lay", OWN_OBSTACLES)
def test_a_key_file_of_a_profile_that_is_no_plain_file_is_refused(
    lay: Callable[[Path], None], environment: Environment
) -> None:
    assert environment.config_file is not None
    environment.config_file.write_text("[profiles.p]\nkey_file = 'key'\n")
    lay(environment.config_file.parent / "key")
    with pytest.raises(SettingsError, match=f"key_file cannot be read: {OWN_OBSTACLES[lay]}"):
        settings(environment, profile="p")


@pytest.mark.parametrize("file", ["/dev/zero", "/dev/tty", "/proc/self/mem", "/proc/kmsg"])
def test_no_file_of_the_system_holds_it_up(file: str, environment: Environment) -> None:
    assert environment.config_file is not None
    environment.config_file.write_text(f"[profiles.p]\nkey_file = '{file}'\n")
    with pytest.raises(SettingsError, match="key_file"):
        settings(environment, profile="p")


def test_links_that_the_user_laid_are_followed(environment: Environment) -> None:
    assert environment.config_file is not None
    stow = home_of(environment) / "dotfiles"
    stow.mkdir()
    (stow / "config.toml").write_text("[profiles.p]\nkey_file = 'key'\n")
    (stow / "key").write_text(KEY)
    environment.config_file.symlink_to(stow / "config.toml")
    (environment.config_file.parent / "key").symlink_to(stow / "key")
    assert settings(environment, profile="p").key is not None


# A server that the folder names


def name_server(folder: Path, server: str = EVIL) -> None:
    config = {"plugins": {"CapacitorUpdater": {"localApi": server}}}
    (folder / "capacitor.config.json").write_text(json.dumps(config))


def is_unconfirmed(environment: Environment) -> bool:
    return settings(environment).unconfirmed_server is not None


def test_a_yes_holds_for_that_folder_and_that_server_alone(
    environment: Environment, tmp_path: Path
) -> None:
    name_server(folder_of(environment))
    assert is_unconfirmed(environment)
    environment.agree(EVIL)
    assert not is_unconfirmed(environment)
    name_server(folder_of(environment), EVIL + ".example")
    assert is_unconfirmed(environment), "another server"
    name_server(folder_of(environment), "http://evil.example")
    assert is_unconfirmed(environment), "the same, but for all to hear"
    name_server(folder_of(environment))
    assert not is_unconfirmed(environment)
    other_folder = tmp_path / "moved"
    folder_of(environment).rename(other_folder)
    assert is_unconfirmed(
        Environment({}, home_of(environment), other_folder, None, environment.agreed_servers)
    )


def test_a_yes_is_its_owners_alone_and_the_oldest_give_way(environment: Environment) -> None:
    file = environment.agreed_servers
    assert file is not None
    servers = AgreedServers(file)
    before = os.umask(0)
    try:
        for number in range(MAX_PAIRS + 2):
            servers.add(folder_of(environment), f"https://{number}.example")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    numbers = (0, 1, 2, MAX_PAIRS + 1)
    is_known = [servers.has(folder_of(environment), f"https://{n}.example") for n in numbers]
    assert is_known == [False, False, True, True]
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def open_file(file: Path) -> None:
    file.chmod(0o666)


def open_folder(file: Path) -> None:
    file.parent.chmod(0o777)


def link(file: Path) -> None:
    file.rename(file.with_name("other"))
    file.symlink_to(file.with_name("other"))


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def write_nested_lists(file: Path) -> None:
    file.write_text("[" * 100_000)


def no_list(file: Path) -> None:
    file.write_text('{"a": [[1]]}')


@pytest.mark.parametrize(
    "damage", [open_file, open_folder, link, pipe, write_nested_lists, no_list]
)
def test_a_yes_that_somebody_else_may_have_written_is_none(
    damage: Callable[[Path], None], environment: Environment
) -> None:
    name_server(folder_of(environment))
    environment.agree(EVIL)
    assert not is_unconfirmed(environment)
    assert environment.agreed_servers is not None
    damage(environment.agreed_servers)
    assert is_unconfirmed(environment)
    environment.agree(EVIL)  # it is written anew, or cannot be: nothing is raised


# Mistakes in large settings


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("a = 1\n\n# [b]\n[b]\nc = 2\n", ("b", "c"), 5),
        ("a = '''\n[b]\nc = 1\n'''\n[b]\nc = 2", ("b", "c"), 6),
        ('a = """\n[b]\\"""\nc = 1\n"""""\n[b]\nc = 2', ("b", "c"), 6),
        ("a = [\n 1, # ]\n '[',\n]\nb = 2\n", ("b",), 5),
        ("[a]\nb = [\n {c = 1},\n]\nd = 1\n", ("a", "b"), 2),
        ("[a]\nb = {c = {d = 1}}\n", ("a", "b", "c", "d"), 2),
        ("a.b.c = 1\na.b.d = 1\n", ("a", "b", "d"), 2),
        ("[a.b.c]\nd = 1\n", ("a", "b"), 1),
        ("['a.b'.\"c\"]\nd = 1\n", ("a.b", "c", "d"), 2),
        ('"a#" = "#"\n"b\\"" = 1\n', ('b"',), 2),
        ("[[a]]\nb = 1\n[[a]]\nb = 2\n[c]\nd = 1\n", ("c", "d"), 6),
        ("a = 1 # it's\nb = 2 # \"\n", ("b",), 2),
    ],
)
def test_a_place_is_found_whatever_stands_before_it(
    text: str, place: tuple[str, ...], line: int, tmp_path: Path
) -> None:
    (tmp_path / "c.toml").write_text(text)
    config = ConfigFile.read(tmp_path / "c.toml")
    assert config is not None
    assert config.describe_place(*place).startswith(f"{tmp_path / 'c.toml'}:{line}: ")


@pytest.mark.parametrize(
    "filling", ["# nothing\n", "[profiles.p{}]\napp = 'com.acme.shop'\n", "\n"]
)
def test_a_mistake_is_found_with_one_look_at_each_line(
    filling: str, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tomllib

    count = (LARGEST - 1000) // len(filling.format(99_999))
    text = "".join(filling.format(number) for number in range(count))
    text += "[profiles.x]\nap = 'com.acme.shop'\n"
    assert environment.config_file is not None
    environment.config_file.write_text(text)
    read = 0
    loads = tomllib.loads

    def count_and_load(piece: str) -> object:
        nonlocal read
        read += len(piece)
        return loads(piece)

    monkeypatch.setattr(tomllib, "loads", count_and_load)
    with pytest.raises(SettingsError) as error:
        settings(environment, profile="x")
    line = text.count("\n")
    assert str(error.value).endswith(f":{line}: profiles.x.ap: no such key; did you mean app?")
    assert read <= 2 * len(text), "once to read it all, once to find the line"


@pytest.mark.parametrize("key", ["a.{}", "[a.{}]", "[[ a . {}]]", "'a b'.{}", "x = [{{a.{} = 1}}]"])
def test_a_key_of_thousands_of_parts_is_refused_with_its_line(
    key: str, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tomllib

    def loads(_: str) -> object:
        raise AssertionError("it takes the square of them")

    assert environment.config_file is not None
    environment.config_file.write_text("x = 1\n" + key.format(".".join(["a"] * 50_000)) + " = 1\n")
    monkeypatch.setattr(tomllib, "loads", loads)
    with pytest.raises(SettingsError, match=r"config\.toml:2: nested too deeply"):
        settings(environment)


def test_dots_within_texts_are_no_depth(environment: Environment) -> None:
    assert environment.config_file is not None
    dots = "a." * 500
    environment.config_file.write_text(
        f"# {'.' * 500}\n[profiles.p]\nkey_command = ['echo', '{dots}']\n"
    )
    assert settings(environment, profile="p", key=KEY).key is not None


def test_of_many_profiles_a_few_are_told(environment: Environment) -> None:
    assert environment.config_file is not None
    environment.config_file.write_text("".join(f"[profiles.p{n}]\n" for n in range(10_000)))
    with pytest.raises(SettingsError) as error:
        settings(environment, profile="zzz")
    assert len(str(error.value)) < 500
