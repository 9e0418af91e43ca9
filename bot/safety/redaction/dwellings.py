"""Where somebody lives, told without a street: flats, plots, villages, houses with a name, landmarks, the way there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from bot.safety.redaction.places import ADDRESS
from bot.safety.redaction.spans import Span
from bot.safety.redaction.words import COMMON, word_set

_BIG = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’.-]{1,20}"
_SMALL = r"(?:(?:of|the|y|de|du|des|del|la|le|les|di|da|do|dos|den|der|van|on|upon|and|&|ng|sa|bin|al|el)\s){0,2}"
_NAMED = rf"(?:[Tt]he\s)?{_BIG}(?:\s{_SMALL}{_BIG}){{0,3}}"
_UNIT = (
    r"(?:lot(?=\s\d{1,4}[A-Z]?,)|penthouse|ph|loft|studio|apt|apartment|flat|unit|suite|stand|erf|plot|block|blk|"
    r"house|h\.?\s?no|door no|"
    r"villa|shop|tower|bldg|"
    r"building|cabin|"
    r"berth|pitch|caravan|bungalow|chalet|appt|apto|depto|piso|casa|wohnung|byt|lok|lägenhet|leilighet|kvartira|кв|"
    r"квартира)"
)
_CODE = r"#?(?:[A-Za-z]{0,2}-?\d[\w/-]{0,8}|[A-Z](?![\w'’]))"
_PART = (
    rf"(?:,?\s(?:(?i:{_UNIT}|phase|ext|extension|lot|site|comp|floor|level|sector|street|st|road|ward|purok|zone|"
    rf"no)\.?\s{_CODE}|"
    rf"\d{{1,5}}[a-zA-Z]?\s{_NAMED}|{_NAMED}(?:\s\d{{1,6}})?))"
)
_UNIT_FIRST = re.compile(rf"(?<![\w/])(?i:{_UNIT})\.?\s?(?i:no\.?\s?)?{_CODE}(?P<parts>{_PART}{{1,5}})(?![\w/])")
"""A flat, a plot or a house and what stands behind it: "Stand 132 Extension 9, Mamelodi East"."""

_RURAL = re.compile(
    r"(?<!\w)(?:(?:r\.?r\.?|rural route|hc|star route|route|rmb|rsd)\s?#?\d{1,4}(?:,?\s(?:site|comp|compartment|box|"
    r"stn|bag|lot)"
    r"\s#?\w{1,6}){1,4}|(?:rmb|rsd|cmb|lmb|mail ?box|private bag|locked bag|bag|slot|range road|township road|"
    r"fire number|"
    r"concession)\s(?:no\.?\s)?#?[a-z]?\d{2,6})(?!\w)",
    re.IGNORECASE,
)
_RURAL_TO = re.compile(r"\b(?i:to|at|is|address:?)\s(?P<place>(?i:r\.?r\.?)\s?#?\d{1,3}(?=[,\s]+[A-Z]))")
"""Where the post goes that knows no streets."""
_VILLAGE = re.compile(
    rf"(?<!\w)(?i:vill|v\.?p\.?o|mohalla|gali|tehsil|taluka?|mandal|distt?|barangay|brgy|purok|sitio|kampung|kpg|"
    rf"lorong|jln|jalan|"
    rf"soi|moo|desa|kelurahan|kecamatan|townland|townlands|colonia|vereda|aldea|caser[íi]o|ejido|lugar de|lieu-dit|"
    rf"ortsteil|"
    rf"my village is|village)\.?\s?:?\s(?P<place>{_BIG}(?:\s{_BIG}){{0,2}}(?:\s\d{{1,4}})?)"
)
_LANDMARK = re.compile(
    r",?\s(?:near|opp\.?|opposite|behind|beside|next to|off|after|past|tapat ng|malapit sa|in front of|across from|"
    r"adjacent to|"
    r"adj\.?|close to|nr\.?|frente a|cerca de|junto a|gegenüber|neben|hinter|derri[èe]re|[àa] c[ôo]t[ée] de|"
    r"en face de|vicino a|"
    r"perto d[eo])\s(?:the\s)?[^,.;!?\n\0]{3,45}",
    re.IGNORECASE,
)
"""What one is to look for near an address."""
_POSTCODE_BEHIND = re.compile(
    rf"(?:,?\s(?:{_BIG}|[A-Z]{{2,3}}|\d{{1,3}}|\d{{1,2}}(?:st|nd|rd|th)|side|city|floor|level|"
    rf"block|wing|tower|building|ground|top|upper|lower|rear|"
    rf"front)\.?){{1,5}}?,?\s(?P<code>\d{{4,6}}(?:-\d{{3,4}})?)(?![\w%]|"
    rf"[.,:/]\d)|,?\s(?P<first>\d{{3}}\s\d{{2}}|\d{{4,6}})(?=\s{_BIG})"
)
_STREET_BEFORE_CODE = re.compile(rf"(?<![\w.,/-])\d{{1,5}}[a-z]?,?\s{_NAMED}(?:,\s{_NAMED}){{0,3}}[,\s]{{0,2}}\Z")
"""A house and a name that ends like no street, right before a postal code: "14 Maes y Coed, Brecon LD3 9ZZ"."""

_HOUSE_ALONE = re.compile(
    rf"(?<!\w)(?:[Tt]he\s)?(?P<name>{_BIG}(?:\s{_BIG}){{0,2}})\s(?:Cottages?|Farmhouse|Rectory|Vicarage|Croft|"
    rf"Bungalow|Barn|Lodge|"
    r"Grange|Manor|Farm|Steading|Homestead|Station House|Gatehouse|Almshouses?|Boathouse|Mill House|Old School)(?!\w|"
    r"\s(?:Hospital|"
    r"Clinic|Surgery|Hotel|Practice|Care|Nursing|Medical|Shop|Inn))"
)
_HOUSE_AND_LANE = re.compile(
    rf"(?:\A|[\n:.]\s?|\b(?i:at|to|is|in|"
    rf"from)\s)(?P<place>(?:The\s)?{_BIG}(?:\s{_BIG}){{0,2}},\s(?:{_BIG}\s){{1,2}}(?:Lane|Road|Street|Hill|"
    rf"Close|Drive|Avenue|Way|Row|Green|Terrace|Rise|Bank|Walk|Place|Gardens|Crescent|Loan|Brae|"
    rf"Wynd),\s{_BIG}(?:\s{_BIG}){{0,2}})"
)
"""A house with a name, its street and its town: "The Gables, Back Lane, Much Hadham"."""
_AT_HOME = word_set("""
    directions address live lives living postcode post code eircode nurse visit visits deliver delivered delivery send
    sent house home homestead parcel letter courier here come
    """)
_SPOT = (
    r"(?:gate|door|house|bungalow|cottage|farm|farmhouse|shed|barn|tank|caravan|trailer|mobile home|roof|fence|shop|"
    r"building|"
    r"villa|cabin|boat|houseboat|dock|mailbox|driveway|lane|shack|hut|tent|compound|homestead|place)"
)
_WHERE = (
    r"(?:opposite|past|after|behind|next to|beside|near|across from|on the left|on the right|before|between|up|down|"
    r"along|"
    r"at the end of|at the top of|at the bottom of|by|with|over|facing|in front of|off)"
)
_THE_WAY = re.compile(
    rf"(?<!\w)(?:we'?re|we are|ours is|(?:our|my|the|her|his|mum's|dad's) (?:house|home|place|flat|farm|gate|"
    rf"door) is|house is|"
    rf"home is|homestead(?: is)?:?|look for|directions?(?: are)?:?)\s(?P<place>(?:(?:the|a|"
    rf"an)\s)?(?:[\w'’-]{{2,14}}\s){{0,3}}?"
    rf"{_SPOT}\s(?:[\w'’-]{{1,14}}\s){{0,3}}?{_WHERE}\s[^,.;!?\n]{{3,60}})",
    re.IGNORECASE,
)
"""How one finds somebody: "we're the blue gate opposite the phone box"."""
_TURN = re.compile(
    r"\b(?:find (?:us|me|it|the house)|to (?:us|ours|mine|my (?:house|place|flat)|our (?:house|place))|"
    r"directions?)\b[^.!?\n]{0,25}?[:,;]\s"
    r"(?P<place>(?:turn|go|take|drive|keep|bear|head|follow|second|first|third|left|right|past|"
    r"after)\s[^.!?\n]{5,120})",
    re.IGNORECASE,
)
"""The way to somebody, as one tells a driver."""
_SO_FAR = re.compile(
    r"\b(?:homestead|house|farm|place|property|we'?re|turn(?:ing| off)?|gate|cottage|directions?)\b:?[^.!?\n\d]{0,30}"
    r"(?P<place>\d{1,3}(?:\.\d{1,2})?\s?(?:k|kms?|kilomet\w{2,4}|miles?|mi|m|met(?:re|er)s?|yards?|blocks?|doors?)\s"
    r"(?:past|after|beyond|before|up|down|along|north|south|east|west)\s(?!(?:\w{2,5}\s)?(?:you|your|the clinic|"
    r"here)\b)"
    r"[^.!?;\n]{3,80})",
    re.IGNORECASE,
)
_AT_NUMBER = re.compile(
    r"\b(?:neighbou?rs?|next door|lives?|living|live|house|home|deliver\w{0,4}|lady|man|woman|couple|family|ring|"
    r"knock|\0)"
    r"[^.!?\n]{0,40}?\bat\s(?P<place>(?:number|no\.?|nr\.?|#)\s?\d{1,4}[a-z]?)(?![\w%:/]|[.,]\d)",
    re.IGNORECASE,
)
"""The number of a house whose street is known there: "my neighbour at number 41"."""
_SENT_TO = re.compile(
    r"\b(?i:location\s?[:=]|deliver(?:y|ed)?|ship|send|sent|post|posted|posting|courier|pick(?:\s\w{1,4})?\sup|"
    r"collect|drop|come|visit"
    r"|house|home|flat|live|lives|stay|stays|staying)(?:\s[\w'’-]{1,14}){0,5}?\s(?i:to|at|from|is|in)\s"
    rf"(?P<place>(?i:(?:no|number|"
    rf"nr)\.?\s)?#?\d{{1,5}}[a-zA-Z]?(?:[/-]\d{{1,5}}[A-Za-z]?)?,?\s{_NAMED}(?:,\s{_NAMED}){{0,3}})"
)
"""A house and a name behind what is sent there, whatever the street ends with."""
_STREET_IN_THE_MIDDLE = re.compile(
    rf"(?<![\w.,/-])\d{{1,5}}[a-zA-Z]?,?\s(?i:calle|avenida|av\.|rua|via|viale|paseo|camino|jalan|jln|carrer|strada|"
    rf"ulica|ul\.|"
    rf"maes|ffordd|heol|bóthar|sr[áa]id|rathaus|passeig|largo|praça|piazza|plaza)\s{_SMALL}{_BIG}(?:\s{_BIG}){{0,2}}"
)
"""The house, and then a street as other languages name it: "88 Calle Loíza"."""
_GATE = re.compile(r"(?<![\w.,/-])(?P<place>\d{1,4}[A-Za-z]?\s[A-Z][a-z]{3,12}gate)(?!\w)")
"""A street of an old town: "14A Saltgate"."""
_ABROAD = re.compile(
    r"(?:[\u4e00-\u9fff]{2,14}[路街道巷弄]|[\u4e00-\u9fff]{2,10}(?:丁目|町|"
    r"番地))[\u4e00-\u9fff]{0,3}\d{1,5}(?:[-号號番弄楼室座栋]\d{0,5}){0,6}"
    r"|〒\s?\d{3}-?\d{4}|\d{1,2}丁目\d{1,3}(?:[-番]\d{1,3}){0,2}号?"
    r"|[가-힣]{1,6}[시구동군읍면]\s[가-힣\d]{1,10}(?:로|길)\s?\d{1,4}(?:-\d{1,4})?"
    r"|(?:شارع|حي|طريق|خیابان|کوچه)\s[\u0620-\u06ff]{2,15}(?:\s[\u0620-\u06ff]{2,15}){0,3}[،,]?\s(?:رقم|عمارة|شقة|"
    r"فيلا|پلاک)?\s?\d{1,5}"
    r"|(?:रोड|गली|मकान|फ्लैट|घर)\s(?:नं(?:बर)?\.?|न\.|संख्या)\s?[\w/-]{1,8}(?:,\s[\u0900-\u097f ]{2,30}){0,3}"
    r"|(?<![\d/])\d{1,4}(?:/\d{1,4})?\s(?:หมู่|ซอย|ถนน)\s?[\u0e00-\u0e7f\d]{1,20}(?:\s[\u0e00-\u0e7f]{2,20}){0,3}"
    r"|(?:רחוב|רח'|שדרות)\s[\u0590-\u05ff'\"]{2,15}(?:\s[\u0590-\u05ff'\"]{2,15}){0,2}\s\d{1,4}"
    r"|(?:οδός|οδού|λεωφόρος)\s[\u0370-\u03ff]{2,20}\s\d{1,4}"
)
"""Streets and houses in other letters."""


def dwellings_of(text: str, said: Set[str], places: Sequence[Span]) -> Iterator[Span]:
    """All of them in a plain text, of which `places` are known; `said` are its words in small letters."""
    for place in places:
        yield from _around(text, place)
    if any(map(str.isdigit, text)):
        for found in _UNIT_FIRST.finditer(text):
            if _names_a_place(found["parts"]):
                yield Span(found.start(), found.end(), ADDRESS)
                yield from _around(text, Span(found.start(), found.end(), ADDRESS))
        for found in _SENT_TO.finditer(text):
            if _names_a_place(found["place"]):
                yield Span(found.start("place"), found.end("place"), ADDRESS)
        for kind in (_RURAL, _STREET_IN_THE_MIDDLE):
            yield from (Span(found.start(), found.end(), ADDRESS) for found in kind.finditer(text))
        yield from _told_places(text, _RURAL_TO, _SO_FAR, _AT_NUMBER, _GATE)
        if not text.isascii():
            yield from (Span(found.start(), found.end(), ADDRESS) for found in _ABROAD.finditer(text))
    for found in _VILLAGE.finditer(text):
        if _names_a_place(found["place"]):
            near = _LANDMARK.match(text, found.end())
            yield Span(found.start("place"), near.end() if near else found.end(), ADDRESS)
    yield from _told_places(text, _HOUSE_AND_LANE, _THE_WAY, _TURN)
    if not said.isdisjoint(_AT_HOME):
        for found in _HOUSE_ALONE.finditer(text):
            if _names_a_place(found["name"]):
                yield Span(found.start(), found.end(), ADDRESS)


def _told_places(text: str, *kinds: re.Pattern[str]) -> Iterator[Span]:
    for kind in kinds:
        for found in kind.finditer(text):
            yield Span(found.start("place"), found.end("place"), ADDRESS)


def _around(text: str, place: Span) -> Iterator[Span]:
    """What belongs to an address: the postal code and the landmark behind it, the house before it."""
    code = _POSTCODE_BEHIND.match(text, place.end)
    if code is not None and not re.fullmatch(r"(?:19|20)\d\d", code[code.lastgroup or 0]):
        yield Span(code.start(code.lastgroup or 0), code.end(code.lastgroup or 0), ADDRESS)
    near = _LANDMARK.match(text, place.end)
    if near is not None:
        yield Span(near.start(), near.end(), ADDRESS)
    before = _STREET_BEFORE_CODE.search(text, max(place.start - 70, 0), place.start)
    if before is not None and _names_a_place(before[0]):
        yield Span(before.start(), before.end(), ADDRESS)


def _names_a_place(written: str) -> bool:
    """Whether the first word with a capital letter is no day, no dose and no word of every day but the article."""
    words = [word.lower() for word in re.findall(r"(?<!\w)[^\W\d_a-z][^\W\d_]{1,20}", written) if word != "The"]
    if not words:
        return bool(
            re.search(r"(?i)\b(?:phase|ext|extension|lot|site|comp|sector|street|road|block|blk)\.?\s#?\w?\d", written)
        )
    return words[0] not in COMMON
