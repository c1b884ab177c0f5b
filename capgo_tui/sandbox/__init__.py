"""An imitation of Capgo's public backend, for demonstrations, tests and screenshots.

It is a second, independent reading of ``capgo_tui/api/CONTRACT.md``: nothing here imports the
client, so the two can only agree by both agreeing with the contract.
"""
