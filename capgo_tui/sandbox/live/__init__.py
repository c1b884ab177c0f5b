"""The live revision: the backend of 2026-07-24."""
