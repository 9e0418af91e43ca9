"""Of a message that tells something and asks something, the part that asks: "type 1 here, is there a plug for my pump".

What a visitor tells of an illness says little of what an answer may say; what is asked does. Pure pattern matching on
the words, without any meaning: the part is read like a message of its own, and what is found in it is evidence for
`bot.understanding.heads`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.safety.normalise import phrase, shortened

_SHORTEST = 2
"""Words below which a part says nothing on its own."""

_CLAUSE = re.compile(
    r"[.!;:\n()\[\]]+(?!\d)|(?<=\?)|,|\s+[-\u2013\u2014]+\s*|\u2026|\.\.+"
    r"|\b(?:but|anyway|anyways|so|and|my question is|question is|just wanna know|just want to know|i only want to know"
    r"|i ask only|only asking|wondering)\b",
    re.IGNORECASE,
)
"""Where a clause may end. A question that is split too often is put together again: the clauses that ask are joined."""

_BEGINS = re.compile(
    r"\b(?:"
    r"how (?:far|long|much|many|often|big|early|late|soon|old|do|does|did|is|are|can|could|would|will|come)"
    r"|(?:is|are) (?:there|it|this|that|they|these|the|any|your|you)"
    r"|(?:do|does|did|can|could|will|would|have|has|may|should|must|shall) "
    r"(?:you|u|ye|yous|youse|i|we|he|she|it|they|one|people|somebody|someone|anyone|anybody|my|the|a|an|your|that|this)"
    r"|what|whats|which|why|any(?:one|body|thing)?|am i|are we|is (?:he|she|my)"
    r")\b",
    re.IGNORECASE,
)
"""How a question begins that nothing before it announces."""

_OPENS = re.compile(
    r"\s*(?:so |and |but |also |ok |okay |please |pls |hi |hello |then )*"
    r"(?:what|when|where|who|whom|whose|why|how|which|is|are|am|was|were|do|does|did|can|could|will|would|should|may"
    r"|must|shall|has|have|any|tell me|explain|need|got)\b",
    re.IGNORECASE,
)

_ONESELF = r"(?:i|we|he|she|they|me|him|her|us|them|my|mum|mom|dad|mine|myself)"
_DO = (
    r"(?:have|get|take|do|try|use|start|stop|skip|come|go|continue|keep|hold|wait|receive|undergo|combine|mix|still|go"
    r" ahead|cut|pause|drop|delay|bring it up|tell|worry|be ok|be okay|be fine|be safe|be treated|be allowed|qualify"
    r"|risk|need|put|postpone|leave|eat|drink|cancel)"
)
_JUDGEMENT = re.compile(
    rf"\b(?:(?:can|could|may|should|shall|must|do|would|will|dare|might) {_ONESELF}(?: \w+){{0,2}}? {_DO}"
    r"|(?:would|will|could|can|does|is|might|may) (?:it|this|that|ozone|the \w+|that \w+)(?: \w+){0,2}? (?:help|hurt"
    r"|harm|react|interact|mess|affect|worsen|flare|cure|fix|safe|ok|okay|fine|good|bad|dangerous|risky|alright|worth"
    r"|suitable|wise|stupid|make|clash|interfere|do anything|do (?:me|him|her|my))"
    rf"|(?:safe|ok|okay|fine|right|suitable|good|bad|wise|dangerous|problem|allowed|help|work|issue) (?:for|with|in)"
    rf" {_ONESELF}"
    r"|am i (?:\w+ )?(?:ok|okay|allowed|eligible|suitable|able|safe|fine|too|a|still|being|good|right)"
    r"|(?:is|are) (?:he|she|they|we|my \w+) (?:\w+ )?(?:ok|okay|allowed|eligible|suitable|able|safe|fine|too|a)"
    r"|what (?:do|would) you (?:think|say)|(?:do|would) you agree|is (?:he|she|the doctor) right"
    r"|would you (?:give|put|treat|do|take|let|advise|recommend|say|still)"
    rf"|(?:what|when|how) (?:should|do|would|must|shall) {_ONESELF} (?:do|stop|take|start|restart|skip)"
    r"|(?:rule|rules|ruled) (?:me|him|her|us|that|it) out|instead of|do i (?:need|have) to|worth (?:it|a|my|the)"
    r"|(?:help|cure|fix|heal|shrink|clear|lower|raise|replace)(?:s|ed)? (?:my|me|him|her|his|this|the|it|with)"
    r"|(?:ok|okay|fine|safe|allowed) or not|allowed$"
    r"|a problem|not a problem|isn t a problem|be an issue|too (?:old|young|risky|soon|sick|weak))\b"
)
"""How somebody asks for a judgement about himself or somebody near him: may I, is it safe for her, should I stop."""


def asks_for_a_judgement(said: str) -> bool:
    """Whether normalised words (`phrase`) ask what only somebody who knows the person may say."""
    return _JUDGEMENT.search(said) is not None


@lru_cache(maxsize=128)  # a turn asks several times for the same message
def asked_part(text: str) -> str:
    """The clauses of a message that ask something, normalised; all of it where none does or all do."""
    text = shortened(text)
    part = " ".join(found for clause in _CLAUSE.split(text) if (found := _asking(clause)))
    return part if len(part.split()) >= _SHORTEST else phrase(text)


def _asking(clause: str) -> str:
    """What asks in a clause, normalised; nothing where nothing does."""
    said = phrase(clause)
    if len(said.split()) < _SHORTEST:
        return ""
    if _OPENS.match(clause):
        return said
    begins = _BEGINS.search(clause)
    if begins is not None:
        return phrase(clause[begins.start() :])
    return said if clause.rstrip().endswith("?") else ""
