"""The two older revisions, as their documentation described them (§0)."""
