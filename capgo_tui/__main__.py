"""``python -m capgo_tui``: the same as the installed command."""

from capgo_tui.commands import main

if __name__ == "__main__":
    main()
