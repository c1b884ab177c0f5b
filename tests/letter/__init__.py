"""Servers written from the text of the two oldest documents alone, and the program on them."""
