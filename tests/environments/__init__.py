"""The main job in every environment: ``python -m tests.environments`` prints the table."""
