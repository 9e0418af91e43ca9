"""Time-based one-time codes (RFC 6238: SHA-1, six digits, 30 seconds), as authenticator apps make them."""

from __future__ import annotations

import base64
import hmac
import struct
from urllib.parse import quote

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A clock may be this many steps off, to either side."""


def address(secret: str, username: str) -> str:
    """What an app reads, by hand or as a link."""
    return f"otpauth://totp/{quote('Staff console:' + username)}?secret={secret}&issuer={quote('Staff console')}"


def code_at(secret: str, step: int) -> str:
    """The code of one 30-second step since 1970."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), "sha1").digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def fitting_step(secret: str, code: str, now: float, used: int) -> int | None:
    """The step that this code belongs to, or None; a step up to `used` has been used already and fits no more."""
    present = int(now // STEP_SECONDS)
    digits = "".join(code.split())
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if step > used and hmac.compare_digest(code_at(secret, step).encode(), digits.encode()):
            return step
    return None
