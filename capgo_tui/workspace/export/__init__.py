"""Records on their way out: as csv, JSON, JSON lines or an aligned table, for a file or a pipe."""
