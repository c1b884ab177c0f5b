"""A terminal interface for Capgo: channels, devices and bundles of one app."""

__version__ = "0.1.0"
