"""The pictures of the app, and the tool that draws them: ``python -m screenshots``."""
