"""How old somebody is: days of birth, and ages over 89, which few people in a town have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from datetime import date

from bot.safety.redaction.months import ENGLISH_MONTHS, MONTH
from bot.safety.redaction.said_numbers import ENGLISH_ONES, ENGLISH_TENS
from bot.safety.redaction.spans import Span
from bot.safety.redaction.words import COMMON, DOUBTFUL_NAMES, names, word_set

BIRTH, AGE = "[date of birth]", "[age]"

_OLDEST_TOLD = 89
"""Years: up to this age it says little about who somebody is, and a clinician needs it."""

_YEAR = r"(?:18|19|20)\d\d"
_OF = r"\.?,?[ -]?(?:of |de |del |den )?"
_FULL = (
    rf"(?:(?<![\d./-])(?:\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?P<y1>{_YEAR}|'?\d\d)(?![\d/-]|[.]\d)|"
    rf"(?P<y2>{_YEAR})[./-]\d{{1,2}}[./-]\d{{1,2}}(?![\d/-]))"
    rf"|(?<![\w./-])\d{{1,2}}(?:st|nd|rd|th|er|\.|º|°)?(?:\s|-|\.|/)?\s?(?:of\s|de\s|"
    rf"di\s)?(?:{MONTH})(?!\w*[^\W\d])\.?,?[\s/-]{{0,2}}"
    rf"(?:de[l]?\s)?(?P<y3>{_YEAR}|'\d\d|\d\d)(?![\w:])"
    rf"|(?<!\w)(?:{MONTH})\.?,?\s?(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:of\s)?(?P<y4>{_YEAR}|'\d\d)(?!\w)"
    rf"|(?P<y5>{_YEAR})年\d{{1,2}}月\d{{1,2}}日)"
)
_FULL_DAY = re.compile(_FULL, re.IGNORECASE)
"""A whole day with its year."""

_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)\s(?:of\s)?the\s\d{{1,2}}(?:st|nd|rd|th),?\s(?:of\s)?(?:18|19|20)?\d\d\b|"
    rf"\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?:(?:18|19|"
    rf"20)\d\d|'?\d\d)(?!\d)|{_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}(?!\d)|"
    rf"\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?[\s-]?(?:day\s)?(?:of\s"
    rf"|de\s)?(?:{MONTH})\.?,?[\s-]?(?:de[l]?\s|of\s)?(?:{_YEAR}|"
    rf"'?\d\d)\b"
    rf"|(?:{MONTH})\.?\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?,?\s?(?:of\s)?(?:{_YEAR}|'\d\d)\b|(?:{MONTH})\s(?:of\s|"
    rf"de\s)?{_YEAR}\b|"
    rf"\d{{1,2}}[ ]\d{{1,2}}[ ](?:19|20)?\d\d\b|(?:0?[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d\b|"
    rf"\d{{6}}\b|(?:19|20)\d{{6}}\b|{_YEAR}年\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}/{_YEAR}\b"
    rf"|(?:{MONTH})\s(?:the\s)?(?:\d{{1,2}}(?:st|nd|rd|th)?)\b(?!\s?(?:mg|ml|%))"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.|er)?\s(?:of\s|de\s)?(?:{MONTH})\b"
    rf"|\d{{1,2}}[./]\d{{1,2}}\.?(?![\d/])"
)
_DAY += ")"
_BIRTH_NAMES = (
    r"d\.?\s?o\.?\s?b\.?|date of birth|birth ?date|birth ?days?|b-?day|birth|geboren|geb\.?|"
    r"geburtsdatum|geburtstag|geb\.?-?datum|n[ée]e?s? (?:le|en)|jahrgang|year of birth|birth ?year|date de naissance|"
    r"nasc\.?|nac\.|f\.? ?nac\.?|nar\.|szül\.?|ddn|y\.?o\.?b\.?|d\.n\.|rođena?|"
    r"anniversaire|nacid[oa]|nac[ií]|"
    r"fecha de nacimiento|cumpleaños|nat[oa]|data di nascita|compleanno|nascid[oa]|nasci|"
    r"data de nascimento|anivers[áa]rio|geboortedatum|verjaardag|fødselsdato|fødselsdag|født|född|födelsedatum|"
    r"födelsedag|"
    r"syntynyt|syntymäaika|urodzon[ya]|urodziłem|urodziłam|data urodzenia|ur\.|narozen[aá]?|datum narození|született|"
    r"születési (?:idő|dátum)[a-z]{0,3}|născut[ăa]?|data nașterii|doğum tarihi(?:m)?|doğdum|doğumlu|родил(?:ся|ась)|"
    r"дата рождения|д\.?р\.?|народи(?:вся|лася)|γεννήθηκα|ημερομηνία γέννησης|生年月日|出生日期|出生|生日|생년월일|"
    r"تاريخ الميلاد|born(?:\sdate)?"
)
_BIRTH_CUE = re.compile(
    rf"(?<!\w)(?:{_BIRTH_NAMES})(?!\w)(?P<said>[ \t]{{0,2}}(?:'s|[:=,()/-]|(?:is|was|on|in|am|the|el|le|il|em|op|den|"
    rf"dne|"
    r"dnia|dia|día|est|ist|es|è|é|er|är|o)(?!\w))?(?:[ \t]{1,2}(?:=|(?:the|on|am|el|is|le|il|of|in|my|den|op|a|"
    r"o)(?!\w)))"
    r"{0,2}[ \t]{0,3}[(:]?[ \t]{0,2})",
    re.IGNORECASE,
)
BIRTH_WORDS = word_set("""
    jahrgang year birthyear
    dob d date birth birthdate birthday birthdays bday b-day born geboren geb geburtsdatum geburtstag né née nés ne nee
    nes naissance anniversaire nacido nacida nací naci fecha cumpleaños nato nata data compleanno nascido nascida nasci
    nasc nac nar szül ddn yob fec dn rođen rođena rodzony aniversário aniversario geboortedatum
    verjaardag fødselsdato fødselsdag født född födelsedatum födelsedag syntynyt
    syntymäaika urodzony urodzona urodziłem urodziłam ur narozen narozena narozená datum született születési născut
    născută doğum doğdum doğumlu родился родилась дата д народився народилася γεννήθηκα ημερομηνία b
    生年月日 出生日期 出生
    생년월일 تاريخ
    """)
_DAY_HERE = re.compile(_DAY, re.IGNORECASE)
_DAY_BEFORE = re.compile(
    rf"(?P<day>{_DAY})(?:,?\s(?:is|was|er|är|ist|es|est|is|=|-)\s)?(?:\s?(?:my|his|her|our|jeg|jag|i|ich|ik|he|she|is|"
    r"mein|meine|mon|mi|il mio|son|sa|the|was|war|er|wurde|(?:wife|husband|mum|mom|mother|father|dad|son|"
    r"daughter)'?s?)\s){0,3}\s?\Z",
    re.IGNORECASE,
)
"""A day right before the word for birth: "am 4. Dezember 1938 geboren", "4/12/38 is my birthday"."""

_OTHER_DAY = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|\.|º|er)?[ -](?:day\s)?(?:of\s|de\s|del\s|di\s)?"
    r"[^\W\d]{1,12}(?:[ -][^\W\d]{2,12})?\.?,?[ -]\d{4}(?!\d)",
    re.IGNORECASE,
)
"""A day with a month in whatever language, calendar or figures: "15 Ramadan 1405", "14 V 1944"."""
_YEAR_HERE = re.compile(r"(?:in\s)?((?:18|19|20)\d\d)\b(?![./-]\d)", re.IGNORECASE)
_SPOKEN_ORDINAL = (
    r"(?:(?:twenty|thirty)[ -]?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|"
    r"thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|one|two|three|"
    r"four|"
    r"five|six|seven|eight|nine)|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    r"twenty|thirty"
)
_SPOKEN_YEAR = (
    r"(?:nineteen|twenty|two thousand|eighteen)(?:[ -](?:and\s)?[a-z]{3,9}){1,3}?(?=[,.;!?\s]|\Z)|"
    rf"(?:{ENGLISH_TENS})(?:[ -](?:{ENGLISH_ONES}))?"
)
_SPOKEN_MONTH = f"{ENGLISH_MONTHS}|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
_SPOKEN_REST = (
    r"(?:[ -](?:hundred|oh|ten|eleven|twelve|thir|four|fif|six|seven|eigh|nine|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|and|one|two|three|five|eight)(?:teen)?){0,4}"
)
_FEAST = re.compile(
    r"(?:on\s)?(?:the\s)?(?:day\s(?:of|after|before)\s(?:the\s)?)?(?:[^\W\d_][\w.'’-]{1,14}\s){0,3}"
    r"(?:day|eve|night|new\syear'?s?|christmas|xmas|easter|good\sfriday|boxing\sday|diwali|eid|holi|ramadan|nowruz|"
    r"passover|"
    r"hanukkah|thanksgiving|hallow\w{2,5}|midsummer|pentecost|whitsun|candlemas|epiphany|vesak|tet|silvester|"
    r"weihnachten|"
    r"ostern|no[eë]l|p[aâ]ques|navidad|natale|natal)(?:\s(?:day|eve|morning|night|sunday|monday))?,?\s"
    r"(?:(?:of|in|de|von)\s)?(?:19|20)\d\d(?!\d)|leap\s(?:day|year\sday),?\s(?:in\s)?(?:19|20)\d\d",
    re.IGNORECASE,
)
"""A feast and its year, as somebody born on one tells it: "St Stephen's Day 1949"."""
_YEAR_IN_WORDS = re.compile(
    r"(?:[^\W\d_][\w.'’-]{0,14}\s){0,5}?(?:mil novecientos(?:\s\w{2,12}){0,3}|dos mil(?:\s\w{2,10}){0,2}|"
    r"(?:neunzehn|acht?zehn)hundert\w{0,30}|zweitausend\w{0,20}|mille neuf cents?(?:[\s-]\w{2,10}){0,4}|"
    r"deux mille(?:[\s-]\w{2,8}){0,2}|mille?novecento\w{0,25}|duemila\w{0,15}|"
    r"mil novecentos(?:\s(?:e\s)?\w{2,12}){0,3}|"
    r"negentien(?:honderd)?\s?\w{3,25}|nittonhundra\w{0,20}|nittenhundre\w{0,25}|nittenhundrede\w{0,25}|"
    r"tysi[ąa]c dziewi[ęe][ćc]set(?:\s\w{3,20}){0,2}|тысяча девятьсот(?:\s\w{3,15}){0,2})(?!\w)",
    re.IGNORECASE,
)
"""A day with its year in words of other languages than English."""
_SPOKEN_DAY = re.compile(
    rf"(?:the\s)?(?:{_SPOKEN_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)?)\s(?:of\s|"
    rf"day of\s)?(?:{_SPOKEN_MONTH})\.?,?(?:\s(?:in\s)?"
    rf"(?:(?:nineteen|twenty|two thousand|eighteen){_SPOKEN_REST}|(?:{ENGLISH_TENS})"
    rf"(?:[ -](?:{ENGLISH_ONES}))?))?(?!\w)|"
    rf"(?:{_SPOKEN_MONTH}),?\s(?:the\s)?(?:{_SPOKEN_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)?),?(?:\s(?:in\s)?"
    rf"(?:(?:nineteen|twenty|two thousand|eighteen){_SPOKEN_REST}|(?:{ENGLISH_TENS})"
    rf"(?:[ -](?:{ENGLISH_ONES}))?))?(?!\w)|"
    rf"(?:nineteen|eighteen){_SPOKEN_REST}(?!\w)",
    re.IGNORECASE,
)
_BORN_NEAR = 120
"""Characters on both sides of the word for birth in which a whole day is taken for one of birth."""
_ANOTHER_DAY = re.compile(
    r"surg|operat|diagnos|appoint|termin\b|session|since|treat|covid|book(?:ed|ing)\b|vaccin|visit|injur|accident|"
    r"transfus|until|admit|discharg|scan|\bmri\b|\bx-?ray|infusion|stroke|heart attack|chemo|seit\b|depuis|desde|"
    r"study|paper|trial|publish|journal|article|letter|report|result|lab|blood|test|come|see you|today|tomorrow|start|"
    r"expire|valid|move|resched|paid|invoice|biops|cita\b|rendez|married|died|wedding|event|open|closed|happened",
    re.IGNORECASE,
)
_LISTED_BEFORE = re.compile(
    r"(?:\A|[\n:;,(/|])[ \t]{0,2}(?:the\s|am\s)?\Z|\b(?:m|f|male|female|pt|patient|man|woman)\W{1,2}\Z", re.IGNORECASE
)
_LISTED_BEHIND = re.compile(r"[ \t]{0,2}(?:[,;)\n/|]|\.(?!\w)|\Z|(?:m|f|male|female)\b)", re.IGNORECASE)
_TURNED = re.compile(
    rf"\b(?:turn(?:ed|s|ing)?|be|being|am|was|is)\s\d{{1,3}}(?:\syears old)?\s(?:on|this)\s(?P<day>(?:the\s)?{_DAY})"
    rf"|(?<!\w)(?:b\.|\*|☆)\s?(?P<star>\d{{1,2}}[./-]\d{{1,2}}[./-](?:{_YEAR}|\d\d)(?!\d)|(?:18|19|20)\d\d(?!\d))",
    re.IGNORECASE,
)


def births(text: str, said: Set[str], named: Sequence[Span]) -> Iterator[Span]:
    """Days of birth in a plain text: next to a word for birth, next to a name (`named`), or where a form asks for one;
    of years alone those that tell an age over 89."""
    this_year = date.today().year
    spoken = any(word in said for word in ("nineteen", "eighteen", "of", "the", "two", *_SPOKEN_MONTH.split("|")))
    if not said.isdisjoint(BIRTH_WORDS):
        cues = list(_BIRTH_CUE.finditer(text))
        for cue in cues:
            day = _DAY_HERE.match(text, cue.end())
            if day is None and spoken and text[cue.end() : cue.end() + 1].isalpha():
                day = _SPOKEN_DAY.match(text, cue.end())
            if day is not None and day.end() > day.start() and not (len(day[0]) < 6 and "." in day[0]):
                yield Span(day.start(), day.end(), BIRTH)
                continue
            other = _OTHER_DAY.match(text, cue.end()) or _FEAST.match(text, cue.end())
            other = other or _YEAR_IN_WORDS.match(text, cue.end())
            if day is None and other is not None:
                yield Span(other.start(), other.end(), BIRTH)
                continue
            before = _DAY_BEFORE.search(text, max(cue.start() - 45, 0), cue.start())
            if before is not None and len(before["day"]) > 5 and not before["day"].isdigit():
                yield Span(before.start("day"), before.end("day"), BIRTH)
            year = _YEAR_HERE.match(text, cue.end())
            if year is not None and (
                this_year - int(year[1]) > _OLDEST_TOLD or "dob" in cue[0].lower() or "birth" in cue[0].lower()
            ):
                yield Span(year.start(1), year.end(), BIRTH)
        yield from _near_birth(text, cues, this_year)
    digits = sum(map(str.isdigit, text))
    if digits < 3:
        return
    for found in _TURNED.finditer(text):
        group = found.lastgroup or "day"
        if group == "day" or found["star"]:
            yield Span(found.start(group), found.end(group), BIRTH)
    for name in named:
        gap = _GAP.match(text, name.end)
        day = _FULL_DAY.match(text, gap.end()) if gap else None
        if day is not None and _year_of(day, this_year) <= this_year - 5:
            yield Span(day.start(), day.end(), BIRTH)
    for day in _FULL_DAY.finditer(text):
        told = _year_of(day, this_year)
        if (told <= this_year - _LISTED_YEARS and _is_listed(text, day)) or (
            told <= this_year - _LONG_AGO
            and not any(
                kind.search(text, max(day.start() - 60, 0), day.end() + 60) for kind in (_ANOTHER_DAY, _OF_THE_WORLD)
            )
        ):
            yield Span(day.start(), day.end(), BIRTH)
    for found in _ERA.finditer(text):
        yield Span(found.start(), found.end(), BIRTH)
    for day in _JALALI.finditer(text):
        yield Span(day.start(), day.end(), BIRTH)
    for cue in _SHOWS.finditer(text):
        for day in _FULL_DAY.finditer(text, cue.end(), cue.end() + 80):
            if _year_of(day, this_year) <= this_year and not _ANOTHER_DAY.search(text, cue.start(), day.start()):
                yield Span(day.start(), day.end(), BIRTH)


_GAP = re.compile(r"[ ,;(-]{1,3}")
_LISTED_YEARS = 14
"""Years that a day has to be past to be taken for one of birth where only its place tells."""


_LONG_AGO = 30
"""Years after which a whole day, of which nothing else is said, is hardly any other than one of birth."""
_OF_THE_WORLD = re.compile(
    r"\b(?:laws?|act|acts|directives?|regulations?|decree|founded|patents?|retired|graduat\w*|arrived|bought|war|sober|"
    r"revolution|chernobyl|invent\w*|began|quit|gave up|fell|broke|crash\w*|gesetz|loi|ley|legge)\b",
    re.IGNORECASE,
)
_JALALI = re.compile(r"(?<![\d./-])1[34]\d\d([/-])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?![\d/-])")
"""A day in the calendar of Iran: of an event nobody writes it so to a clinic."""
_ERA = re.compile(
    rf"(?<!\w)(?:taish[oō]|sh[oō]wa|heisei|昭和|平成|大正)\s?\d{{1,2}}(?:年\d{{1,2}}月\d{{1,2}}日"
    rf"|,?\s(?:{MONTH})\.?\s\d{{1,2}}|"
    r"[./-]\d{1,2}[./-]\d{1,2})?(?!\w)",
    re.IGNORECASE,
)
"""A day in the reign of an emperor of Japan."""
_SHOWS = re.compile(
    r"\b(?:card|passport|id|licen[cs]e|document|certificate|ausweis|dni|pasaporte|passeport|my papers|registered as|"
    r"file|chart|wristband|system)\s(?:it\s|just\s|only\s|wrongly\s)?(?:says|shows|has|reads|gives|states|put|got|"
    r"dit|dice|steht)\b",
    re.IGNORECASE,
)
"""What shows a day: a card, a passport, a wristband."""


def _is_listed(text: str, day: re.Match[str]) -> bool:
    """Whether a day stands alone between commas or on a line, as one answers a form, and nothing else is said of it."""
    return (
        _LISTED_BEFORE.search(text, max(day.start() - 12, 0), day.start()) is not None
        and _LISTED_BEHIND.match(text, day.end()) is not None
        and _ANOTHER_DAY.search(text, max(day.start() - 40, 0), day.end() + 40) is None
    )


def _near_birth(text: str, cues: Sequence[re.Match[str]], this_year: int) -> Iterator[Span]:
    """Whole days in the neighbourhood of a word for birth, of which nothing else is said."""
    if not cues:
        return
    place = 0
    for day in _FULL_DAY.finditer(text):
        while place < len(cues) - 1 and cues[place].end() < day.start() - _BORN_NEAR:
            place += 1
        cue = cues[place]
        near = cue.end() > day.start() - _BORN_NEAR and cue.start() < day.end() + _BORN_NEAR
        if (
            near
            and _year_of(day, this_year) < this_year
            and not _ANOTHER_DAY.search(
                text, max(day.start() - 30, cue.end() if cue.end() < day.start() else 0), day.start()
            )
        ):
            yield Span(day.start(), day.end(), BIRTH)


def _year_of(day: re.Match[str], this_year: int) -> int:
    written = next(year for year in day.groupdict().values() if year is not None).strip("'")
    year = int(written)
    if len(written) == 2:
        return year + (1900 if year > this_year % 100 else 2000)
    return year


_OLD = r"(?:9\d|1[01]\d|12[0-5])"
_OLD_WORDS = (
    rf"(?:ninety(?:[ -]?(?:{ENGLISH_ONES}))?|nine ?ty[ -](?:{ENGLISH_ONES})|(?:a|one) hundred(?:[ -](?:and "
    rf")?(?:{ENGLISH_ONES})|[ -](?:and )?ten)?|"
    r"(?:ein|zwei|drei|vier|fünf|fuenf|sechs|sieben|acht|neun)undneunzig|neunzig|(?:ein)?hundert(?:eins|zwei|drei|"
    r"vier)?|"
    r"noventa(?: (?:y|e) (?:un[oa]?|dos|dois|duas|tres|três|cuatro|quatro|cinco|seis|siete|sete|ocho|oito|nueve|"
    r"nove))?|cien|"
    r"quatre-vingt-(?:dix(?:-sept|-huit|-neuf)?|onze|douze|treize|quatorze|quinze|seize)|nonante(?:-\w{2,6})?|"
    r"novanta(?:due|tr[eé]|quattro|cinque|sei|sette|nove)?|novant(?:uno|otto)|"
    r"(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen)[eë]nnegentig|negentig|nittio(?:ett|två|tre|fyra|fem|sex|sju|"
    r"åtta|nio)?|"
    r"(?:en|to|tre|fire|fem|seks|syv|otte|ni)oghalvfems|halvfems|nitti(?:en|to|tre|fire|fem|seks|sju|åtte|ni)?|"
    r"dziewięćdziesiąt(?: \w{3,9})?|девяносто(?: \w{3,6})?|doksan(?: \w{2,5})?)"
)
_OLD_ORDINAL = (
    r"(?:9\d|1[01]\d)(?:st|nd|rd|th)|ninet(?:ieth|y[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|"
    r"ninth))|"
    r"(?:one )?hundred(?:th| and (?:first|second|third|fourth|fifth))"
)
_YEARS = (
    r"(?:years?|yrs?)\b[ -]?(?:old|of age|young|and|strong|now|,|\.|\Z|is\b|was\b|has\b)|(?:years?|yrs?)[ -]?olds?\b|"
    r"(?:yo|y/o|y\.o\.?|yr|yrs)\b|"
    r"yo[mf]\b|jahre\b|j[äa]hrig\w*|jährige?\w*|ans\b|años\b|anos\b|anni\b|jaar\b|jarige?\b|år\b|lat[ka]?\b|лет\b|"
    r"года?\b|"
    r"летн\w*|year[ -]?ol\w*|éves\b|let\b|letá\b|letý\b|(?:de )?ani\b|yaşında\w*|yaş\b|ετών|χρονών|"
    r"(?:ka)?taon\w*|anyos\b|tahun\b|साल|वर्ष|वर्षे|বছর|વર્ષ|ਸਾਲ|வயது|ஆண்டு|సంవత్సర|ವರ್ಷ|വയസ്സ്|ปี|tuổi|سال|miaka\b|"
    r"ans\b|"
    r"vuotta\b|jaren\b|bliadhna|bliain|oed\b|urte\b|anys\b|vjet\w*|metų|gadi\w*|aastat?\w*|წლის|տարեկան|"
    r"歳|才|岁|歲|세|살|سنة|"
    r"vuotias\w*|-vuotias|godin\w*"
)
_NOT_AGE_BEHIND = (
    r"(?!\s?(?:%|percent|per\scent|kg|kilos?|lbs?|pounds?|cm|st\b|stone|°|degrees?|minutes?|mins?|hours?|hrs?|days?|"
    r"weeks?|months?|sure|mg|mcg|µg|ug|ml|mm|bpm|/|over\s\d|miles?|km|m\b|meters?|metres?|sessions?|times|euros?|"
    r"dollars?|"
    r"bucks|€|\$|£|out\sof|certain|good|p\b|people|patients?|steps|on\s(?:room|the|oxygen|my|exertion|climbing|oxi)|"
    r"at\s(?:rest|night)|systolic|diastolic|beats|when\si|while|for\sthe\spast|f\b(?!\s*,)|c\b|fahrenheit|celsius|"
    r"proof|in\sline|passes|pass|gamma|treatments?|ppm|nmol|mmol|points?|x\b)|[.,:/]\d|-\d|\d)"
)
_SOMEBODY = (
    r"(?:mothers?|fathers?|mums?|moms?|mummy|mommy|mamma|mama|dads?|daddy|papa|grand ?ma|grandmother|grandfather|"
    r"grand ?pa|gran ?d[ae]d?s?|grand ?d[ae]d(?:dy)?|gran ?da|gramma|gammy|mee-?maw|mamaw|papaw|pop-?pop|gramps|"
    r"grampa|gran|granny|nan|nanna|nana|husband|wife|aunt|auntie|aunty|uncle|great[ -](?:gran\w*|aunt|uncle)|"
    r"patients?|pt|"
    r"neighbou?r|friend|lady|woman|man|gentleman|guy|client|resident|resident|partner|brother|sister|cousin|teacher|"
    r"oldest|eldest|"
    r"landlady|boss|in-law|(?:mother|father|sister|brother)-in-law|oma|opa|omi|opi|mutter|vater|mann|frau|tante|onkel|"
    r"großmutter|großvater|nachbarin?|schwiegermutter|schwiegervater|patientin|m[eè]re|p[eè]re|grand-m[eè]re|"
    r"grand-p[eè]re|"
    r"mamie|papi|papy|mari|femme|oncle|voisine?|madre|padre|abuel[oa]|abuelit[oa]|mam[áàã]|pap[áà]|suegr[oa]|"
    r"t[ií][oa]|vecin[oa]|"
    r"maw-?maw|paw-?paw|nanny|gogo|mkhulu|ntate|mme|tannie|oom|inay|itay|inang|amang|tatang|nenek|kakek|"
    r"momma|mumma|mam|mammy|pops|pop|mams|ouma|oupa|tatay|nanay|lol[oa]|babushka|dedushka|dad[ai]|daadi|nani|ammi|abba|"
    r"amma|appa|bibi|hal-?moni|harabeoji|obaa-?san|ojii-?san|yiayia|pappous?|teta|jiddo|jido|sitto|iaia|aitona"
    r"|amona|bobe|"
    r"zaide|bubbe|nonna|vovó|bisabuel[oa]|bisnonn[oa]|oud-?oma|ur-?oma|ur-?opa|"
    r"nonn[oa]|zi[oa]|marito|moglie|av[óôò]|m[ãa]e|pai|vov[óô]|moeder|vader|mor|far|farmor|mormor|farfar|morfar|babcia|"
    r"dziadek|mama|tata|бабушк\w|дедушк\w|мам\w|пап\w|babička|děda|nagymama|anneanne\w*|babaanne\w*|dede\w*|annem|"
    r"babam)"
)
_BE = (
    r"(?:is|was|'s|s|are|am|turned|turns|turning|will\sbe|'d\sbe|would\sbe|'ll\sbe|ll\sbe|'ll\sturn|will\sturn|"
    r"just\shit|hit|reached|reaches|"
    r"has\sturned|being|be|becomes|became|going\son|getting\son\sfor|pushing|approaching|nearing|"
    r"ist|wird|wurde|bin|aura|va\savoir|cumple|cumpli[óo]|va\sa\scumplir|compie|compir[àa]|"
    r"fez|faz|fará|wordt|är|er|fyller|bliver|blir|fylder|var|je)"
)
_NO_VALUE = r"(?!(?:\w{1,10}\s)?(?:bp|sats?|pulse|o2|spo2|oxygen|hr|weight|sugar|pressure|temp|rate|score|inr|level)\b)"
"""What of somebody is measured in figures too."""
_ADVERB = (
    r"(?:now|already|almost|nearly|about|around|only|actually|just|even|over|past|like|soon|almost|still|approx\.?|"
    r"approximately|roughly|currently|presently|well|really|literally|bloody|exactly|turned|turning|age|aged|of|to\sbe|"
    r"going\son|schon|jetzt|bereits|fast|erst|noch|gerade|d[ée]j[àa]|presque|bient[ôo]t|ya|casi|ahora|gi[àa]|quasi|"
    r"ora|j[áa]|quase|al|bijna|nu|"
    r"redan|snart|allerede|już|prawie|уже|почти|скоро|už|skoro|a\s(?:young|fit|sprightly|spry|healthy|strong|"
    r"very\s\w{3,9})|fit|young|sprightly)"
)
_AGE = re.compile(
    rf"(?<![\w.,$€£/-])(?P<one>{_OLD}|{_OLD_WORDS})[ -]{{0,2}}(?:{_YEARS})(?!\s(?:ago|warranty|experience|later|"
    rf"of\s(?!age)|study|follow|"
    r"history|in\s(?:business|practice)|combined|before|earlier|guarantee))"
    rf"|(?<![\w.,$€£/-])(?P<two>{_OLD})\s?[-/]?\s?(?:f|m|w|♀|♂|fem|female|male)(?=[,.;\s)]|\Z)(?!\.?\d)"
    rf"|(?<![\w.,$€£/-])(?P<three>{_OLD_ORDINAL})\s(?:birthday|b-?day|year(?!\s(?:of\s(?:the|our)|anniversary)))"
    rf"|(?<!\w)(?:(?:i|he|she|who|one\sof\s(?:us|them|our\sgroup)|{_SOMEBODY})(?:\s|"
    rf"(?=')|,\s(?:who\s)?)(?:\(?\0{{1,40}}[),]?\s|{_NO_VALUE}(?:\w{{1,12}}\s){{0,2}}?){_BE}\s|"
    rf"\0{{1,40}}\)?\s{_NO_VALUE}(?:\w{{1,6}}\s){{0,2}}?{_BE}\s|"
    rf"(?:i'?m|(?:he|she|who)'?s|{_SOMEBODY},?)\s)(?:{_ADVERB}\s){{0,3}}"
    rf"(?P<four>{_OLD}|{_OLD_WORDS})(?!\w){_NOT_AGE_BEHIND}"
    rf"|(?<!\w)(?:ag(?:e|ed)|age[sd]?\sof|alter|edad|[âa]ge|et[àa]|leeftijd|idade|wiek|возраст|ålder|alder|ikä|věk|"
    rf"kor|yaş|年齢|年龄|나이|"
    r"aged\sabout|at\sage|im\salter\svon|turn(?:ed|s|ing)?|pushing|liv(?:ed|es)\sto(?:\sbe)?|just\sturned|"
    r"will\sbe|'ll\sbe|mit|con)"
    r"(?:\s?(?:is|was|:|=|-|ist|es|est|è|about|of|von|now)){0,2}\s?(?:(?:nearly|almost|over|just|about|around)\s)?"
    rf"(?P<five>{_OLD}|{_OLD_WORDS})(?!\w){_NOT_AGE_BEHIND}"
    rf"|(?<!\w)at\s(?:the\s(?:grand\s|ripe\s(?:old\s)?|great\s)?age\sof\s|almost\s|"
    rf"nearly\s)?(?P<six>{_OLD}|{_OLD_WORDS})"
    r"(?=,?\s(?:i|he|she|my|you|one|is\sit|can|we|years)\b)"
    rf"|(?<![\w.,$€£/-])(?P<nine>{_OLD}|{_OLD_WORDS})(?=\s(?:too|very|so|really|quite|that|this|already)\s(?:old|"
    rf"frail|elderly|late\sto|aged)\b)"
    r"|\b(?:in|into)\s(?:her|his|my|their)\s(?:early\s|mid[ -]?|late\s)?(?P<ten>nineties|'?90'?s)\b(?!\s(?:i|we|when|"
    r"music))"
    rf"|\b(?:{_SOMEBODY}|her|his)(?:'s|s)?\s(?P<thirteen>{_OLD_ORDINAL})(?=\s(?:is|was|next|this|party|coming)\b|[.!?])"
    r"|(?<!\w)(?P<eleven>nonagenarian|centenarian|supercentenarian)s?(?!\w)"
    rf"|\b(?:{_SOMEBODY}|she|he|who)(?:\sis|\swas|'s)\s(?:well\s|now\s|way\s)?(?:past|over|beyond|"
    rf"north\sof)\s(?P<twelve>{_OLD}|ninety|a\shundred)(?!\w){_NOT_AGE_BEHIND}"
    rf"|\b{_SOMEBODY}\s?\(\s?(?:aged?\s)?(?P<seven>{_OLD})\s?[),]"
    rf"|(?<![\w.,$€£/-])(?P<eight>{_OLD}|{_OLD_WORDS})(?=,?\s(?:and\s(?:still|counting|going|fit|sharp|a\shalf|lives|"
    rf"in\s(?:good|great))|years?\syoung|"
    r"next\sbirthday|next\s(?:month|week)|this\s(?:year|spring|summer|autumn|fall|winter|month)))",
    re.IGNORECASE,
)
_NAMED_AGE = re.compile(
    rf"(?P<name>[^\W\d_]{{2,20}})(?:'s)?(?:,|\s(?:is|was|turned|turns|will be|ist|wird|a|tiene|ha|"
    rf"tem))\s(?:{_ADVERB}\s){{0,2}}(?P<age>{_OLD}|{_OLD_WORDS})(?!\w)"
    rf"{_NOT_AGE_BEHIND}",
    re.IGNORECASE,
)
_AND = r"(?:,\s?(?:(?:and|&|und|y|et|e|en|och|og)\s)?|\s?&\s?|\s(?:and|und|y|et|e|en|och|og|i|ve)\s|\s?/\s?)"
_ROW_OF_AGES = re.compile(
    rf"\b(?:aged?|ages|alter|edades|[âa]g[ée]e?s|età|idades|leeftijden|(?:residents|patients|parents|grandparents|"
    rf"grandmothers|grandfathers|sisters|brothers|aunts|uncles|ladies|gentlemen|siblings|nuns|veterans|clients|"
    rf"in-laws|eltern|großeltern|schwestern|tanten|padres|abuelos|parents|grands-parents|nonni|genitori|avós)(?:,|:|"
    rf"\s(?:are|is|of|sind|von|son|tienen|ont|hanno|têm|aged))?)[\s:(]{{1,3}}"
    rf"(?P<row>\d{{2,3}}(?:{_AND}\d{{2,3}}){{1,9}})(?!\w|[.,:/-]\d){_NOT_AGE_BEHIND}",
    re.IGNORECASE,
)
"""Several ages after a word for them or for the people: "residents aged 84, 91 and 97". A range of ages is none."""
_BEHIND_A_NAME = re.compile(
    rf"(?:'s)?(?:,\s?|\),?\s|\s?\(|\s-\s|:\s?|\s)(?:aged?\s|age:?\s)?(?P<age>{_OLD}|{_OLD_WORDS})"
    rf"(?=\s?[,.;:)\n]|\Z|\s(?:and|with|has|had|is|on|in\s(?:care|bed|hospital)|needs|who|male|female|und|y|et|mit|"
    rf"con)\b)"
    rf"{_NOT_AGE_BEHIND}",
    re.IGNORECASE,
)
"""An age right behind a name, and a sign that nothing is counted: "we've a resident, Nora Vale, 96, pressure sore"."""
_EACH = re.compile(rf"(?<!\d){_OLD}(?!\d)")

_MEASURES = re.compile(
    r"\b(?:oxygen|o2|sats?|saturation|spo2|pulse|heart\s?rate|hr|rate|bp|pressure|weight|weighs?|glucose|sugar|temp\w*|"
    r"score|level|dose|count|egfr|psa|ferritin|crp|pain|number|room|dpm|bpm|reading|ldl|hdl|cholesterol|costs?|price|"
    r"paid|pay|"
    r"charged?|systolic|diastolic|waist|sitting\sat|down\sto|drop\w*|up\sto|from)\b[^.!?\n]{0,25}\Z",
    re.IGNORECASE,
)
_MAY_BE_OLD = re.compile(
    rf"(?<!\d){_OLD}(?!\d)|ninet|nine ty|hund[re]|neunzig|novent|novant|quatre-vingt|nonant|\bcien\b|negentig|nitti|"
    rf"halvfems|dziewi|девян|doksan|\b'?90'?s\b|nonagen|centenar",
    re.IGNORECASE,
)


def ages(text: str, named: Sequence[Span] = ()) -> Iterator[Span]:
    """Ages over 89 in a plain text, of which the names (`named`) are taken out."""
    if _MAY_BE_OLD.search(text) is None:
        return
    for row in _ROW_OF_AGES.finditer(text):
        yield from (Span(each.start(), each.end(), AGE) for each in _EACH.finditer(text, *row.span("row")))
    for name in named:
        behind = _BEHIND_A_NAME.match(text, name.end)
        if behind is not None:
            yield Span(behind.start("age"), behind.end("age"), AGE)
    for found in _AGE.finditer(text):
        group = found.lastgroup
        if group is None:
            continue
        if group not in ("one", "three", "nine", "ten", "eleven", "thirteen") and _MEASURES.search(
            text, max(found.start() - 30, 0), found.start(group)
        ):
            continue
        yield Span(found.start(group), found.end(group), AGE)
    for found in _NAMED_AGE.finditer(text):
        known = found["name"].lower() in names() or (
            found["name"][0].isupper() and found["name"].lower() in DOUBTFUL_NAMES - COMMON
        )
        if known and not _MEASURES.search(text, max(found.start() - 30, 0), found.start("age")):
            yield Span(found.start("age"), found.end("age"), AGE)
