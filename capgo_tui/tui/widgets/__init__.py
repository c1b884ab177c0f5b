"""Widgets that draw line by line and repaint no more than changed."""
