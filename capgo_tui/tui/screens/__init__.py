"""The screens: main, setup, help, changes, request log and unreadable rows."""
