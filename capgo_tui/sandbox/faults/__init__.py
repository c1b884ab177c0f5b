"""Faults on demand, the same for the same seed.

A fault is written ``NAME[=ARG][@OPERATION][:WHEN]``::

    drop=after@device.link:1      the first link is carried out, its answer never comes
    429=2@*:25%                   a quarter of all requests, by chance
    expired-key:5+                from the fifth request on
    502@bundle.list:.x            every second page of bundles
    redirect=http://127.0.0.2:99@*

``kinds`` has every NAME, ``operations`` every OPERATION, ``schedule`` every form of WHEN; without
an OPERATION all requests are meant, without a WHEN each of them. Several faults may strike one
request: the first one is the outermost.

A test changes them while the sandbox runs::

    faults = Faults()
    app = create_app(store, faults=faults)
    faults.set("500=after@device.link:1")
    ...
    faults.clear()

Over a socket, the uvicorn configuration of ``serve.make_server_config(app)`` really drops
connections. In process, a dropped connection is the exception that ``Faults.drop_error`` makes.
"""

from __future__ import annotations

from capgo_tui.sandbox.faults.faults import Faults, RequestRecord
from capgo_tui.sandbox.faults.grammar import describe_grammar
from capgo_tui.sandbox.faults.problem import FaultError

__all__ = ["FaultError", "Faults", "RequestRecord", "describe_grammar"]
