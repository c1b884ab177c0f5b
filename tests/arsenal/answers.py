"""Answers to a request that do not say, or not credibly, what became of it."""

from __future__ import annotations

import gzip

from tests.arsenal.servers import make_answer


def make_redirect(location: str, status: str = "302 Found") -> bytes:
    """Return an answer that redirects to `location`."""
    return make_answer(status, b"", f"location: {location}")


ODD_ANSWERS: dict[str, bytes] = {
    "a location with a bad port": make_redirect("http://127.0.0.1:99999999/device"),
    "a location with no port": make_redirect("http://[::1/device"),
    "a location with an empty label": make_redirect("http://a..b/device"),
    "a location of a label too long": make_redirect(f"http://{'a' * 70}.example/"),
    "a location in bad punycode": make_redirect("http://xn--\u00fc\u00fc.example/"),
    "a location with control characters": make_redirect("http://exa\x01mple/\x7f"),
    "a location of 9 KB": make_redirect(f"https://e.example/{'a' * 9000}"),
    "a location elsewhere": make_redirect("https://elsewhere.example/device"),
    "the same address with a slash": make_redirect("/device/", "307 Temporary Redirect"),
    "the same address with a slash, for good": make_redirect("/device/", "308 Permanent Redirect"),
    "301 without a location": make_answer("301 Moved"),
    "304": make_answer("304 Not Modified"),
    "300": make_answer("300 Multiple Choices"),
    "399": make_answer("399 Odd"),
    "405": make_answer("405 Method Not Allowed"),
    "409": make_answer("409 Conflict", b"conflict"),
    "418": make_answer("418 Teapot", b"{}", "content-type: application/json"),
    "499": make_answer("499 Client Closed Request"),
    "502": make_answer("502 Bad Gateway", b"<html>bad gateway</html>"),
    "599": make_answer("599 Odd"),
    "999": make_answer("999 Odd"),
    "1000": make_answer("1000 Odd"),
    "101": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    "100 and no more": b"HTTP/1.1 100 Continue\r\n\r\n",
    "a web page in 200": make_answer("200 OK", b"<!doctype html><title>Sign in</title>"),
    "an error in 200": make_answer(
        "200 OK", b'{"error":"unknown_error","message":"Unknown error"}'
    ),
    "a truncated body": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    "a truncated chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{",
    "no gzip in gzip": make_answer("200 OK", b"{}", "content-encoding: gzip"),
    "packed twice": make_answer(
        "200 OK", gzip.compress(gzip.compress(b"{}")), "content-encoding: gzip, gzip"
    ),
    "packed otherwise": make_answer("200 OK", b"{}", "content-encoding: br"),
    "the end of gzip missing": make_answer(
        "200 OK", gzip.compress(b"{}")[:-4], "content-encoding: gzip"
    ),
    "a web page in 400": make_answer("400 Bad Request", b"<html>bad request</html>"),
    "a web page in 403": make_answer("403 Forbidden", b"<html>blocked</html>"),
    "a web page in 404": make_answer("404 Not Found", b"<html>not here</html>"),
    "a web page in 429": make_answer(
        "429 Too Many Requests", b"<html>slow</html>", "retry-after: 9"
    ),
    "a line of text in 403": make_answer("403 Forbidden", b"error code: 1020"),
    "nothing in 404": make_answer("404 Not Found"),
    "413": make_answer("413 Content Too Large"),
    "422 in JSON": make_answer("422 Odd", b'{"error":"x"}', "content-type: application/json"),
    "500 in JSON": make_answer(
        "500 Odd", b'{"error":"unknown_error"}', "content-type: application/json"
    ),
    "503 for a day": make_answer("503 Unavailable", b"", "retry-after: 86400"),
    "a reply of 1 MB": make_answer("200 OK", b"[" + b"{}," * 350_000 + b"{}]"),
    "a status in Latin-1": b"HTTP/1.1 200 \xe9\xe9\r\ncontent-length: 2\r\n\r\n{",
    "an answer before and after": make_answer("103 Early Hints") + make_answer("302 Found"),
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "no HTTP": b"\x15\x03\x01\x00\x02\x02\x46",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\ncontent-le",
}
"""Answers after which it is unknown whether a write took effect."""
SIGN_IN = make_answer("401 Unauthorized", b"<html>sign in</html>")
"""An answer that refuses the API key, so that nothing is read back."""
SUCCESSES: dict[str, bytes] = {
    "no JSON in 200": make_answer("200 OK", b"{" * 5_000, "content-type: application/json"),
    "204": make_answer("204 No Content").replace(b"content-length: 0\r\n", b""),
    "201": make_answer("201 Created", b"{}"),
    "206": make_answer("206 Partial Content", b'{"status":"ok"}'),
    "226": make_answer("226 IM Used"),
}
"""Answers that confirm a write: any 2xx does (contract §12)."""
