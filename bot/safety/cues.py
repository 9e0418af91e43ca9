"""Signs in a sentence that an alarming word in it may not be
meant, or that it is: pure pattern matching on normalised words.

None of them decides anything. They are evidence for `bot.understanding.heads`, which learns from strangers' messages
how much each is worth beside the others, and they tell staff why a message was only asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.safety.normalise import phrase

_WORDS: Mapping[str, str] = {
    "hypothetical": (
        r"what if|what happens|(if|when|in case|suppose|say) (i|someone|somebody|anyone|anybody|a|the|you|one|people|it"
        r"|he|she|they|my)"
        r"|ever|hypothetical\w*|in theory|in general|generally|just (asking|curious|wondering)|would|could|might"
    ),
    "asks": (
        r"^(so |and |but |hi |hello |hey )?(is|are|do|does|did|can|could|would|will|should|has|have|what|which|who"
        r"|where|when|why|how)"
        r"|how (do|does|would|likely|often|common|many|much|long|can)|do you|can you|are you|will you|is there"
        r"|are there"
    ),
    "denied": r"no|not|never|without|none|nothing|neither|nor|nobody|do not|does not|did not|have not|is not|was not",
    "over": (
        r"once|ago|last (week|month|year|summer|winter|time|night)|used to|as a (kid|child|teenager|boy|girl)|back (in"
        r"|then)"
        r"|(19|20)\d\d|years? (ago|back)|when i was|had a|was|were|fine now|ok now|over now|survived"
    ),
    "now": (
        r"now|right now|just|started|suddenly|all of a sudden|minutes?|happening|still|getting worse|(will"
        r"|does) not stop|keeps?|help"
        r"|please|hurry|quick|quickly|urgent|call|cannot"
    ),
    "continuous": r"(am|is|are|keeps?|started|starting) (\w+ )?\w+ing|gone|turned|turning|went",
    "told": (
        r"film|movie|book|song|show|series|episode|news|read|heard|saw|article|podcast|story|meme|game|match|team|band"
        r"|album|novel"
        r"|tv|youtube|tiktok|headline|documentary|character|quiz|homework|essay|crossword"
    ),
    "idiom": (
        r"killing me|kill for|dying (to|for|of)|die (for|laughing|of)|dead(line|lock| tired| end| easy| serious| simple"
        r"| funny)?"
        r"|heart (attack|stopped) (when|at|over)|breath of|breathtaking|take my breath|panic|bleeding edge|choked up"
        r"|stroke of|shock\w*"
        r"|lol|lmao|haha\w*|joking|kidding|drop dead|knock\w* (me|out)|suffocat\w+ in|drowning in|to death|murder"
    ),
    "thing": (
        r"traffic|queue|line|wifi|wi fi|price|prices|battery|phone|car|laptop|computer|printer|code|deadline|exam"
        r"|budget|boss|meeting"
        r"|website|page|app|email|parking|bus|train|bank|bill|invoice|plant|plants|engine|server|screen|door|bike"
    ),
    "self": r"i|my|me|mine|myself",
    "other": (
        r"he|she|his|her|him|they|them|husband|wife|mum|mom|mother|dad|father|son|daughter|friend|man|woman|lady|guy"
        r"|someone|somebody"
        r"|brother|sister|gran\w*|baby|child|kid|boy|girl|neighbou?r|colleague|partner|patient"
    ),
    "chair": r"drip|needle|nurse|tube|bag|chair|infusion|session|iv|vein|cannula",
}

CUES = tuple(_WORDS)
_PATTERNS = tuple(re.compile(rf"\b(?:{words})\b") for words in _WORDS.values())


def cues(text: str) -> tuple[bool, ...]:
    """Which of `CUES` a message shows, in their order."""
    said = phrase(text)
    return tuple(pattern.search(said) is not None for pattern in _PATTERNS)


def hypothetical(text: str) -> bool:
    """Whether a message shows the sign of that name."""
    return cues(text)[CUES.index("hypothetical")]


def asks(text: str) -> bool:
    """Whether a message shows the sign of that name."""
    return cues(text)[CUES.index("asks")]


_SOMEBODY = re.compile(
    r"\b(?:i|me|my|mine|myself|we|us|our|ours|he|she|his|her|hers|him|husband|wife|partner|mum|mom|mother|dad|father"
    r"|son|daughter|brother|sister"
    r"|gran\w*|nan|nana|uncle|aunt\w*|cousin|friend|mate|neighbou?r|colleague|boyfriend|girlfriend|someone|somebody)\b"
)
_ONLY_ASKS = re.compile(
    r"\b(?:can|could|may) i (?:just )?ask\b|\bi (?:just )?(?:heard|read|saw|wonder|wondered|ask)\b"
    r"|\bi (?:am|was) (?:just |only )?(?:wondering|asking|curious)\b"
    r"|\b(?:if|when|suppose|say) (?:someone|somebody)\b|\b(?:kill|harm|hurt) me\b"
    r"|\b(?:tell|show|explain to) (?:me|us)\b|\blet me know\b|\bi (?:would|want to|wanted to) (?:like to )?(?:know"
    r"|ask)\b"
)

_HOPES = re.compile(
    r"\b(?:cur(?:e|es|ed|ing)|fix(?:es|ed|ing)?|heal\w*|works?|worked|working|help\w*|good for|get rid|better|improv\w*"
    r"|treat(?:s|ed|ing)?|revers\w*|eliminat\w*|dissolv\w*|lower\w*|kills?|clears?|shrinks?|hope|any good|useful)\b"
)
_OF_RESEARCH = re.compile(
    r"\b(?:stud(?:y|ies|ied)|research\w*|trials?|evidence|findings?|found|known|literature|scien\w+|data|reviews?"
    r"|investigat\w*|tested)\b"
)


def about_nobody(text: str) -> bool:
    """Whether a message asks in general: nobody is named in it,
    not even the one who asks, and it does not ask for hope.

    "Does it help with migraine" is asked by somebody with migraine; "has it been studied for migraine" may be asked by
    anybody.
    """
    said = phrase(text)
    named = _SOMEBODY.search(_ONLY_ASKS.sub(" ", said)) is not None
    return not named and (_HOPES.search(said) is None or _OF_RESEARCH.search(said) is not None)
