"""Reading a Capacitor config: literal values only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.capacitor_config import CONFIG_FILES, BrokenConfigError, CapacitorConfig
from tests.support.sampling import examples

if TYPE_CHECKING:
    from pathlib import Path

TS, JS, JSON = CONFIG_FILES
SHOP, UPDATES = "com.acme.shop", "com.acme.updates"
LOCAL = "http://localhost:54321"


def read(folder: Path, text: str, name: str = TS) -> CapacitorConfig:
    (folder / name).write_text(text, encoding="utf-8")
    return CapacitorConfig.read(folder)


def app_id(folder: Path, text: str, name: str = TS) -> str | None:
    return read(folder, text, name).app_id.text


NOTHING = "capacitor.config", None, None


def values(config: CapacitorConfig) -> tuple[str, str | None, str | None]:
    return config.file, config.app_id.text, config.server.text


# The file


def test_a_folder_without_a_config_says_nothing(tmp_path: Path) -> None:
    assert values(CapacitorConfig.read(tmp_path)) == NOTHING
    assert values(CapacitorConfig.read(tmp_path / "not there")) == NOTHING
    (tmp_path / TS).mkdir()
    assert values(CapacitorConfig.read(tmp_path)) == NOTHING


def test_the_first_config_that_exists_is_the_config(tmp_path: Path) -> None:
    for name in reversed(CONFIG_FILES):
        text = "export default " * (name == TS) + "module.exports = " * (name == JS)
        text += json.dumps({"appId": f"com.from.{name[-2:]}"})
        assert app_id(tmp_path, text, name) == f"com.from.{name[-2:]}"
    assert values(read(tmp_path, "export default {}")) == (TS, None, None), (
        "the others do not count"
    )


@pytest.mark.parametrize("name", CONFIG_FILES)
def test_a_file_that_is_no_text_is_not_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xe9 appId: 'com.acme.wrong'")
    with pytest.raises(BrokenConfigError, match=f"^{name} is not UTF-8$"):
        CapacitorConfig.read(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / TS).touch(mode=0o200)
    with pytest.raises(BrokenConfigError, match=f"^{TS} cannot be read: "):
        read(tmp_path, '{"appId": "com.acme.shop"}', JSON)


@pytest.mark.parametrize("name", CONFIG_FILES)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_says_how_a_config_is_encoded(
    tmp_path: Path, name: str, encoding: str
) -> None:
    start = {TS: "export default ", JS: "module.exports = ", JSON: ""}[name]
    (tmp_path / name).write_bytes((start + '{"appId": "com.acme.shop"}').encode(encoding))
    assert values(CapacitorConfig.read(tmp_path)) == (name, SHOP, None)


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
    assert values(read(tmp_path, text, name)) == (name, app, server)


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
    assert values(read(tmp_path, json.dumps(document), JSON)) == (JSON, None, None)


# Programs


# ruff: noqa: E501 - a program a line


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
        ("const a = { appId: 'com.acme.shop' }; const b = { appId: 'com.acme.shop' };", None),
        # Other objects
        ("export default { server: { a: { b: 1 } }, appId: 'com.acme.shop' }", SHOP),
        ("export default { appId: env, plugins: { Kakao: { appId: 'com.other.plugin' } } }", None),
        (
            "const server = { url: dev ? 'a' : 'b' }; export default { appId: 'com.acme.shop' }",
            SHOP,
        ),
        ("export default { plugins: { ...more, CapacitorUpdater: { appId: id } } }", None),
        # Too many braces, or too few
        ("}}} export default { appId: 'com.acme.shop' }", None),
        ("export default { appId: 'com.acme.shop'", None),
        # Texts that never end
        ("export default { appId: 'com.acme.shop", None),
        ("export default { appId: `com.acme.shop", None),
        ("export default { appId: 'com.acme.shop', appName: 'never ends", None),
        ("export default { appId: 'com.acme.shop' } /* never ends", None),
    ],
)
def test_only_a_plain_text_at_the_right_place_counts_in_a_program(
    tmp_path: Path, code: str, result: str | None
) -> None:
    assert app_id(tmp_path, code) == result


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


BEFORE = "export default { plugins: { CapacitorUpdater: { extra: { a: 1 }, "


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (f"{BEFORE} appId: 'com.acme.updates' }} }} , appId: 'com.acme.shop' }}", UPDATES),
        (f"{BEFORE} }} }} , appId: 'com.acme.shop' }}", SHOP),
        (f"{BEFORE} appId: id }} }} , appId: 'com.acme.shop' }}", None),
        (f"{BEFORE} }}, Kakao: {{ appId: 'com.other.plugin' }} }} }}", None),
        (f"{BEFORE} inner: {{ appId: 'com.too.deep' }} }} }} }}", None),
    ],
)
def test_the_updaters_app_id_comes_first_and_no_other_plugins_counts(
    tmp_path: Path, code: str, result: str | None
) -> None:
    assert app_id(tmp_path, code) == result


UPDATER = "plugins: { CapacitorUpdater: {"


@pytest.mark.parametrize(
    ("code", "line", "why"),
    [
        # What changes the object after its literal
        ("const c = { appId: 'a.b' };\nif (x) c.appId = 'c.d';\nexport default c;", 2, "changed"),
        ("const c = { appId: 'a.b' };\nc['app' + 'Id'] = 'c.d';\nexport default c;", 2, "changed"),
        ("const c = { appId: 'a.b' };\nObject.assign(c, env);\nexport default c;", 2, "changed"),
        ("const c = { appId: 'a.b' };\nconst d = c;\nexport default c;", 2, "changed"),
        ("const c = { appId: 'a.b' };\nexport default c;\npatch();\nfunction patch() { c.appId = 1 }",
         4, "changed"),
        ("module.exports = { appId: 'a.b' };\nmodule.exports.appId = 'c.d';", 2, "changed"),
        ("module.exports = { appId: 'a.b' };\nrequire.main.exports.appId = 'c.d';", 2, "changed"),
        ("export default { appId: 'a.b' };\nexports.default.appId = 'c.d';", 2, "changed"),
        ("const c = { appId: 'a.b' };\neval('c.appId = 1');\nexport default c;", 2, "eval"),
        ("let c = { appId: 'a.b' };\nexport default c;", 2, "computed"),
        # What is exported
        ("if (x) module.exports = { appId: 'a.b' };", 1, "exported"),
        ("if (x)\nmodule.exports = { appId: 'a.b' };", 2, "exported"),
        ("x &&\nmodule.exports = { appId: 'a.b' };", 2, "exported"),
        ("if (x) { module.exports = { appId: 'a.b' } }", 1, "exported"),
        ("module.exports = { appId: 'a.b' };\nmodule.exports = { appId: 'c.d' }", 2, "twice"),
        ("if (x) { return }\nmodule.exports = { appId: 'a.b' };", 1, "return"),
        ("const c = { appId: 'a.b' };\nexport { c as default };", 2, "exported"),
        ("switch (x) {\ncase 'appId': 'a.b' }", 2, "exported"),
        ("export default x ? { appId: 'a.b' } : {}", 1, "computed"),
        ("export default { appId: 'a.b' }\n.other", 2, "computed"),
        ("export default { appId: 'a.b' }\n(x)", 2, "computed"),
        # What the value is
        ("export default {\n appId: a ? a : 'a.b' }", 2, "computed"),
        ("export default {\n appId: a ? appId : 'a.b' }", 2, "computed"),
        ("export default {\n appId: process.env.ID || 'a.b' }", 2, "computed"),
        ("export default {\n appId: () => ('a.b') }", 2, "computed"),
        ("export default {\n appId() { return 'a.b' } }", 2, "computed"),
        ("export default {\n get appId() { return 'a.b' } }", 2, "computed"),
        ("export default {\n get 'appId'() { return 'a.b' } }", 2, "computed"),
        ("export default {\n appId: 'a.\\x62' }", 2, "escape"),
        ("export default {\n appId: tag`a.b` }", 2, "computed"),
        ("export default {\n appId: 'a.b'\n+ x }", 2, "computed"),
        ("import { appId } from './x'\nexport default {\n appId }", 3, "known"),
        ("let appId = 'a.b'\nexport default {\n appId }", 3, "known"),
        ("declare const appId = 'a.b'\nexport default {\n appId }", 3, "known"),
        ("const appId = x ? 'a.b' : 'c.d'\nexport default { appId }", 1, "computed"),
        ("const a = b, b = a\nexport default { appId: b }", 2, "computed"),
        ("const a = b\nconst b = a\nexport default { appId: b }", 1, "nested"),
        # What may override it
        ("export default { appId: 'a.b',\n ...env }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x ? { appId: 'c.d' } : {}) }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x && { appId: 'c.d' }) }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x || y && { z: 1 }) }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x ?? { z: 1 }) }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x ? y : { z: 1 }) }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x ? y ? z : { z: 1 } : { z: 1 }) }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x ? { z: 1 } : y ? { z: 1 } : { z: 1 }) }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x & { z: 1 }) }", 2, "spread"),
        ("export default { appId: 'a.b',\n ...(x && { ...env }) }", 2, "spread"),
        ("export default { appId: 'a.b',\n [key]: 'c.d' }", 2, "computed"),
        ("export default { appId: 'a.b',\n 'app\\u0049d': 'c.d' }", 2, "escape"),
        ("export default { appId: 'a.b',\n __proto__: env }", 2, "inherits"),
        ("const appId = 'a.b'\nexport default {\n x: y as Map<z, appId, z> }", 3, "type"),
        # The updater's own id comes before it
        (f"export default {{ appId: 'a.b', {UPDATER}\n appId: env }} }} }}", 2, "computed"),
        (f"export default {{ appId: 'a.b', {UPDATER}\n ...env }} }} }}", 2, "spread"),
        ("export default { appId: 'a.b',\n plugins: load() }", 2, "computed"),
        ("import plugins from './x'\nexport default { appId: 'a.b',\n plugins }", 3, "known"),
        ("export default { appId: 'a.b', plugins: {\n CapacitorUpdater: load() } }", 2, "computed"),
        ("const plugins = {}\nplugins.CapacitorUpdater = x\nexport default { appId: 'a.b', plugins }",
         2, "changed"),
        # What looks like something else
        ("export default { appId: 'a.b' }\nx = y() /it's/.z", 2, "slash"),
        ("export default { appId: 'a.b' }\n<!-- x", 2, "comment"),
        ("export default { appId: 'a.b' }\n\\u0061", 2, "character"),
        ("import { defineConfig } from './x'\nexport default defineConfig({ appId: 'a.b' })", 1,
         "package"),
        ("function defineConfig(x) { }\nexport default defineConfig({ appId: 'a.b' })", 1, "package"),
        ("export default defineConfig({ appId: 'a.b' }, x)", 1, "computed"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_not_taken_and_the_line_is_named(
    tmp_path: Path, code: str, line: int, why: str
) -> None:
    value = read(tmp_path, code).app_id
    assert value.text is None
    assert value.doubt is not None
    assert why in value.doubt, value
    assert value.source == f"{TS}:{line}"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("const appId = 'com.acme.shop'\nexport default { appId }", 1),
        ("export const appId: string = 'com.acme.shop';\nexport default { appId: appId }", 1),
        ("const id = `com.acme.shop`\nconst appId = id\nlog(appId)\nexport default { appId }", 1),
        ("export default {\n ...env, appId: 'com.acme.shop', plugins: {} }", 2),
        ("const base = {\n appId: 'com.acme.shop' }\nexport default { ...base }", 2),
        ("const base = { appId: 'a.b' }\nexport default { ...base,\nappId: 'com.acme.shop' }", 3),
        ("export default { appId: 'a.b',\n appId: 'com.acme.shop' }", 2),
        ("export default {\n appId: 'com.acme.shop', ...(x && y() && { server: { url: z } }) }", 2),
        ("export default {\n appId: 'com.acme.shop', ...(x || y ? { server: z } : {}) }", 2),
        (f"const u = {{\n appId: 'com.acme.shop' }}\nexport default {{ {UPDATER} ...u }} }} }}", 2),
        ("const plugins = { CapacitorUpdater: {\n appId: 'com.acme.shop' } }\n"
         "export default { appId: 'a.b', plugins }", 2),
        ("export default { plugins: <any>{ CapacitorUpdater: <X<y>>{\n appId: 'com.acme.shop' } } }",
         2),
        ("export default { plugins: ({ CapacitorUpdater: {\n appId: 'com.acme.shop' } as X[] }) as"
         " unknown as A.B<C> | { d: e } }", 2),
        ("const c: C<X>={\n appId: 'com.acme.shop' } satisfies C\nexport = c", 2),
        ("const c: { appId: string } = {\n appId: 'com.acme.shop' }\nmodule.exports = c", 2),
        ("import { defineConfig } from 'kit'\nexport default defineConfig({ appId:\n'com.acme.shop' },"
         ")", 3),
        ("'use strict'\nmodule.exports =\n { appId: 'com.acme.shop' }", 3),
        ("const x = require('x')\nmodule.exports = { appId: 'com.acme.shop' }", 2),
        ("if (x) { y() }\nmodule.exports = { appId: 'com.acme.shop' }", 2),
        # Regular expressions, templates and comments
        ("export default { a: /it's \\/\\/ [/'\"] {/g,\n appId: 'com.acme.shop' }", 2),
        ("export default { a: b / c / d, e: `${f({ g: `}` })} '`,\n appId: 'com.acme.shop' }", 2),
        ("export default { a: /* '\n */ `\n`, // {\u2028 appId: 'com.acme.shop' }", 4),
        ("#!/usr/bin/env it's\nexport default { appId: 'com.acme.shop' }", 2),
        ("export default { get x() { return 1 }, async y() {},\n appId: 'com.acme.shop' }", 2),
        ("export default { a: x ? appId : 'a.b',\n appId: 'com.acme.shop' }", 2),
    ],
)  # fmt: skip
def test_what_is_certain_is_taken_with_its_line(tmp_path: Path, code: str, line: int) -> None:
    value = read(tmp_path, code).app_id
    assert (value.source, value.text, value.doubt) == (f"{TS}:{line}", SHOP, None)


def test_a_program_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"require('fs').writeFileSync('{mark}', '');\nmodule.exports = {{ appId: '{SHOP}' }}"
    assert app_id(tmp_path, code, JS) == SHOP
    assert not mark.exists()


def test_a_json_config_needs_no_parser_of_programs(tmp_path: Path) -> None:
    (tmp_path / JSON).write_text('{"appId": "com.acme.shop"}')
    code = (
        "import sys; from pathlib import Path; from capgo_tui.capacitor_config import *;"
        f" print(CapacitorConfig.read(Path({str(tmp_path)!r})).app_id.text,"
        " 'capgo_tui.config_program' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [SHOP, "False"]


# The server


ADDRESS = "https://capgo.acme.example/functions/v1/updates"


@pytest.mark.parametrize("name", [TS, JSON])
@pytest.mark.parametrize(
    ("updater", "server"),
    [
        ({"localSupa": "https://s.example/ "}, "https://s.example/functions/v1"),
        ({"localApi": "", "localSupa": "https://s.example"}, "https://s.example/functions/v1"),
        (
            {"localSupa": "https://s.example", "updateUrl": ADDRESS},
            "https://s.example/functions/v1",
        ),
        ({"updateUrl": ADDRESS}, "https://capgo.acme.example/functions/v1"),
        ({"updateUrl": "https://own.example/updates"}, None),
        ({"updateUrl": "https://capgo.app.own.example/updates"}, None),
        ({"updateUrl": "https://["}, None),
    ],
)
def test_other_addresses_of_a_server_only_propose_one(
    tmp_path: Path, name: str, updater: dict[str, str], server: str | None
) -> None:
    text = json.dumps({"plugins": {"CapacitorUpdater": updater}})
    value = read(tmp_path, "export default " * (name == TS) + text, name).server
    assert value.text == server
    assert value.doubt is not None
    assert "but no localApi" in value.doubt


@pytest.mark.parametrize(
    ("updater", "server"),
    [
        ({"localApi": LOCAL, "localSupa": "https://s.example", "updateUrl": ADDRESS}, LOCAL),
        ({"updateUrl": "https://plugin.capgo.app/updates"}, None),
        ({"updateUrl": "", "localSupa": " "}, None),
    ],
)
def test_addresses_that_say_nothing_of_a_server_are_no_doubt(
    tmp_path: Path, updater: dict[str, str], server: str | None
) -> None:
    value = read(tmp_path, json.dumps({"plugins": {"CapacitorUpdater": updater}}), JSON).server
    assert (value.text, value.doubt) == (server, None)


@pytest.mark.parametrize(
    "updater",
    [
        "localApi: env, localSupa: 'https://s.example'",
        "localSupa: env",
        "updateUrl: env",
        "localApi: 'https://a', ...env",
    ],
)
def test_a_server_that_cannot_be_known_is_a_doubt(tmp_path: Path, updater: str) -> None:
    value = read(tmp_path, f"export default {{\n{UPDATER} {updater} }} }} }}").server
    assert value.text is None
    assert value.doubt is not None
    assert value.source == f"{TS}:2"


def test_of_two_servers_none_is_believed(tmp_path: Path) -> None:
    code = "x ? { plugins: { CapacitorUpdater: { localApi: 'https://a' } } } : "
    both = f"{code} {{ plugins: {{ CapacitorUpdater: {{ localApi: 'https://b' }} }} }}"
    for text in (code + "{}", both, f"export default {both}"):
        assert read(tmp_path, text).server.text is None
        assert read(tmp_path, text).server.doubt is not None


# Arbitrary content


PIECES = st.sampled_from(
    [
        *("{", "}", "[", "]", "(", ")", ":", ",", "'", '"', "`", "\\", "\n", "//", "/*", "*/", "$"),
        *("appId", "localApi", "plugins", "CapacitorUpdater", "com.acme.shop", " ", "x", "é", "${"),
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join))
@hypothesis_settings(
    deadline=None,
    max_examples=examples(300),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_a_program_is_made_of_it_is_read(tmp_path: Path, code: str) -> None:
    config = read(tmp_path, code)
    for value in (config.app_id, config.server):
        assert value.text is None or (value.text in code and value.doubt is None)


LARGEST = 256 * 1024


@pytest.mark.parametrize(
    "piece", ["{", "}", "{}", "[(", "a:{", "a:'b',", "''", "'", "`", "//", "/**/", "/*", ":", "\\"]
)
def test_the_largest_of_anything_is_read(tmp_path: Path, piece: str) -> None:
    assert app_id(tmp_path, piece * (LARGEST // len(piece))) is None


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
