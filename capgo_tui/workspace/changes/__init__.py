"""Writes: the kinds of change, how they are sent, verified, described and undone.

`change` has the base class, `overrides`, `channels`, `bundles` and others its kinds. `perform`
carries changes out for a front end, one with `carry_out`, many with `batch`; `describe` puts
changes and outcomes into words. Nothing here knows a screen or HTTP.
"""
