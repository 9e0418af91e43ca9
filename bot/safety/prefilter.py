"""Which of many patterns can match a sentence at all, told from a few letters that each of them cannot do without."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from re import _parser  # type: ignore[attr-defined]  # there is no public way to the parts of an expression
from re._constants import ASSERT, ASSERT_NOT, AT, ATOMIC_GROUP, BRANCH, IN, LITERAL, MAX_REPEAT, MIN_REPEAT, SUBPATTERN
from typing import Any, cast

Fragments = frozenset[str]
"""Pieces of text of which one at least must occur."""

_MOST = 400
"""Fragments of one pattern; more are not worth looking for."""

_KEY_LENGTH = 3
"""Letters by which fragments are found; shorter ones are found by all they have."""

_NOTHING: Fragments = frozenset([""])


class Prefilter:
    """Picks, of some patterns, those that are worth searching for in a text. It never leaves out one that would match.

    Args:
        patterns: searched in the texts later, in this order.
    """

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._always: list[int] = []
        owners: dict[str, list[int]] = {}
        for number, pattern in enumerate(patterns):
            fragments = required_fragments(pattern)
            if fragments is None:
                self._always.append(number)
            for fragment in fragments or ():
                owners.setdefault(fragment, []).append(number)
        used = Counter(key for fragment in owners for key in _keys(fragment))
        self._found_by: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
        for fragment, numbers in owners.items():
            rarest = min(_keys(fragment), key=lambda key: (used[key], key))
            self._found_by.setdefault(rarest, []).append((fragment, tuple(numbers)))
        self._lengths = sorted({len(key) for key in self._found_by})

    def worth_searching(self, text: str) -> list[int]:
        """The numbers of the patterns that may match, in order."""
        found = set(self._always)
        for length in self._lengths:
            for key in {
                text[start : start + length] for start in range(len(text) - length + 1)
            } & self._found_by.keys():
                for fragment, numbers in self._found_by[key]:
                    if fragment in text:
                        found.update(numbers)
        return sorted(found)


def _keys(fragment: str) -> list[str]:
    return [fragment[start : start + _KEY_LENGTH] for start in range(max(len(fragment) - _KEY_LENGTH, 0) + 1)]


def required_fragments(pattern: re.Pattern[str]) -> Fragments | None:
    """Fragments of which one is in every text that a pattern matches;
    None where there are none, or too many, or the case does not matter."""
    if pattern.flags & re.IGNORECASE:
        return None
    fragments = _of_sequence(cast(Iterable[Any], _parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)))[1]
    if fragments is None:
        return None
    shortest: list[str] = []  # a fragment in which another occurs says nothing more
    for fragment in sorted(fragments, key=len):
        if not any(other in fragment for other in shortest):
            shortest.append(fragment)
    return frozenset(shortest)


def _of_sequence(steps: Iterable[tuple[Any, Any]]) -> tuple[Fragments | None, Fragments | None]:
    """Of a parsed expression: all texts it can match, if these
    are few, and the best fragments that it cannot do without.

    What matches nothing but a place (`\\b`, a look ahead) is passed over: the letters on both sides of it are still
    neighbours.
    """
    whole = True
    run, best = _NOTHING, None
    for operation, argument in steps:
        exact, required = _of_step(operation, argument)
        if exact is not None and len(run) * len(exact) <= _MOST:
            run = frozenset(left + right for left, right in product(run, exact))
            continue
        whole = False
        best = _better(best, _better(run, required))
        run = exact if exact is not None else _NOTHING
    best = _better(best, run)
    return (run if whole else None), best


def _of_step(operation: Any, argument: Any) -> tuple[Fragments | None, Fragments | None]:
    if operation in (AT, ASSERT, ASSERT_NOT):
        return _NOTHING, None
    if operation is LITERAL:
        return frozenset([chr(argument)]), None
    if operation is IN and all(kind is LITERAL for kind, _ in argument):
        return frozenset(chr(code) for _, code in argument), None
    if operation is SUBPATTERN and not argument[1] & re.IGNORECASE:
        return _of_sequence(argument[-1])
    if operation is ATOMIC_GROUP:
        return _of_sequence(argument)
    if operation is BRANCH:
        return _of_branches(argument[1])
    if operation in (MAX_REPEAT, MIN_REPEAT):
        least, most, repeated = argument
        exact, required = _of_sequence(repeated)
        if (least, most) == (0, 1) and exact is not None:
            return exact | _NOTHING, None
        return None, required if least > 0 else None
    return None, None


def _of_branches(branches: Sequence[Any]) -> tuple[Fragments | None, Fragments | None]:
    exact, required = zip(*(_of_sequence(branch) for branch in branches), strict=True)
    return _union(exact), _union(required)


def _union(sets: Sequence[Fragments | None]) -> Fragments | None:
    together = frozenset[str]().union(*(fragments for fragments in sets if fragments is not None))
    return together if None not in sets and len(together) <= _MOST else None


def _better(one: Fragments | None, other: Fragments | None) -> Fragments | None:
    """The set whose shortest fragment is longer; of equal ones the smaller."""
    usable = [fragments for fragments in (one, other) if fragments and "" not in fragments]
    return max(usable, key=lambda fragments: (min(map(len, fragments)), -len(fragments)), default=None)
