"""The controllers of the main screen, which they know by the `Host` protocol only."""
