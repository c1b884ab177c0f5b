"""Answers to a request that say nothing of it, or nothing to be believed."""

from __future__ import annotations

import gzip

from tests.arsenal.servers import bare


def moved(location: str, status: str = "302 Found") -> bytes:
    return bare(status, b"", f"location: {location}")


ODD: dict[str, bytes] = {
    "a location with a bad port": moved("http://127.0.0.1:99999999/device"),
    "a location with no port": moved("http://[::1/device"),
    "a location with an empty label": moved("http://a..b/device"),
    "a location of a label too long": moved(f"http://{'a' * 70}.example/"),
    "a location in bad punycode": moved("http://xn--\u00fc\u00fc.example/"),
    "a location with control characters": moved("http://exa\x01mple/\x7f"),
    "a location of 9 KB": moved(f"https://e.example/{'a' * 9000}"),
    "a location elsewhere": moved("https://elsewhere.example/device"),
    "the same address with a slash": moved("/device/", "307 Temporary Redirect"),
    "the same address with a slash, for good": moved("/device/", "308 Permanent Redirect"),
    "301 without a location": bare("301 Moved"),
    "304": bare("304 Not Modified"),
    "300": bare("300 Multiple Choices"),
    "399": bare("399 Odd"),
    "405": bare("405 Method Not Allowed"),
    "409": bare("409 Conflict", b"conflict"),
    "418": bare("418 Teapot", b"{}", "content-type: application/json"),
    "499": bare("499 Client Closed Request"),
    "502": bare("502 Bad Gateway", b"<html>bad gateway</html>"),
    "599": bare("599 Odd"),
    "999": bare("999 Odd"),
    "1000": bare("1000 Odd"),
    "101": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    "100 and no more": b"HTTP/1.1 100 Continue\r\n\r\n",
    "a web page in 200": bare("200 OK", b"<!doctype html><title>Sign in</title>"),
    "an error in 200": bare("200 OK", b'{"error":"unknown_error","message":"Unknown error"}'),
    "a truncated body": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    "a truncated chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{",
    "no gzip in gzip": bare("200 OK", b"{}", "content-encoding: gzip"),
    "packed twice": bare(
        "200 OK", gzip.compress(gzip.compress(b"{}")), "content-encoding: gzip, gzip"
    ),
    "packed otherwise": bare("200 OK", b"{}", "content-encoding: br"),
    "the end of gzip missing": bare("200 OK", gzip.compress(b"{}")[:-4], "content-encoding: gzip"),
    "a web page in 400": bare("400 Bad Request", b"<html>bad request</html>"),
    "a web page in 403": bare("403 Forbidden", b"<html>blocked</html>"),
    "a web page in 404": bare("404 Not Found", b"<html>not here</html>"),
    "a web page in 429": bare("429 Too Many Requests", b"<html>slow</html>", "retry-after: 9"),
    "a line of text in 403": bare("403 Forbidden", b"error code: 1020"),
    "nothing in 404": bare("404 Not Found"),
    "413": bare("413 Content Too Large"),
    "422 in JSON": bare("422 Odd", b'{"error":"x"}', "content-type: application/json"),
    "500 in JSON": bare("500 Odd", b'{"error":"unknown_error"}', "content-type: application/json"),
    "503 for a day": bare("503 Unavailable", b"", "retry-after: 86400"),
    "a reply of 1 MB": bare("200 OK", b"[" + b"{}," * 350_000 + b"{}]"),
    "a status in Latin-1": b"HTTP/1.1 200 \xe9\xe9\r\ncontent-length: 2\r\n\r\n{",
    "an answer before and after": bare("103 Early Hints") + bare("302 Found"),
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "no HTTP": b"\x15\x03\x01\x00\x02\x02\x46",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\ncontent-le",
}
"""Answers that say nothing, or nothing to be believed, of a write."""
SIGN_IN = bare("401 Unauthorized", b"<html>sign in</html>")
"""An answer after which the key counts as refused, and so nothing is read back with it."""
PLAIN: dict[str, bytes] = {
    "no JSON in 200": bare("200 OK", b"{" * 5_000, "content-type: application/json"),
    "204": bare("204 No Content").replace(b"content-length: 0\r\n", b""),
    "201": bare("201 Created", b"{}"),
    "206": bare("206 Partial Content", b'{"status":"ok"}'),
    "226": bare("226 IM Used"),
}
"""Answers that say it was done: any 2xx does (contract §12)."""
