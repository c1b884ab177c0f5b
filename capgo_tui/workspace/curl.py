"""Requests as commands for curl, without secrets."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.key import ApiKey
    from capgo_tui.api.requests import Request
    from capgo_tui.workspace.target import Target

_DEMO = "https://demo.invalid"
"""The address in the commands of the demo, whose server has none."""
_SECRET_FIELDS = {"session_key", "sessionkey"}
_PLACEHOLDER = "[redacted]"


def find_address(target: Target) -> str:
    """Return the server of a target as a command names it."""
    return target.server if target.is_remote else _DEMO


def format_curl(request: Request, server: str, key: ApiKey) -> str:
    """Return the command that sends `request` again; the shell inserts the key, ``$CAPGO_TOKEN``.

    It is plain ASCII whatever the request holds: paths are percent-encoded and JSON escaped.
    """
    parts = ["curl", "-sS"]
    if request.method != "GET":
        parts += ["-X", request.method]
    if request.needs_key:
        parts += ["-H", f'"{request.key_header}: $CAPGO_TOKEN"']
    if request.body is not None:
        parts += ["-H", "'content-type: application/json'"]
        body = json.dumps(redact_body(request.body, key))
        parts += ["--data-raw", shlex.quote(body)]
    parts.append(shlex.quote(key.hide_in(server + request.target)))
    return " ".join(parts)


def redact_body(body: Mapping[str, JSON], key: ApiKey) -> JSON:
    """Return the body of a request without its secrets."""
    return _redact(dict(body), key)


def _redact(value: JSON, key: ApiKey) -> JSON:
    if isinstance(value, str):
        return key.hide_in(value)
    if isinstance(value, list):
        return [_redact(item, key) for item in value]
    if isinstance(value, dict):
        return {
            name: _PLACEHOLDER if name.lower() in _SECRET_FIELDS else _redact(item, key)
            for name, item in value.items()
        }
    return value
