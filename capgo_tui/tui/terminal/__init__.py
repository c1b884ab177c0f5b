"""What the terminal does: keys in turn, the clipboard, whether anybody looks."""
