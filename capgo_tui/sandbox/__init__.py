"""An implementation of Capgo's public API over SQLite, for demonstrations, tests and screenshots.

It implements ``capgo_tui/api/CONTRACT.md`` independently: nothing here imports the client, so the
two agree only if both agree with the contract.
"""
