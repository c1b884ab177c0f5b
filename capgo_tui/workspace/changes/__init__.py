"""Every write: what it is, how it is sent, verified, told and undone. No screen, no HTTP.

`change` says what all changes have in common, `overrides`, `channels` and `bundles` hold the
kinds, `carry_out` sends one, `run` many, and `told` puts what became of it into words.
"""
