"""Reading a Capacitor config: literal values only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.capacitor_config import CONFIG_FILES, BrokenConfigError, CapacitorConfig

if TYPE_CHECKING:
    from pathlib import Path

TS, JS, JSON = CONFIG_FILES
SHOP, UPDATES = "com.acme.shop", "com.acme.updates"
LOCAL = "http://localhost:54321"


def read(folder: Path, text: str, name: str = TS) -> CapacitorConfig:
    (folder / name).write_text(text, encoding="utf-8")
    return CapacitorConfig.read(folder)


def app_id(folder: Path, text: str, name: str = TS) -> str | None:
    return read(folder, text, name).app_id


# The file


def test_a_folder_without_a_config_says_nothing(tmp_path: Path) -> None:
    assert CapacitorConfig.read(tmp_path) == CapacitorConfig()
    assert CapacitorConfig.read(tmp_path / "not there") == CapacitorConfig()
    (tmp_path / TS).mkdir()
    assert CapacitorConfig.read(tmp_path) == CapacitorConfig()


def test_the_first_config_that_exists_is_the_config(tmp_path: Path) -> None:
    for name in reversed(CONFIG_FILES):
        text = json.dumps({"appId": f"com.from.{name[-2:]}"})
        assert read(tmp_path, text, name) == CapacitorConfig(name, f"com.from.{name[-2:]}")
    assert read(tmp_path, "export default {}") == CapacitorConfig(TS), "the others do not count"


def test_a_file_that_is_no_text_is_no_config(tmp_path: Path) -> None:
    (tmp_path / TS).write_bytes(b"\xff\xfe appId: 'com.acme.wrong'")
    assert read(tmp_path, '{"appId": "com.acme.shop"}', JSON) == CapacitorConfig(JSON, SHOP)


@pytest.mark.parametrize("name", CONFIG_FILES)
def test_a_byte_order_mark_is_no_part_of_a_config(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'\xef\xbb\xbf{"appId": "com.acme.shop"}')
    assert CapacitorConfig.read(tmp_path) == CapacitorConfig(name, SHOP)


# The same document, as JSON and as a program


DOCUMENTS: list[tuple[dict[str, object], str | None, str | None]] = [
    ({}, None, None),
    ({"appId": SHOP}, SHOP, None),
    ({"appId": 7}, None, None),
    ({"appId": SHOP, "includes": ["www/*", "*/x"], "server": {"url": "https://x.y/*"}}, SHOP, None),
    ({"server": {"appId": "com.other.place", "localApi": "https://o"}}, None, None),
    ({"server": {"url": "x", "deep": {"a": {"b": 1}}}, "appId": SHOP}, SHOP, None),
    ({"plugins": {"Kakao": {"appId": "com.other.plugin", "localApi": "https://o"}}}, None, None),
    ({"plugins": {"appId": "com.too.high", "localApi": "https://o"}}, None, None),
    ({"plugins": {"CapacitorUpdater": {"extra": {"appId": "com.too.deep"}}}}, None, None),
    ({"other": {"CapacitorUpdater": {"appId": "com.not.there"}}}, None, None),
    ({"a": {"plugins": {"CapacitorUpdater": {"appId": "com.not.there"}}}}, None, None),
    (
        {
            "appId": SHOP,
            "plugins": {
                "Kakao": {"appId": "com.other.plugin"},
                "CapacitorUpdater": {"extra": {"a": 1}, "appId": UPDATES, "localApi": LOCAL},
                "Last": {"appId": "com.another.plugin", "localApi": "https://o"},
            },
        },
        UPDATES,
        LOCAL,
    ),
    ({"plugins": {"CapacitorUpdater": {"localApi": LOCAL}}, "appId": SHOP}, SHOP, LOCAL),
]


@pytest.mark.parametrize(("document", "app", "server"), DOCUMENTS)
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (JSON, "", ""),
        (JS, "module.exports = ", ";\n"),
        (TS, "const config: CapacitorConfig = ", " as const;\nexport default config;\n"),
        (TS, "export default defineConfig(", ");"),
        (TS, "export default () => (", ")"),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_same_is_found_however_a_config_is_written(  # noqa: PLR0917 - tables by tables
    tmp_path: Path,
    document: dict[str, object],
    app: str | None,
    server: str | None,
    name: str,
    before: str,
    after: str,
    indent: int | None,
) -> None:
    text = f"{before}{json.dumps(document, indent=indent)}{after}"
    assert read(tmp_path, text, name) == CapacitorConfig(name, app, server)


# JSON


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("{", 1),
        ('{\n"appId": \n', 3),
        ("{\n'appId': 'x'}", 2),
        ("// a comment\n{}", 1),
        ('{"a": 1,\n\n}', 1),
        ('{\n"a": [1,\n2, \n\n]}', 3),
        ('{\n"a": 1,', 2),
        ('{\n"a": [\n,]}', 3),
    ],
)
def test_malformed_json_is_named_with_its_line_and_nothing_else(
    tmp_path: Path, text: str, line: int
) -> None:
    with pytest.raises(BrokenConfigError) as error:
        read(tmp_path, text, JSON)
    assert str(error.value) == f"{JSON}:{line}: not valid JSON"
    assert error.value.__cause__ is None


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 50_000])
def test_json_nested_without_end_is_broken(tmp_path: Path, text: str) -> None:
    with pytest.raises(BrokenConfigError, match="nested too deeply"):
        read(tmp_path, text, JSON)


def test_json_with_a_number_without_end_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenConfigError):
        read(tmp_path, f'{{"appId": {"1" * 5000}}}', JSON)


@pytest.mark.parametrize(
    "document", [[], "text", None, 7, {"plugins": []}, {"plugins": {"CapacitorUpdater": "yes"}}]
)
def test_json_of_another_shape_says_nothing(tmp_path: Path, document: object) -> None:
    assert read(tmp_path, json.dumps(document), JSON) == CapacitorConfig(JSON)


# Programs


@pytest.mark.parametrize(
    ("code", "result"),
    [
        # Places of a text
        ("module.exports = { appId: 'com.acme.shop' }", SHOP),
        ('export default {"appId": "com.acme.shop"}', SHOP),
        ("export default {\n  'appId' : `com.acme.shop`,\n}", SHOP),
        ("export default { appId:'com.acme.shop',}", SHOP),
        ("export default { appId: 'com.acme.shop' as const }; // x", SHOP),
        ("", None),
        ("appId", None),
        ("'appId'", None),
        ("export default { notAppId: 'com.acme.shop' }", None),
        ("const appId: string = pick();", None),
        # Comments
        ("export default { appName: 'x'// appId: 'com.old.one'\n, appId: 'com.acme.shop' }", SHOP),
        ("export default { /* appId: 'com.old.one', */ appId: 'com.acme.shop' }", SHOP),
        ("export default { appId: /* once 'com.old.one' */ 'com.acme.shop' }", SHOP),
        ("// {\n/* } */ export default { appId: 'com.acme.shop' } // }", SHOP),
        ("// don't\nexport default { appId: 'com.acme.shop' } // isn't", SHOP),
        ("export default { a: 'https://x.y//z', appId: 'com.acme.shop' }", SHOP),
        # Globs are texts, not comments
        ("export default { includes: ['www/*'], appId: 'com.acme.shop', x: ['*/x'] }", SHOP),
        ('export default { includes: ["**/*"], appId: "com.acme.shop" }', SHOP),
        # Quotes in texts
        ("export default { appName: 'Don\\'t', appId: 'com.acme.shop' }", SHOP),
        ("export default { appName: \"it's\", appId: 'com.acme.shop' }", SHOP),
        ("export default { appName: 'back\\\\', appId: 'com.acme.shop' }", SHOP),
        ("export default { appName: 'a: {', appId: 'com.acme.shop' }", SHOP),
        ("export default { appName: \"appId: 'com.in.text'\", appId: 'com.acme.shop' }", SHOP),
        # Computed values cannot be known
        ("export default { appId: process.env.APP_ID }", None),
        ("export default { appId: process.env.APP_ID ?? 'com.acme.shop' }", None),
        ("export default { appId: pick('com.acme.shop') }", None),
        ("export default { appId: `com.acme.${flavour}` }", None),
        ("export default { appId: dev ? 'com.acme.dev' : 'com.acme.shop' }", None),
        ("export default dev ? { appId: 'com.acme.dev' } : { appId: 'com.acme.shop' }", None),
        ("const a = { appId: 'com.acme.dev' }; const b = { appId: 'com.acme.shop' };", None),
        ("const a = { appId: 'com.acme.shop' }; const b = { appId: 'com.acme.shop' };", SHOP),
        # Other objects
        ("export default { server: { a: { b: 1 } }, appId: 'com.acme.shop' }", SHOP),
        ("export default { appId: env, plugins: { Kakao: { appId: 'com.other.plugin' } } }", None),
        (
            "const server = { url: dev ? 'a' : 'b' }; export default { appId: 'com.acme.shop' }",
            SHOP,
        ),
        ("export default { plugins: { ...more, CapacitorUpdater: { appId: id } } }", None),
        # Too many braces, or too few
        ("}}} export default { appId: 'com.acme.shop' }", SHOP),
        ("export default { appId: 'com.acme.shop'", SHOP),
        # Texts that never end
        ("export default { appId: 'com.acme.shop", None),
        ("export default { appId: `com.acme.shop", None),
        ("export default { appId: 'com.acme.shop', appName: 'never ends", SHOP),
        ("export default { appId: 'com.acme.shop' } /* never ends", SHOP),
    ],
)
def test_only_a_plain_text_at_the_right_place_counts_in_a_program(
    tmp_path: Path, code: str, result: str | None
) -> None:
    assert read(tmp_path, code) == CapacitorConfig(TS, result)


@pytest.mark.parametrize(
    "code",
    [
        "export default { appId: 'com.acme.shop' + suffix }",
        "export default { appId: 'com.acme.shop'.concat(suffix) }",
        "export default { appId: 'com.acme.' + 'shop' }",
        "export default { appId: 'com.acme.shop' && other }",
    ],
)
def test_a_text_that_something_is_added_to_does_not_count(tmp_path: Path, code: str) -> None:
    assert app_id(tmp_path, code) is None


def test_a_text_without_end_ends_with_its_line(tmp_path: Path) -> None:
    code = "export default { re: /it's/,\n appId: 'com.acme.shop', appName: 'x' }"
    assert app_id(tmp_path, code) == SHOP


BEFORE = "export default { plugins: { CapacitorUpdater: { extra: { a: 1 }, "


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (f"{BEFORE} appId: 'com.acme.updates' }} }} , appId: 'com.acme.shop' }}", UPDATES),
        (f"{BEFORE} }} }} , appId: 'com.acme.shop' }}", SHOP),
        (f"{BEFORE} appId: id }} }} , appId: 'com.acme.shop' }}", SHOP),
        (f"{BEFORE} }}, Kakao: {{ appId: 'com.other.plugin' }} }} }}", None),
        (f"{BEFORE} inner: {{ appId: 'com.too.deep' }} }} }} }}", None),
    ],
)
def test_the_updaters_app_id_comes_first_and_no_other_plugins_counts(
    tmp_path: Path, code: str, result: str | None
) -> None:
    assert app_id(tmp_path, code) == result


def test_of_two_servers_none_is_believed(tmp_path: Path) -> None:
    code = "dev ? { plugins: { CapacitorUpdater: { localApi: 'https://a' } } } : "
    both = f"{code} {{ plugins: {{ CapacitorUpdater: {{ localApi: 'https://b' }} }} }}"
    assert read(tmp_path, code).server == "https://a"
    assert read(tmp_path, both).server is None


# Arbitrary content


PIECES = st.sampled_from(
    [
        *("{", "}", "[", "]", "(", ")", ":", ",", "'", '"', "`", "\\", "\n", "//", "/*", "*/", "$"),
        *("appId", "localApi", "plugins", "CapacitorUpdater", "com.acme.shop", " ", "x", "é", "${"),
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join))
@hypothesis_settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_program_is_made_of_it_is_read(tmp_path: Path, code: str) -> None:
    config = read(tmp_path, code)
    for text in (config.app_id, config.server):
        assert text is None or text in code


LARGEST = 256 * 1024


@pytest.mark.parametrize(
    "piece", ["{", "}", "{}", "[(", "a:{", "a:'b',", "''", "'", "`", "//", "/**/", "/*", ":", "\\"]
)
def test_the_largest_of_anything_is_read(tmp_path: Path, piece: str) -> None:
    assert app_id(tmp_path, piece * (LARGEST // len(piece))) is None


def test_what_stands_before_many_braces_is_found(tmp_path: Path) -> None:
    assert app_id(tmp_path, "{appId:'com.acme.shop'}" + "{}" * (LARGEST // 4)) == SHOP


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        ("'", "\\\\"),
        ('x = "', "\\\\"),
        ("`", "\\\\"),
        ("", "'\\'"),
        ("", "/* "),
        ("", "{a:'',b:"),
        ("{" * (LARGEST // 4), "a:'',"),
    ],
)
def test_the_largest_that_never_closes_takes_one_look_at_each_character(
    tmp_path: Path, start: str, piece: str
) -> None:
    assert app_id(tmp_path, (start + piece * (LARGEST // len(piece)))[:LARGEST]) is None
