"""What one visitor may ask of the chat, so that nobody can keep the others waiting or fill the disk.

Each limit is a bucket that fills up again all the time: who pauses may go on. The figures leave room for a clinic's
whole waiting room behind one address. Every process counts for itself; what flows back is divided among them, so that
all together give no more than one would.
"""

from __future__ import annotations

import ipaddress
import math
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_TURNS = 500
"""In one conversation; nobody has read that far back."""

_TURN_BYTES = 10_000
"""What a turn takes in the record beside the message: events, explanation, search index (measured)."""

_MAX_KEYS = 20_000
"""Addresses or conversations remembered of each kind; whoever was quiet longest is forgotten first."""

_DISK_SHARE = 0.05
"""Of a small disk no more than this is kept free."""


@dataclass(frozen=True)
class Allowance:
    """`most` at once, and as much again in `seconds`."""

    most: float
    seconds: float


MESSAGES = Allowance(600, 120)
"""Requests of one address: 600 at once, then five a second."""

CONVERSATIONS = Allowance(1000, 3600)
"""New conversations of one address: a thousand an hour."""

BYTES = Allowance(100_000_000, 86_400)
"""What one address adds to the record in a day, some 10,000 messages."""

IN_A_CONVERSATION = Allowance(120, 240)
"""Messages of one conversation: 120 at once, then one every two seconds."""


@dataclass(frozen=True)
class Refusal:
    """Over a limit: `seconds` until it is worth trying again, 0 where that helps nothing; `sentence` says so."""

    seconds: int
    sentence: str


class Buckets:
    """Buckets of one kind, by key.

    Args:
        allowance: how much fits in, and how soon an empty one is full again.
        clock: seconds, monotonic.
    """

    def __init__(self, allowance: Allowance, clock: Callable[[], float]) -> None:
        self._most = allowance.most
        self._rate = allowance.most / allowance.seconds
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str, amount: float) -> float:
        """Seconds until `amount` is there; 0 when it is."""
        return max((min(amount, self._most) - self._level(key)) / self._rate, 0.0)

    def take(self, key: str, amount: float) -> None:
        """Takes `amount` out."""
        self._levels[key] = (self._level(key) - amount, self._clock())
        self._levels.move_to_end(key)
        if len(self._levels) > _MAX_KEYS:
            self._levels.popitem(last=False)

    def _level(self, key: str) -> float:
        level, at = self._levels.get(key, (self._most, self._clock()))
        return min(level + (self._clock() - at) * self._rate, self._most)


@dataclass(frozen=True)
class _Claim:
    """What is asked of a bucket; `what` names there were too many of."""

    buckets: Buckets
    key: str
    amount: float
    what: str


class Limits:
    """The limits of one process.

    Args:
        scale: how many times the figures above; 0 for no limits.
        processes: how many share the port.
        emergency_number: gives what a refusal names; staff may change it while this runs.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        scale: float,
        processes: int,
        emergency_number: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on = scale > 0

        def buckets(allowance: Allowance) -> Buckets:
            wider = Allowance(allowance.most * (scale or 1), allowance.seconds * processes)
            return Buckets(wider, clock)

        self._requests, self._new, self._bytes = buckets(MESSAGES), buckets(CONVERSATIONS), buckets(BYTES)
        self._spoken = buckets(IN_A_CONVERSATION)
        self._most_turns = MAX_TURNS * (scale or 1)
        self._turns: OrderedDict[str, int] = OrderedDict()
        self._number = emergency_number

    @property
    def _danger(self) -> str:
        return f"If somebody is in danger, do not wait: call {self._number()} now."

    def request(self, address: str) -> Refusal | None:
        """Counts a request that is no message; why it is not served, if so."""
        return self._admit((_Claim(self._requests, visitor(address), 1, "requests came from your network"),))

    def message(self, address: str, conversation: str | None, text: str) -> Refusal | None:
        """Counts a message of a conversation (None: it begins one); why it is not answered as others are, if so."""
        if conversation is not None and self._on and self._turns.get(conversation, 0) >= self._most_turns:
            return Refusal(0, f"This conversation has become very long. Please start a new one. {self._danger}")
        network, what = visitor(address), "messages came from your network"
        if conversation is None:
            own = _Claim(self._new, network, 1, "conversations were begun from your network")
        else:
            own = _Claim(self._spoken, conversation, 1, "messages came in this conversation")
        size = _TURN_BYTES + len(text)
        return self._admit((own, _Claim(self._requests, network, 1, what), _Claim(self._bytes, network, size, what)))

    def answered(self, conversation: str, turns: int) -> None:
        """Remembers how long a conversation is."""
        self._turns[conversation] = turns
        self._turns.move_to_end(conversation)
        if len(self._turns) > _MAX_KEYS:
            self._turns.popitem(last=False)

    def _admit(self, claims: Sequence[_Claim]) -> Refusal | None:
        """Takes from all buckets, or from none."""
        if not self._on:
            return None
        seconds, what = max((claim.buckets.wait(claim.key, claim.amount), claim.what) for claim in claims)
        if seconds > 0:
            return Refusal(
                math.ceil(seconds), f"Too many {what}. Please try again {_in_words(seconds)}. {self._danger}"
            )
        for claim in claims:
            claim.buckets.take(claim.key, claim.amount)
        return None


def visitor(address: str) -> str:
    """Whom a limit counts: an IPv4 address, or a network of IPv6 (/64), which is what one household or phone has."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _in_words(seconds: float) -> str:
    if seconds < 10:
        return "in a moment"
    if seconds < 120:
        return f"in {math.ceil(seconds)} seconds"
    return f"in {math.ceil(seconds / 60)} minutes"


def low_disk(record: Path, megabytes: int) -> str | None:
    """That the disk of the record is nearly full, in one sentence; None when it is not or cannot be told."""
    try:
        disk = shutil.disk_usage(record.parent)
    except OSError:
        return None
    if disk.free >= min(megabytes * 1_000_000, disk.total * _DISK_SHARE):
        return None
    return (
        f"the disk of the record is nearly full ({disk.free // 1_000_000} MB are free). Make room: "
        "when it is full, visitors are still answered, but nothing is kept of it."
    )
