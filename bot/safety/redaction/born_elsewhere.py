"""Days of birth and ages as they are told in other languages than English: in words, by feasts, by other calendars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bot.safety.redaction.born import AGE, BIRTH
from bot.safety.redaction.months import MONTHS
from bot.safety.redaction.said_numbers import is_number_word
from bot.safety.redaction.spans import Span, Word
from bot.safety.redaction.words import word_set

_OLDEST_TOLD = 89

_BORN = word_set("""
    born birthday birthdate dob birth geboren geboortedag geburtstag jarig née né nee naissance anniversaire
    nacido nacida nací naci nacimiento cumplo cumpleaños cumple nato nata nacque compleanno nascido nascida nasci
    aniversário nascimento urodzony urodzona urodziłem urodziłam urodzin urodziny narozen narozena narozený narozená
    narodený narodená született születtem născut născută doğdum doğumlu doğum doğumluyum født fødselsdag född födelsedag
    syntynyt syntymäpäivä родился родилась рожден рождена рождения народився народилася народжений народжена народження
    γεννήθηκα γεννημένος γεννημένη γενέθλια مولود مواليد ميلادي ولدت  متولد נולדתי rođen rođena роден родена
    lahir ipinanganak
    """)
"""What tells that a day is one of birth."""

_FEASTS = word_set("""
    month reyes navidad nochebuena nochevieja candelaria carnaval guadalupe virgen muertos santos inocentes wigilię
    wigilia
    wielkanoc sylwestra sylwester mikołajki koninginnedag koningsdag sinterklaas pakjesavond kerst kerstmis kerstavond
    kerstdag pasen pinksteren oudejaarsavond nieuwjaarsdag heiligabend weihnachten silvester neujahr fasching
    rosenmontag nikolaus nikolaustag pfingsten ostersonntag ostern noël noel pâques paques toussaint saint-sylvestre
    épiphanie chandeleur ferragosto befana capodanno natale pasqua carnevale epifania natal páscoa véspera réveillon
    midsommar midsommarafton julafton nyårsafton påskdagen valborg nationaldagen julaften nyttårsaften grunnlovsdagen
    juhannus juhannuksena vappu vappuna joulu jouluaattona різдво різдвяну великдень водохреща рождество пасху крещение
    ramazan bayramı bayram kurban kandili nevruz hıdırellez عيد الفطر الأضحى نوروز nowruz diwali holi eid tet tết
    vánoce štědrý velikonoce silvestr karácsony szenteste szilveszter húsvét crăciun paști πάσχα χριστούγεννα dragon rat
    ox tiger rabbit snake horse goat monkey rooster dog pig lunar solstice sommersonnenwende
    """)
"""Feasts and years of animals by which somebody tells when they were born."""

_OF_DAYS = word_set("""
    in on the of at a year day and first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
    thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second
    twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth
    thirty-first no czwartego piątego
    am im den dem der zum ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten elften zwölften
    jahr jahre le la les en de du des au premier jour l'an an veille el los las del día dia y primero año e il lo di nel
    nell'anno primo giorno della dello vigilia em do da dos das primeiro ano op eerste tweede dag jaar van het w we dniu
    roku dnia pierwszego drugiego trzeciego czwartego piątego szóstego siódmego ósmego dziewiątego dziesiątego
    dwudziestego trzydziestego i den första på dagen året första første dagen første år года году в во на день первого
    второго третьего четвёртого пятого шестого седьмого восьмого девятого десятого двадцатого тридцатого року першого
    другого третього п'ятого десятого двадцятого тридцятого у yılının günü yılı gecesi arifesi ilk غرة أول يوم سنة عام
    من في شهر هـ ve mil tausend mille mil tusen tysiąc tysięcy duizend ezer bin тысяча тисяча ألف وتسعمائة anno
    """)
"""What stands within a day besides figures and months."""
_BEFORE_A_DAY = word_set("""
    in on the of at a am im den dem der zum le la les en de du des au el los las del o il lo di nel no na em op het van
    i på v na w we dne dnia в во на у من في
    """)
"""Where nothing else of a day stands before it, these stay."""
_YEARS_IN_ONE = re.compile(
    r"(?:neunzehn|achtzehn)hundert\w{0,30}|zweitausend\w{0,20}|mille?novecento\w{0,25}|duemila\w{0,15}|"
    r"negentien(?:honderd)?\w{2,25}|nitton(?:hundra)?\w{2,20}|nitten(?:hundre)?\w{2,25}|ezerkilencszáz\w{0,15}|"
    r"\w{2,20}(?:ziger|ste|nde)|(?:19|20)\d\d|'?\d{2}",
    re.IGNORECASE,
)
_MOST = 12
"""Words of which a day in words consists at most."""
_GAP = re.compile(r"[\s,.'’:-]{0,3}")
_SAID_YEAR = re.compile(
    r"(?<!\w)(?:(?:of|de|della|di|la|del|de la|van)\s)?(?i:class|classe|clase|quinta|leva|jahrgang|årgang|årgång|"
    r"rocznik|ročník|lichting|bouwjaar|vuosimallia|geburtsjahr|année de naissance|año de nacimiento|anno di nascita|"
    r"ano de nascimento|geboortejaar|rok urodzenia|рік народження|год рождения|doğum yılı)"
    r"(?:\s(?:is|war|ist|est|es|è|é|del|de|von|van|of)|:)?\s(?P<year>(?:19|20)\d\d|'\d\d)(?!\d)"
)
_SIGN = "元〇零一二三四五六七八九十百廿正"
_DAY_IN_SIGNS = re.compile(
    rf"(?:昭和|平成|大正|明治|民国|民國)\s?[{_SIGN}\d]{{1,4}}年(?:\s?[{_SIGN}\d]{{1,3}}月)?(?:\s?[{_SIGN}\d]{{1,3}}日)?"
    rf"|[一二][{_SIGN}]{{3}}年[{_SIGN}\d]{{1,3}}月[{_SIGN}\d]{{1,3}}[日号號]"
    rf"|(?:19|20)\d\d年(?:农历|農曆|旧历|阴历)?[正腊臘{_SIGN}\d]{{1,3}}月[初{_SIGN}\d]{{1,3}}[日号號]?"
    rf"(?=生|出生|左右生|的?生日)|(?:属|屬)[鼠牛虎兔龙龍蛇马馬羊猴鸡雞狗猪豬](?:的)?[，,]?\s?(?:19|20)\d\d年?"
    r"|(?:19|20)\d\d년\s?\d{1,2}월\s?\d{1,2}일(?=\s?생)"
)
"""A day in the reign of an emperor, or all in signs, or by the moon, of somebody's birth."""

