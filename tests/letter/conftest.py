"""The keys of the interface, whose words some tests of letters read."""

from __future__ import annotations

from capgo_tui.tui.keys import use_keys
from capgo_tui.tui.screens.controllers import ACTIONS

use_keys(ACTIONS)
