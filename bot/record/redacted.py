"""What of a visitor's words goes into the record: one place that everything written passes through.

A turn holds the same words many times over: the message, what Rasa made of it, the words each rule saw, the second
reading of a disguised message. All of it is taken from what is kept of the message itself, so that nothing blanked
there stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.content.shared import shared_second_reader
from bot.record.turns import Turn
from bot.safety.normalise import clean, sentences
from bot.safety.redaction import kept, redact, without_labels

GONE = "…"
"""In the place of words that a rule saw and that are not kept."""

_OPAQUE = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
"""A client's id that says nothing: a UUID, as the widget makes one for each message."""


class KeptWords:
    """What is kept of one message, in all its forms.

    Args:
        said: the message as the visitor wrote it.
        disguised: whether it was read a second time (`bot.safety.second_reading`).
    """

    def __init__(self, said: str, *, disguised: bool = False) -> None:
        self.text = kept(said)
        self.read_as = redact(shared_second_reader().read(self.text) or "") if disguised else ""
        self._whole = self.text == clean(said)
        self._words: frozenset[str] | None = None

    @classmethod
    def again(cls, stored: str, read_as: str = "") -> KeptWords:
        """What is kept by today's rules of a message that was stored under earlier ones.

        Where something is blanked in it, what stands beside it may be what an earlier version left there.

        Args:
            stored: the message as it lies in the record.
            read_as: the second reading of it, as it lies there too.
        """
        words = cls(stored)
        words.read_as = redact(read_as)
        words._whole = words._whole and without_labels(words.text) == words.text and words.read_as == read_as
        return words

    def of_rule(self, words: str) -> str:
        """The words that a rule saw, without those that are not in what is kept."""
        if self._whole:
            return words
        if self._words is None:
            self._words = frozenset(
                word
                for text in (self.text, self.read_as)
                for sentence in sentences(without_labels(text))
                for word in sentence.split()
            )
        known = [word if word in self._words else GONE for word in words.split()]
        return " ".join(word for place, word in enumerate(known) if word != GONE or known[place - 1 : place] != [GONE])

    def findings(self, found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Findings as they are kept."""
        return [{**finding, "words": self.of_rule(str(finding.get("words") or ""))} for finding in found]


def redacted_events(events: Sequence[Mapping[str, Any]], *, stored: bool = False) -> list[dict[str, Any]]:
    """Rasa's events of a turn as they are kept; of those that were `stored` under earlier rules, by today's."""
    said: KeptWords | None = None
    redacted = []
    for event in events:
        if event.get("event") == "user":
            text, read_as = str(event.get("text") or ""), str((event.get("parse_data") or {}).get("read_as") or "")
            said = KeptWords.again(text, read_as) if stored else KeptWords(text, disguised=bool(read_as))
            redacted.append(_user(event, said))
        elif event.get("event") == "slot" and isinstance(event.get("value"), dict):
            redacted.append({**event, "value": _metadata(event["value"])})
        elif said is not None and (event.get("metadata") or {}).get("findings"):
            redacted.append(
                {**event, "metadata": {**event["metadata"], "findings": said.findings(event["metadata"]["findings"])}}
            )
        else:
            redacted.append(dict(event))
    return redacted


def _user(event: Mapping[str, Any], said: KeptWords) -> dict[str, Any]:
    parse = dict(event.get("parse_data") or {})
    if parse.get("text"):
        parse["text"] = said.text
    if parse.get("rules"):
        parse["rules"] = said.findings(parse["rules"])
    if parse.pop("read_as", None) and said.read_as:
        parse["read_as"] = said.read_as
    if parse.get("metadata"):
        parse["metadata"] = _metadata(parse["metadata"])
    return {**event, "text": said.text, "parse_data": parse, "metadata": _metadata(event.get("metadata") or {})}


def _metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    return {**given, "client_id": client_id_kept(given["client_id"])} if given.get("client_id") else dict(given)


def redacted_turn(turn: Turn) -> Turn:
    """A turn that did not come out of Rasa's events, as it is kept."""
    said = KeptWords(turn.text)
    explanation = (
        {**turn.explanation, "findings": said.findings(turn.explanation["findings"])}
        if turn.explanation.get("findings")
        else turn.explanation
    )
    return replace(turn, text=said.text, explanation=explanation, client_id=client_id_kept(turn.client_id))


def client_id_kept(client_id: str | None) -> str | None:
    """A client's id, unless it leads to somebody.

    A message that is sent again is known by the digest of it (`Turn.request`).
    """
    if client_id is None or _OPAQUE.fullmatch(client_id):
        return client_id
    return client_id if redact(client_id) == client_id and not re.search(r"@|\d{6}", client_id) else None
