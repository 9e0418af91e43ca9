"""Which of its texts an answer is sent with that has been read already: "is it the same on Sundays?".

The short form says the gist, and what is asked is often a detail. So the whole text is said again where it alone has a
word of the message, or a sentence that is nearer to the message with the subject of the answer named in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.content.library import Library
from bot.content.word_search import stem, telling, words_in
from bot.conversation.in_context import combined
from bot.understanding.encoder import Matrix, shared_encoder

_NEARER = 0.04
"""Cosine by which a sentence of the whole text has to be nearer than all of the short form. Of 358 strangers' messages
after an answer that asked for it once more, the whole text is sent to 39 % for it."""
_LONG_ENOUGH = 5
"""Letters of a word that says what is asked for; shorter ones stand in any text."""
_TEXTS_KEPT = 256
_MOST_TIMES = 2
"""How often a whole text is said in a conversation."""
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")


def again(text: str, topic: str, said: Sequence[str], library: Library) -> str:
    """The id of the text to send.

    Args:
        text: the visitor's message.
        topic: the answer that was sent last and is meant again.
        said: ids of the texts that were sent in this conversation.
        library: the texts.
    """
    short = library.short_version(topic)
    if short is None or said.count(topic) >= _MOST_TIMES:
        return short or topic
    if _only_whole_has_a_word(text, library[topic].text, library[short].text):
        return topic
    asked = shared_encoder().encode([text, combined(text, library[topic].question)]).mean(axis=0)
    whole, gist = (float((_encoded(library[name].text) @ asked).max()) for name in (topic, short))
    return topic if whole >= gist + _NEARER else short


def _only_whole_has_a_word(text: str, whole: str, short: str) -> bool:
    told = {stem(word) for word in words_in(whole)} - {stem(word) for word in words_in(short)}
    return not told.isdisjoint(stem(word) for word in telling(text) if len(word) >= _LONG_ENOUGH)


@lru_cache(maxsize=_TEXTS_KEPT)
def _encoded(text: str) -> Matrix:
    """One row for each sentence of a text."""
    return shared_encoder().encode([sentence for sentence in _SENTENCE_END.split(text) if sentence])
