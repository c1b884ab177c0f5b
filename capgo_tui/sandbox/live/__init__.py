"""The live revision, the backend of 2026-07-24, and next where its ``rules`` differ."""
