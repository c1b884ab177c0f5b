"""One file for each resource of Capgo's API: everything that differs between them.

What handles resources iterates over `registry.RESOURCES`.
"""
