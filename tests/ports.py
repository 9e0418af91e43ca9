"""Ports for servers that tests start, several test processes at a time."""

from __future__ import annotations

import os
import random
import socket

FIRST, SHARE, SHARES = 12_000, 1_000, 20
"""All below 32,768, from where a system gives ports away by itself: to a browser that connects, for example."""


def free_port() -> int:
    """A port that nobody listens on, of this test process's own share, so that it is free still once a server that
    takes seconds to start asks for it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = FIRST + SHARE * (int(worker) % SHARES)
    for port in random.sample(range(first, first + SHARE), SHARE):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError(f"every port from {first} to {first + SHARE - 1} is taken")
