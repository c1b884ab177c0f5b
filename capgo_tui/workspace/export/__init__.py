"""Exports of records as csv, JSON, JSON lines or an aligned table, to a file or a pipe."""
