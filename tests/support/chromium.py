"""A page in headless Chromium, led through its DevTools pipe."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from base64 import b64decode
from shutil import which
from typing import TYPE_CHECKING

import pyte

from tests.support.closable import Closable
from tests.support.pseudo_terminal import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
_START = """
import os, sys
ends = [os.dup(os.dup(int(end))) for end in sys.argv[1:3]]
for end, number in zip(ends, (3, 4)):
    os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])
"""
_RECORD = """
window.capgoSocket = null; window.capgoOutput = [];
const Original = WebSocket;
window.WebSocket = class extends Original {
  constructor(...args) {
    super(...args);
    window.capgoSocket = this;
    this.addEventListener('message', event => {
      if (typeof event.data !== 'string') window.capgoOutput.push(event.data);
    });
  }
};
"""
_TAKE = """(async () => {
  const parts = window.capgoOutput.splice(0);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
})()"""


def find_chromium() -> str | None:
    """Return the path of a Chromium: CAPGO_TEST_CHROMIUM, or one by a usual name."""
    names = (os.environ.get("CAPGO_TEST_CHROMIUM", ""), *NAMES)
    return next(filter(None, map(which, filter(None, names))), None)


class ChromiumPage(Closable):
    """One page, with a terminal emulator fed by what its WebSocket receives."""

    def __init__(self, chromium: str, url: str, folder: Path) -> None:
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self._number = 0
        self._buffer = b""
        self._session: str | None = None
        command_end, self._commands = os.pipe()
        self._replies, reply_end = os.pipe()
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c", _START, str(command_end), str(reply_end)),
                *(chromium, *flags, f"--user-data-dir={folder}"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(command_end, reply_end),
        )
        os.close(command_end)
        os.close(reply_end)
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        origin = url.rstrip("/")
        permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        self._call("Browser.grantPermissions", origin=origin, permissions=permissions)
        self._session = str(attached["sessionId"])
        self._call("Page.enable")
        self._call("Page.addScriptToEvaluateOnNewDocument", source=_RECORD)
        self._call("Page.bringToFront")
        self._call("Page.navigate", url=url)

    def close(self) -> None:
        """End the process and close what leads to it."""
        self.process.kill()
        self.process.wait()
        os.close(self._commands)
        os.close(self._replies)

    @property
    def text(self) -> str:
        """The present screen, one line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def evaluate(self, script: str) -> object:
        """Return the value of an expression on the page."""
        reply = self._call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        result = reply["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def press(self, keys: str) -> None:
        """Press keys one after the other."""
        self.evaluate("document.querySelector('.xterm-helper-textarea').focus()")
        for key in keys:
            name, code = ("Enter", 13) if key == "\r" else (key, ord(key.upper()))
            for kind in ("keyDown", "keyUp"):
                self._call(
                    "Input.dispatchKeyEvent",
                    type=kind,
                    text=key if kind == "keyDown" else "",
                    key=name,
                    windowsVirtualKeyCode=code if key.isalnum() or key == "\r" else 0,
                )

    def wait_for(self, condition: str | Callable[[], bool]) -> None:
        """Read until the screen shows a text or a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not (condition in self.text if isinstance(condition, str) else condition()):
            assert time.monotonic() < deadline, f"never: {condition}; there is\n{self.text}"
            self._stream.feed(b64decode(str(self.evaluate(_TAKE))))

    def _call(self, method: str, **parameters: object) -> dict[str, object]:
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            while b"\0" not in self._buffer:
                seconds = max(0, deadline - time.monotonic())
                ready, _, _ = select.select([self._replies], [], [], seconds)
                assert ready, f"Chromium does not answer to {method}"
                data = os.read(self._replies, 65536)
                assert data, f"Chromium ended at {method}"
                self._buffer += data
            line, _, self._buffer = self._buffer.partition(b"\0")
            reply = json.loads(line)
            if reply.get("id") == self._number:
                assert "result" in reply, reply
                result: dict[str, object] = reply["result"]
                return result
