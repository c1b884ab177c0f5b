"""Every write: what it is, how it is sent, verified, worded and undone. No screen, no HTTP.

`change` says what all changes have in common, `overrides`, `channels` and `bundles` hold the
kinds. `perform` carries them out for a front end, one by `carry_out`, many by `batch`; `describe`
puts them and their outcomes into words.
"""
