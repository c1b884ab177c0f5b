"""Property tests here are judged by what they find, not by the clock of a busy machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("api", deadline=None)
settings.register_profile("api-long", deadline=None, max_examples=3_000)
settings.load_profile("api")
