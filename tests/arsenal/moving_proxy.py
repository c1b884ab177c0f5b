"""A sandbox for manual tests, behind a proxy that answers every write with a redirect.

``python -m tests.arsenal.moving_proxy`` prints a URL, an app and an API key, as the sandbox does.
"""

from __future__ import annotations

import sys

from tests.arsenal.on_terminal import redirect_writes, serve_small_app
from tests.arsenal.servers import spoiling_proxy


def main() -> None:
    """Serve until interrupted."""
    with serve_small_app() as sandbox, spoiling_proxy(sandbox.url, redirect_writes) as proxy:
        print(f"url {proxy.url}\napp {sandbox.app}\nkey {sandbox.key}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
