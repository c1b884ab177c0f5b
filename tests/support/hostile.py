"""Texts of a hostile server or device, to control a terminal or break a program."""

from __future__ import annotations

from typing import Any

ESC = "\x1b"
ST = "\x1b\\"

TEXTS: dict[str, str] = {
    "c0 controls": "".join(map(chr, range(0x20))) + "\x7f",
    "c1 controls": "".join(map(chr, range(0x80, 0xA0))),
    "title, clear, colour": f"{ESC}]0;owned\x07{ESC}[2J{ESC}[31m",
    "c1 sequences": "\x9b2J\x9d0;x\x9c\x90q\x9c",
    "queries": f"{ESC}[c{ESC}[>c{ESC}[6n{ESC}[5n{ESC}[>0q{ESC}[?2026$p{ESC}]10;?\x07{ESC}Z\x05",
    "reports typed back": f"{ESC}[21t{ESC}P$qm{ST}{ESC}P+q544e{ST}",
    "clipboard": f"{ESC}]52;c;cm0gLXJmIH4=\x07{ESC}]52;c;?{ST}",
    "hyperlink": f"{ESC}]8;;https://evil.example{ST}here{ESC}]8;;{ST}",
    "screens and modes": f"{ESC}[?1049l{ESC}[?1000h{ESC}[?2004l{ESC}c{ESC}[!p{ESC}(0{ESC}>",
    "graphics": f"{ESC}_Gf=100,a=T;AAAA{ST}{ESC}Pq#0;2;0;0;0{ST}{ESC}]1337;File=:AA=={ST}",
    "an escape cut short": f"{ESC}",
    "an order cut short": f"{ESC}[",
    "bidi": "\u202ereversed\u2066iso\u2067\u2068\u2069\u200e\u200f\u061c\u202a\u202b\u202c\u202d",
    "zero width": "ze\u200bro\u200c\u200d\ufeff\u2060\u00adwi\u034f\u180edth\u2061\u2064",
    "tags": "\U000e0001\U000e0020\U000e007f",
    "closing tag": "[/red][/]",
    "link markup": "[@click=app.quit]click[/]",
    "open bracket": "[bold",
    "loud markup": "[BOLD RED]x[/BOLD RED] [$primary on $error]y[/] [not a tag",
    "rich emoji and escapes": r":smile: \[b]x\[/b] \\[",
    "html and markdown": "<script>alert(1)</script> **b** [a](javascript:x) `c` &lt;",
    "templates": "{0} {name!r} %s %(x)s $HOME `id` $(id) ; rm -rf ~ | cat\\",
    "lone surrogates": "\ud800 lone \udfff\udc80 \ud83d",
    "not characters": "\ufffe\uffff\U0001fffe\ue000\U0010ffff",
    "lines": "one\r\ntwo\u2028three\u2029four\x0bfive\x0csix\x85seven\ttab\reight",
    "only spaces": " \u00a0\u2003\u3000\u202f\u205f ",
    "nothing": "",
    "wide": "漢字かな交じり文🙂👍🏽👨‍👩‍👧🇩🇪" * 4,
    "half and full": "ｱｲｳＡＢＣ￥",
    "combining": "Z\u0351\u036b\u0343\u036a\u0302" * 12,
    "marks alone": "\u0301\u0301\u20dd\u0489",
    "joined scripts": "क्षि ്ര ความ ฿ ํ ི ꯭",
    "variations": "☺\ufe0f☺\ufe0e1\ufe0f\u20e3",
    "rtl": "שלום עולם مرحبا 123 עולם",
    "comma and quote": "a,b\"c'd;e\n=1+1",
    "formula": "=cmd|'/C calc'!A0",
    "long": "L" * 20_000,
    "long and wide": "漢" * 5_000,
}
"""One of each kind; all but the empty one are hostile or unusual."""

HUGE = "M" * 1_000_000


def spoil(document: Any, text: str, keep: frozenset[str] = frozenset()) -> Any:
    """Return a JSON document with ``text`` in place of every text, and as the name of one field.

    The fields in ``keep`` stay, so that the row stays of its kind.
    """
    if isinstance(document, str):
        return text
    if isinstance(document, list):
        return [spoil(item, text, keep) for item in document]
    if isinstance(document, dict):
        fields = {
            name: value if name in keep else spoil(value, text, keep)
            for name, value in document.items()
        }
        return {**fields, text: text}
    return document


def spoiled_page(document: Any) -> Any:
    """Return a page with a row for each text, one of a megabyte, and unreadable rows."""
    rows = document.get("data") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not rows:
        return document
    device = "device_id" in rows[0]
    identity = "device_id" if device else "id"
    page = []
    for number, text in enumerate((*TEXTS.values(), HUGE), 1):
        row: dict[str, Any] = {"comment": text}
        if text is not HUGE:
            row = spoil(rows[0], text, frozenset({"id", "public"}))
        row |= {"name": f"{number}{text}", "custom_id": text, "public": False}
        page.append({**row, identity: f"{number}{text}" if device else number})
    odd = list(TEXTS.values()) + [{text: text} for text in TEXTS.values()]
    return {"data": page + odd} if device else page + odd
