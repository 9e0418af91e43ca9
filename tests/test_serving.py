"""A process that serves keeps its memory together."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_MANY_THREADS = """
import ctypes, sys, threading
from bot.serving import keep_few_heaps

if sys.argv[1] == "few":
    keep_few_heaps()
together = threading.Barrier(8)

def work():
    for _ in range(100):
        together.wait(30)
        bytes(50_000)

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(60)
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no heap for each thread")
def test_many_threads_share_two_heaps() -> None:
    def heaps(how: str) -> int:
        command = [sys.executable, "-c", _MANY_THREADS, how]
        told = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
        return told.count(b"<heap nr=")

    assert heaps("few") <= 2 < heaps("many")
