"""What a sentence says when the symptoms that it denies are left out: "just stings, no swelling, no trouble breathing".

Only plain denials of a symptom count. "No pulse", "no reaction", "not breathing" and "no feeling in my arm" are signs
of danger, so none of their words is listed.
"""

from __future__ import annotations

import re

_SYMPTOM = (
    r"(?:(?:chest |stomach |heart |head )?pains?|fevers?|temperature|swelling|swollen \w+|rash(?:es)?|itching|bleeding"
    r"|vomiting|nausea"
    r"|(?:trouble|difficulty|problems?|issues?) (?:with )?breathing|breathing (?:trouble|troubles|problems?"
    r"|difficult(?:y|ies)|issues?)"
    r"|shortness of breath|breathlessness|wheez(?:e|ing)|cough(?:ing)?|dizziness|fainting|headaches?|seizures?|fits"
    r"|numbness"
    r"|weakness|tingling"
    r"|allerg(?:y|ies)|allergic reactions?|symptoms?|emergency|emergencies|injur(?:y|ies)|overdoses?"
    r"|suicid(?:al|e) (?:thoughts|ideas)"
    r"|thoughts of suicide"
    r"|strokes?|heart attacks?|embolisms?|collapse|burns?|confusion|drooping|paralysis)"
)
_MORE = r"(?:any|more|real|bad|other|serious|severe|high|sudden|big|strong|actual|signs? of|sort of|kind of|history of)"
_NOT_SO = (
    r"\bnot (?:suicidal|in (?:any )?(?:pain|danger)|bleeding|having an? (?:stroke|heart attack|seizure|reaction)"
    r"|had an? (?:fit|seizure|stroke|reaction))\b"
)
_DENIED = re.compile(
    r"\b(?:no|not any|without|zero|never any|neither|(?:do|does|did) not have|not having)"
    rf"(?: {_MORE})* {_SYMPTOM}(?: (?:(?:and|or|nor|no|and no"
    rf"|or any)(?: {_MORE})* )?{_SYMPTOM})*\b|{_NOT_SO}"
)


def without_denials(sentence: str) -> str:
    """A normalised sentence without the symptoms that it denies; the same sentence where it denies none."""
    return " ".join(_DENIED.sub(" ", sentence).split())
