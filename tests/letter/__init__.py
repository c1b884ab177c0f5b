"""Servers written from the text of the two oldest documents, and the program's tests on them."""
