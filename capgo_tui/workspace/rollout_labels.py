"""Words of the steps of a rollout, apart from what makes their changes, which is heavier."""

from __future__ import annotations

from typing import Final

START: Final = "start"
PAUSE: Final = "pause"
FINISH: Final = "promote to stable"
STOP: Final = "roll back"
NO_TARGET: Final = "there is no rollout target"
