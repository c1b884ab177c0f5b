"""The Textual app: it shows a workspace and gathers what is to be changed."""
