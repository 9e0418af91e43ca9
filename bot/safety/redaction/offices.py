"""Where somebody works of whom there is one: "the only vet at Hollins Practice", "principal of St Bride's School".

A nurse in a town is one of many, and stays; the house of which somebody is the head leads to them as their name does.
`employers` looks for the house of which somebody is one of several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from bot.safety.redaction.spans import Span
from bot.safety.redaction.words import COMMON, NOBODY_HERE, word_set

PLACE = "[location]"

BIG = r"[A-ZÀ-ÖØ-ÞĀ-Ž](?:[\w'’&-]|\.(?=\w)){0,24}(?:(?<=\bSt)\.)?"
HOUSE = (
    rf"(?:the\s|The\s)?{BIG}(?:\s(?:(?:of|the|and|de|du|des|la|le|del|do|da|di|von|der|for|upon|on|y|e|"
    rf"&)\s){{0,2}}{BIG})"
    rf"{{0,6}}(?:\s(?:station|school|academy|college|university|hospital|clinic|practice|surgery|church|parish|"
    rf"mosque|temple|"
    r"shop|store|farm|mine|airport|library|post office|fire station|police station|care home|office|council|primary|"
    r"secondary|high|elementary|department|hospice|infirmary|nursery|convent|abbey|warehouse|factory|plant|depot|"
    r"mill|branch|"
    rf"surgery|hotel|pub|barracks|prison|garage))?"
)
NEXT = (
    rf"(?:,?\s(?:in|at|of|near|outside|on)\s(?:the\s)?{BIG}(?:\s(?:(?:of|the|and)\s)?{BIG}){{0,3}}|"
    rf",\s(?!I\b|I['’]){BIG}(?:\s{BIG}){{0,2}}"
    r"|,\s(?:shaft|unit|ward|block|branch|depot|plant|campus|floor)\s\w{1,4}){0,2}"
)
OFFICE = (
    r"ceo|cfo|coo|cto|cio|chief (?:\w{3,12} )?officer|md|managing director|director|deputy director|president|"
    r"vice[- ]president|"
    r"chair(?:man|woman|person)?|founder|co-?founder|owner|proprietor|landlord|landlady|manager|"
    r"(?:\w{3,12} )?manager|supervisor|"
    r"superintendent|principal|head ?(?:master|mistress|teacher)?|deputy head|dean|rector|provost|registrar|bursar|"
    r"chancellor|"
    r"(?:\w{3,12} )?professor of \w{3,20}|mayor|mayoress|deputy mayor|governor|mp|senator|councill?or|magistrate|"
    r"judge|sheriff|"
    r"police chief|chief of police|fire chief|cop|constable|bobby|sergeant|postmaster|postmistress|post(?:man|woman)|"
    r"priest|"
    r"vicar|rector|pastor|minister|curate|imam|rabbi|bishop|dean|abbot|abbess|prioress|chaplain|sexton|organist|"
    r"choirmaster|"
    r"librarian|pharmacist|vet|gp|doctor|dentist|midwife|optician|matron|ward sister|charge nurse|hod(?: \w{3,16})?|"
    r"head of (?:\w{2,16} ){0,2}\w{3,16}|lead (?:\w{3,16} )?\w{3,16}|chief (?:\w{3,16} )?\w{3,16}|captain|skipper|"
    r"coach|"
    r"head coach|manager|goalkeeper|editor|station master|harbour ?master|lighthouse keeper|lockkeeper|ranger|"
    r"caretaker|warden|"
    r"undertaker|blacksmith|butcher|baker|barber|chef|headman|chief|sarpanch|barangay captain|tehsildar|collector|"
    r"conductor|concertmaster|curator|archivist|treasurer|secretary|receptionist|janitor|bus driver|lollipop (?:man|"
    r"lady)"
)
I_AM = (
    r"(?:i'?m|i am|as|being|he'?s|she'?s|he is|she is|he was|she was|we'?re|it'?s me,?|"
    r"(?:my|her|his) (?:\w{3,12}[ -]){0,2}\w{2,12}(?:'s| is))"
)
_HEAD = re.compile(
    rf"(?<!\w)(?i:{I_AM})\s(?i:(?:the|currently|still|now|actually|also|proud|new|former|retired|acting|interim|"
    rf"deputy)\s){{0,3}}"
    rf"(?i:{OFFICE})\s(?i:at|of|in|with|for|on|from)\s(?P<place>{HOUSE}{NEXT})"
)
"""The head, or the keeper, of a house: "I'm the Registrar of ...", "she's principal of ..."."""
_ONLY = re.compile(
    rf"(?<!\w)(?i:{I_AM}|there(?:'s| is) (?:just|only) me|po yung|only one)\s(?i:(?:probably|basically|literally|"
    rf"still)\s){{0,2}}"
    r"(?i:(?:the|a)\s)?(?i:only|sole|one and only|single|lone|first|last|youngest|oldest|longest[- ]serving|other)\s"
    rf"(?:[\w'’-]{{2,20}}\s){{1,5}}?(?i:at|in|of|with|for|on|from|around|near|"
    rf"for miles round)\s(?P<place>{HOUSE}{NEXT})"
)
"""The only one of a kind: "I'm the only paramedic with Yukon EMS in Faro"."""
_ONE_AT = re.compile(
    rf"(?<!\w)(?i:{I_AM})\s(?i:the)\s(?!(?i:one|patient|person|people|first|last|next|only|man|woman|lady|guy|girl|"
    rf"boy|client|"
    rf"mother|father|mum|mom|dad|wife|husband|son|daughter|carer|same|new|appointment|booking|tall|"
    rf"old)\b)(?:[A-Za-z][\w'’-]{{1,18}}"
    rf"\s){{1,3}}?(?i:at|for|with)\s(?P<place>{HOUSE}{NEXT})"
)
"""The one who does a thing at a house: "I'm the organist at St Aldhelm's"."""
_LEADS = re.compile(
    r"(?<!\w)(?i:i|he|she|who)\s(?i:(?:also|now|currently)\s)?(?i:heads?(?: up)?|runs?|leads?|chairs?|directs?|"
    r"manages?|owns?|"
    r"founded|preaches|presides over)\s"
    rf"(?:(?i:the|all)\s)?(?:[\w'’-]{{2,20}}\s){{0,4}}?(?:(?i:at|of)\s)(?P<place>{HOUSE}{NEXT})"
)
"""Who leads a house: "she heads infectious diseases at Vaal Ridge Hospital"."""
_ALONE_THERE = re.compile(
    r"\b(?:only|sole|lone|just the one)\s(?:[\w'’-]{2,20}\s){0,4}?(?:of us\s)?(?:here|there|dun|doon|dito|in (?:the |"
    r"this |our )?"
    r"(?:town|village|county|district|island|valley|school|office|parish))\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?<!\w)(?:(?i:i am|i'm|soy|je suis|sono|sou|ich bin|ik ben|jestem|jag är|jeg er|dr\.?"
    r"\s\0{1,40},)\s)(?i:the\s|el\s|la\s|"
    r"le\s|il\s|o\s|a\s|der\s|die\s|de\s)?(?i:notary|notario|notaire|notaio|notar\w{0,2}|"
    r"delegad[oa]|alcalde\w{0,2}|párroco|"
    r"curé|parroco|pároco|pfarrer\w{0,2}|pastoor|proboszcz\w{0,2}|sołtys\w{0,3}|wójt\w{0,3}|"
    r"bürgermeister\w{0,2}|burgemeester|"
    r"maire|sindac[oa]|prefeit[oa]|médic[oa]|farmacéutic[oa]|headmistress|headmaster|head|chief|(?:choir\s)?director|"
    r"directeur|directrice|director[ae]|schulleiter\w{0,2}|dyrektork?a?|kyrkoherde|sogneprest|imam|rabbin\w?)"
    r"(?:\s(?:number|no|nr)\.?\s\d{1,3})?\s(?i:of|de|del|della|di|du|da|do|von|van|w|we|in|i|à|en)\s"
    rf"(?P<place>(?:(?i:the\s|only\s|pharmacy\s|primary\s|school\s|cathedral\s|pain\s|dept\s|of\s|"
    rf"in\s|no\s\d{{1,3}}\s)){{0,7}}"
    rf"{BIG}(?:\s(?:(?:de|del|la|el|da|do|of|San|von)\s){{0,2}}{BIG}){{0,4}}(?:\s(?:el|la)\s{BIG})?)"
)
"""The head of a house or a village, in other languages and in the English of those who speak them."""
_IN_A_VILLAGE = re.compile(
    r"(?:الوحيد\w?|وحيد\w?)[^.\n]{0,30}?\s(?P<place>(?:قرية|بلدة|حي|مدينة)\s(?:تل"
    r"\s)?[\u0620-\u064a]{2,15}(?:\sال[\u0620-\u064a]{2,15})?)"
)
_AT_A_PLACE = re.compile(rf"\b(?i:at|in|of|from|near)\s(?P<place>{HOUSE})")

_WORDS = word_set("only sole lone one first last youngest oldest head heads runs leads chairs directs manages owns hod")
_NO_HOUSE = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december god christ jesus you your yours i we my the this that mum dad
    """)


