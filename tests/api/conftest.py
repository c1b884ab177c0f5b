"""A hypothesis profile with more examples for the property tests of the client."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("api-long", settings.get_profile("patient"), max_examples=3_000)
