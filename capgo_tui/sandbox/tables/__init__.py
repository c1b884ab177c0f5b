"""Rows of the database and the questions asked of them."""