_AGED = re.compile(
    r"(?<![\d.,])(?P<a>9\d|1[01]\d)\s?(?:多)?(?:周岁|岁|歲|歳|才|세|살)"
    rf"|(?P<b>九十[{_SIGN}]?|百(?:[零〇]?[{_SIGN}])?|一百(?:[零〇]?[{_SIGN}])?|卒寿|白寿|아흔\s?\w{{0,2}})(?:多)?\s?(?:周岁|岁|歲|歳|才|살)"
    r"|(?<![\d.,])(?P<c>9\d|1[01]\d)[\s-]?(?:рік|рок[иі]в?|років|річн\w{1,4}|летн\w{1,4}|годин[иа]|godina|roků|rokov|"
    r"éves|עם|שנים|שנה|سنوات|عام\w?|ساله|साल|vuotta|-?vuotia\w{1,3}|χρον\w{1,3}|ετών|годишн\w{1,3})(?!\w)"
    r"|(?<!\w)(?P<d>дев'?яносто(?:\s(?:один|одна|два|дві|три|чотири|п'ять|шість|сім|вісім|дев'ять))?|сто)\s(?:рок|"
    r"рік)\w{0,3}"
    r"|(?P<e>(?:تسعين|تسعون|(?:واحد|اثنين|ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة)\sوتسعين))(?=\sسنة|\sعام)"
)
_KIN = (
    r"(?:v[óôo]|vov[óô]|bisa(?:vó|vô)?|tata|tatie|mamie|mémé|pépé|papi|abu|yaya|yayo|nonnina|oma|opa|omi|opi|mummo|"
    r"mummi|ukki|vaari|pappa|isoäiti|isoisä|anopp\w|appi|besta|bestemor|bestefar|farmor|morfar|mormor|farfar|amma|afi|"
    r"babcia|dziadek|babunia|prababcia|бабус\w{1,2}|дідус\w{1,2}|баб\w|дід|прабаб\w{1,3}|nine\w{0,2}|nene\w{0,2}|"
    r"dede\w{0,2}|"
    r"babička|dědeček|babka|nagyi|nagyapa|mamaie|bunica|tataie|bunicul|γιαγιά|παππούς|جدتي|جدي|ستي|سيدي|סבתא|סבא|"
    r"grand(?:ma|pa|mother|father|dad|mum|mom)?|mother|father|aunt|uncle|mère|père|madre|padre|mãe|pai|mutter|vater|"
    r"mor|"
    r"far|äiti|isä|mama|tato|nonn[oa]|abuel[oa]|avó|avô)"
)
_HE_HAS = (
    r"(?:is|has|had|will be|turns|turned|was|now|hat|ist|wird|a|aura|va sur ses|va fêter ses|tiene|cumple|ha|compie|"
    r"tem|faz|completa|heeft|wordt|ma|kończy|skończyła?|má|är|fyller|blir|er|bliver|on|täyttää|van|are|έχει|είναι|"
    r"عمرها|عمره|بعمر|בת|בן|має|исполн\w{1,6})"
)
_NUMBER = (
    r"(?P<age>9\d|1[01]\d|ninety(?:[ -]\w{3,5})?|nov[ea]nta(?: [ey] \w{2,6})?|novant\w{1,8}|"
    r"quatre-vingt-(?:dix(?:-\w{4})?|\w{4,8})|neunzig|\w{3,8}undneunzig|(?:\w{3,5}[eë]n)?negentig|nittio\w{0,4}|"
    r"nitti\w{0,4}|\w{2,4}oghalvfems|yhdeksänkymmentä\w{0,10}|dziewięćdziesiąt(?: \w{3,9})?|"
    r"devadesát(?: \w{2,6})?|kilencven\w{0,6}|nouăzeci(?: și \w{2,6})?|ενενήντα(?: \w{3,6})?|doksan(?: ?\w{2,5})?|"
    r"девяносто(?: \w{3,6})?|تسعين|a hundred|cent|cento|cien|hundert|honderd|sto|száz|yüz)"
)
_KIN_HAS = re.compile(
    rf"(?<!\w){_KIN}(?!\w)(?:\s(?:[^\W\d_]{{2,15}}|\0{{1,40}})){{0,3}}?\s{_HE_HAS}\s(?:(?:already|now|déjà|schon|ya|"
    rf"già|já|al|"
    rf"już|redan|jo|allerede|уже|вже)\s)?{_NUMBER}(?!\w|[.,:/]\d|\s?(?:%|kg|kilo|cm|mg|ml|bpm|percent|over|at|on|for|"
    rf"sur|"
    r"su|por|på|auf|euros?|€))",
    re.IGNORECASE,
)
"""How old somebody's kin is: "mummo on 97", "minha vó tem noventa e oito"."""
_SO = re.compile(
    r"\0\W{1,3}(?:so|also|donc|así que|quindi|então|dus|więc|alltså|tehän)\s" + _NUMBER + r"(?!\w)", re.IGNORECASE
)
"""What follows from a year of birth: "class 1929, so ninety-six"."""


