"""The screens: the lists, and the one that asks for what is missing."""
