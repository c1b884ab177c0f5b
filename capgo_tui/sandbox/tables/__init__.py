"""Records of the database and their queries."""
