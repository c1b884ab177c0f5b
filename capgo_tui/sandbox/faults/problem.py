"""The one error of a fault that was written wrongly."""

from __future__ import annotations


class FaultError(ValueError):
    """A fault cannot be read; the message names the part and what would be right."""
