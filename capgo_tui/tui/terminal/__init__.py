"""The terminal: input, key order, clipboard and focus."""
