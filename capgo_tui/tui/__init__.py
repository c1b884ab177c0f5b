"""The Textual app over a workspace."""
