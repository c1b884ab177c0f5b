"""All resources that have a list, in the order of their tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from capgo_tui.workspace.resources.bundle import BUNDLES
from capgo_tui.workspace.resources.channel import CHANNELS
from capgo_tui.workspace.resources.device import DEVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.workspace.resources.resource import ListedResource

RESOURCES: Final[tuple[ListedResource[Any], ...]] = (CHANNELS, DEVICES, BUNDLES)
RESOURCE_NAMES: Final = tuple(resource.name for resource in RESOURCES)
RESOURCE_BY_NAME: Final[Mapping[str, ListedResource[Any]]] = {
    resource.name: resource for resource in RESOURCES
}