def births_elsewhere(text: str, words: Sequence[Word]) -> Iterator[Span]:
    """Days of birth in words of any language behind a word for birth, years of those over 89, days in other signs."""
    this_year = date.today().year
    for place, word in enumerate(words):
        if word.lower in _BORN:
            yield from _day_behind(text, words, place + 1)
    for found in _SAID_YEAR.finditer(text):
        year = int(found["year"].strip("'"))
        if this_year - (year if year > 99 else 1900 + year) > _OLDEST_TOLD:
            yield Span(found.start("year"), found.end("year"), BIRTH)
    if not text.isascii():
        for found in _DAY_IN_SIGNS.finditer(text):
            yield Span(found.start(), found.end(), BIRTH)


def _day_behind(text: str, words: Sequence[Word], first: int) -> Iterator[Span]:
    """The day that begins at a word, if all of it to a year or a month is of days."""
    start = end = first
    month = number = year = False
    for place in range(first, min(first + _MOST, len(words))):
        word = words[place]
        if (year and month) or not _GAP.fullmatch(text, words[place - 1].end, word.start):
            break
        lower = word.lower
        whole = _YEARS_IN_ONE.fullmatch(lower) is not None
        if lower in MONTHS or lower in _FEASTS:
            month = True
        elif is_number_word(lower) or whole:
            number = True
            year = year or (lower.isdigit() and len(lower) == 4)
        elif lower not in _OF_DAYS:
            break
        else:
            continue
        end = place + 1
    while start < end and words[start].lower in _BEFORE_A_DAY:
        start += 1
    if month and number and end > start:
        yield Span(words[start].start, words[end - 1].end, BIRTH)


def ages_elsewhere(text: str) -> Iterator[Span]:
    """Ages over 89 in scripts and words of other languages."""
    for found in _AGED.finditer(text):
        group = found.lastgroup or ""
        yield Span(found.start(group), found.end(group), AGE)
    for kind in (_KIN_HAS, _SO):
        for found in kind.finditer(text):
            yield Span(found.start("age"), found.end("age"), AGE)
