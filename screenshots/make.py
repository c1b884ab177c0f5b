"""Write every picture of this folder from the running app: ``python screenshots/make.py``.

Each scene opens the real app on fixed data at a fixed time, plays its keys, waits for the
text that shows it has arrived, and saves what is on the screen.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from capgo_tui.api.key import ApiKey
from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.store import Store
from capgo_tui.tui.app import CapgoApp
from capgo_tui.tui.launch import Launch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.workspace.target import ASGIApp

FOLDER = Path(__file__).parent
NOW = datetime(2026, 11, 21, 14, 2, 11, tzinfo=UTC)
SIZES = ((80, 24), (140, 40))
ROUNDS = 400
"""How often the screen is looked at before a scene counts as never reached."""


@dataclass(frozen=True)
class Scene:
    """One picture: the keys that lead to it and the text that shows it is reached."""

    name: str
    keys: Sequence[str]
    expects: str
    """On the screen once the scene is reached."""
    after: Sequence[str] = ()
    """Keys for when `expects` is there; the picture is taken when `then` is."""
    then: str = ""
    world: str = "shop"
    """Which of `launches` it is opened on."""


A_DEVICE = ["2", *["j"] * 2]
SCENES = (
    Scene("channels", ["1"], "6 loaded · end of list"),
    Scene("devices", A_DEVICE, "more ↓"),
    Scene("bundles", ["3"], "48 loaded"),
    Scene("detail", [*A_DEVICE, "enter"], "What it is"),
    Scene("json", [*A_DEVICE, "J"], '"device_id"'),
    Scene("filter", ["2", "slash", *"store android"], "store android"),
    Scene("link-form", [*A_DEVICE, "o"], "6 of 6 channels"),
    Scene("confirm", [*A_DEVICE, "o", *"beta"], "1 of 6 channels", ["enter"], "y yes"),
    Scene("many", ["2", *["space"] * 3, "o", *"beta"], "1 of 6 channels", ["enter"], "y "),
    Scene("channel-form", ["j", "e", *["down"] * 6, "space"], "→"),
    Scene("cleanup", ["3", "C"], "delete"),
    Scene("palette", [*A_DEVICE, "colon", *"dev qa"], "devices /qa"),
    Scene("requests", ["at"], "Requests"),
    Scene("help", ["2", "question_mark"], "Keys on devices"),
    Scene("overview", ["0"], "ADOPTION"),
    Scene("rollout", ["R"], "Rollout production"),
    Scene("explain", [*A_DEVICE, "i"], "What the API does not tell"),
    Scene("empty", ["2"], "has no devices", world="new"),
    Scene("not-allowed", ["2"], "may not read the devices", world="outsider"),
    Scene("key-refused", ["1"], "The key was refused", world="wrong key"),
    Scene("unreachable", ["1"], "r tries again", world="nowhere"),
    Scene("setup", [], "API key", world="nothing"),
)


def launches(full: Store, new: Store) -> dict[str, Launch]:
    """The worlds that scenes are opened on: a busy app, a new one, and what can go wrong."""
    world = generate(full, now=NOW, devices=400)
    generate(new, now=NOW, devices=0)

    def serving(store: Store) -> Callable[[], ASGIApp]:
        return lambda: create_app(store, limits="device", now=lambda: NOW)

    shop = Launch(ApiKey(world.key), world.app_id, asgi_app=serving(full))
    return {
        "shop": shop,
        "new": replace(shop, asgi_app=serving(new)),
        "outsider": replace(shop, app_id="com.other.company"),
        "wrong key": replace(shop, api_key=ApiKey("00000000-0000-4000-8000-000000000000")),
        "nowhere": replace(shop, asgi_app=None, server="http://127.0.0.1:9"),
        "nothing": Launch(),
    }


def screen_text(app: CapgoApp) -> str:
    """What is on the screen, one line a row."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def play(
    scene: Scene, launch: Launch, size: tuple[int, int], save: Callable[[CapgoApp], None]
) -> None:
    """Play one scene and hand the app over once it is reached.

    Raises:
        TimeoutError: when the screen never shows what the scene expects.

    """
    app = CapgoApp(launch, now=lambda: NOW)
    async with app.run_test(size=size) as pilot:

        async def until(text: str) -> None:
            for _ in range(ROUNDS):
                await pilot.pause()
                if text in screen_text(app):
                    return
            raise TimeoutError(f"{scene.name} never showed {text!r}:\n{screen_text(app)}")

        if scene.world == "shop":
            await until("as of")
        await pilot.press(*scene.keys)
        await until(scene.expects)
        if scene.then:
            await pilot.press(*scene.after)
            await until(scene.then)
        save(app)


async def main() -> None:
    """Write all pictures."""
    full, new = Store(), Store()
    worlds = launches(full, new)
    for size in SIZES:
        for scene in SCENES:
            file = FOLDER / f"{scene.name}-{size[0]}x{size[1]}.svg"

            def save(app: CapgoApp, file: Path = file) -> None:
                file.write_text(app.export_screenshot(title="capgo-tui"), encoding="utf-8")

            await play(scene, worlds[scene.world], size, save)
            sys.stdout.write(f"{file.name}\n")
    full.close()
    new.close()


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    time.tzset()
    asyncio.run(main())