def offices_of(text: str, said: Set[str]) -> Iterator[Span]:
    """All such places in a plain text; `said` are its words in small letters."""
    for kind in (_ELSEWHERE, _IN_A_VILLAGE):
        for found in kind.finditer(text):
            yield Span(found.start("place"), found.end("place"), PLACE)
    if said.isdisjoint(_WORDS) and said.isdisjoint(_OFFICE_WORDS) and "the" not in said:
        return
    for kind in (_HEAD, _ONLY, _ONE_AT, _LEADS):
        for found in kind.finditer(text):
            if is_a_house(found["place"], leads=kind is _LEADS):
                yield Span(found.start("place"), found.end("place"), PLACE)
    if _ALONE_THERE.search(text) and re.search(r"\b(?:i|i'm|me|ako|my)\b", text, re.IGNORECASE):
        for found in _AT_A_PLACE.finditer(text):
            if is_a_house(found["place"], leads=False):
                yield Span(found.start("place"), found.end("place"), PLACE)


_OFFICE_WORDS = frozenset(
    word
    for word in re.findall(r"[a-z]{2,}", re.sub(r"\\[a-z]|\{[^}]*\}|\[[^]]*\]", " ", OFFICE))
    if word not in ("of", "the")
) | word_set("headmaster headmistress headteacher chairman chairwoman chairperson cofounder postman postwoman")


def is_a_house(place: str, *, leads: bool) -> bool:
    """Whether a place begins with a word of its own, and not with a day, a month or what everybody has."""
    words = [word.strip(".,'’").lower() for word in place.split()]
    words = words[1:] if words[0] == "the" else words
    if not words or words[0] in _NO_HOUSE or " ".join(words[:2]) in NOBODY_HERE:
        return False
    return words[0] not in COMMON or (len(words) > 1 and not leads)
