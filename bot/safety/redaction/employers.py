"""Whom somebody works for: "I work at Hollins Primary", "a nurse with St Bride's Hospice", "Employer: Crumb & Sons".

Together with an illness or an hour a house of some hundred people leads to one of them. What is said of work in
general stays: at height, at night, for myself, at a school.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from bot.safety.redaction.offices import BIG, HOUSE, I_AM, NEXT, OFFICE, PLACE, is_a_house
from bot.safety.redaction.spans import Span
from bot.safety.redaction.words import (
    COMMON,
    EPONYMS,
    EVERYDAY_MORE,
    HOUSES,
    OF_THE_FIELD,
    first_names,
    of_english,
    word_set,
)

_PERSON = (
    r"(?:i|he|she|we|they|who|(?:my|our|his|her)\s(?:[\w'’-]{2,14}\s)?[\w'’-]{2,14}(?:\s[A-Z][\w'’-]{1,20})?|"
    r"(?P<who>[A-Z][a-z]{2,15}))"
)
_DOES = (
    r"(?:works?|worked|working|teach(?:es)?|taught|drives?|drove|driving|cleans?|cleaning|cooks?|nurses?|lectures?|"
    r"volunteers?|volunteering|serves?|served|consults?|cares?|coach(?:es)?|temps?|freelances?|trains?|preach(?:es)?|"
    r"delivers?|am\semployed|is\semployed|was\semployed|are\semployed|employed)"
)
_OFTEN = (
    r"(?:(?:both|all|also|now|still|currently|just|only|used\sto|actually|mostly|mainly|have|has|am|is|are|was|been)"
    r"\s){0,3}"
)
_AS = (
    r"(?:\s(?:as\s(?:an?\s|the\s)?(?:[\w'’-]{2,16}\s?){1,3}|nights|days|shifts|full[- ]time|part[- ]time|weekends|"
    r"over))?"
)
_AT = r"(?i:at|for|with|by|in)"
_WORKS_AT = re.compile(
    rf"(?<!\w)(?i:{_PERSON}(?:'m|'s|'re|'ve)?\s{_OFTEN}{_DOES}{_AS})\s(?P<at>{_AT})\s(?P<place>{HOUSE}{NEXT})"
    rf"|(?<!\w)(?i:employed\s(?:by|at|with)|(?:on\s(?:the\s)?|an?\s)staff\s(?:member\s)?(?:at|of)|on\splacement\s(?:at|"
    rf"with)|on\s(?:shift|duty|call|nights|lates|earlies)\sat|(?:do|does|doing)\s(?:lates|nights|earlies|shifts|days)\s"
    rf"at)\s(?P<by>{HOUSE}{NEXT})"
    rf"|(?<!\w)(?i:i|we|my\s\w{{2,12}})\s(?i:(?:also|now)\s)?(?i:run|runs|own|owns|have|manage|manages|"
    rf"opened)\s(?i:an?|the|our)\s"
    rf"(?:[a-z'’-]{{2,16}}\s){{1,3}}(?i:called|named)\s(?P<own>{HOUSE}{NEXT})"
    rf"|(?:\A|[.!?\n,;:(-]\s?|\b(?i:and|but|coz|because|cos|since|as)\s)(?i:(?:im|i'm|ive|been|still)\s)?"
    rf"(?i:work(?:ing|ed)?{_AS})\s(?i:at)\s(?P<alone>{HOUSE}{NEXT})"
)
"""Where somebody works, by what they do: "I drive for Crumb Haulage"; without anybody only "work at"."""
_TRADE = (
    rf"(?:{OFFICE}|nurse|midwife|hca|carer|care\sworker|support\sworker|social\sworker|paramedic|emt|porter|"
    rf"physio\w{{0,9}}|"
    r"radiographer|phlebotomist|healthcare\sassistant|teacher|teaching\sassistant|ta|tutor|lecturer|professor|"
    r"researcher|"
    r"student|apprentice|trainee|intern|governor|pc|police\s?(?:man|woman|officer)|officer|detective|sergeant|"
    r"inspector|"
    r"soldier|fire\s?(?:man|fighter)|prison\sofficer|warder|pilot|steward|stewardess|cabin\screw|air\shostess|driver|"
    r"courier|postie|fitter|mechanic|engineer|electrician|plumber|welder|foreman|labourer|builder|scaffolder|operator|"
    r"machinist|packer|picker|cleaner|cook|waiter|waitress|barista|barman|barmaid|bartender|cashier|clerk|accountant|"
    r"auditor|solicitor|lawyer|barrister|paralegal|consultant|analyst|developer|programmer|designer|architect|surveyor|"
    r"planner|journalist|reporter|producer|presenter|sales\w{0,8}|rep|agent|broker|adviser|advisor|buyer|guard|bouncer|"
    r"gardener|groundsman|farmhand|fisherman|miner|technician|scientist|chemist|monk|nun|sister|brother|friar|novice|"
    r"player|footballer|musician|dancer|singer|partner|trustee|employee|worker|temp|volunteer|contractor)"
)
_IS_ONE = re.compile(
    rf"(?<!\w)(?i:{I_AM}|(?:wife|husband|mum|mom|dad|son|daughter|sister|brother|partner)(?:'s|\sis)|i\swas|"
    rf"i'?ve\sbeen|used\sto\sbe|we\sare\sboth|works?\sas|worked\sas)\s(?i:(?:an?|the|also|still|retired|"
    rf"former)\s){{0,2}}"
    rf"(?i:[\w'’/-]{{2,14}}\s){{0,3}}?(?i:{_TRADE}s?)\s(?i:at|for|with|of)\s(?P<place>{HOUSE}{NEXT})"
)
"""One of those who work at a house: "I'm a nurse at St Bride's Hospice"."""
_EMPLOYER = (
    r"employers?|employed\sby|place\sof\swork|work\s?place|arbeitgeber(?:in)?|arbeitsstelle|employeur|"
    r"lieu\sde\stravail|"
    r"empleador|empresa|lugar\sde\strabajo|datore\sdi\slavoro|azienda|ditta|empregador|werkgever|pracodawca|firma|"
    r"firmy|"
    r"arbetsgivare|arbeidsgiver|arbejdsgiver|työnantaja|munkáltató|munkahely|zaměstnavatel|angajator|işveren|işyeri|"
    r"работодатель|место\sработы|роботодавець|місце\sроботи"
)
_CALLED = (
    rf"(?<!\w)(?i:(?:my|our|his|her|meine?|unsere?|mon|ma|mi|mia|minha|mijn|moja)\s(?:own\s)?(?:(?:old|new|current|"
    rf"former)\s)?(?:company|firm|business|employers?|work|workplace|office|school|uni|university|college|unit|"
    rf"regiment|"
    rf"hospital|{_EMPLOYER})(?:\sname)?(?:\s(?:is|was|ist|heißt|est|es|è|é|called|named)|\s?[:=,-])+\s(?:called\s|"
    rf"named\s)?|"
    rf"(?:{_EMPLOYER}|company(?:\sname)?|organi[sz]ation|name\sof\s(?:company|employer))(?:\s?[:=]|\s[–-])\s?)"
)
_SCHOOL = r"(?:Academy|School|High|Grammar|Primary|College|Uni|University|Nursery)"
_HOUSE_OF_A_KIND = re.compile(
    rf"(?<!\w)(?i:goes\sto|go\sto|went\sto|attends?|pupil\sat|(?:student|lecturer|teacher|professor|researcher|tutor)\s"
    rf"(?:at|in|of|from))\s(?P<school>(?:{BIG}\s){{1,3}}{_SCHOOL}|University\sof\s{BIG})(?!\w)"
    rf"|(?<!\w)(?i:{_TRADE}),\s(?P<firm>(?:{BIG}\s(?:&\s)?){{1,4}}(?:Haulage|Logistics|Transport|Solicitors|Construction|"
    rf"Services|Group|Bank|Ltd|Limited|Plc|PLC|LLC|Inc))(?!\w)"
    rf"|(?<!\w)(?i:my|our|his|her)\s(?i:employers?|firm|company)\s(?P<employer>{BIG}\s(?:(?:&|and)\s)?{BIG}(?:\s{BIG})?)"
    rf"|(?P<prison>\bHMP\s{BIG}(?:\s{BIG})?)"
    rf"|(?<!\w)(?i:in|at)\s(?P<home>(?:{BIG}\s){{1,3}}(?i:care\shome|nursing\shome|hospice|hostel))(?!\w)"
)
"""A house that tells its kind, behind what somebody is or where somebody lives: "goes to Ashgrove Academy"."""
_EMPLOYER_IS = re.compile(rf"{_CALLED}(?P<place>{HOUSE}{NEXT})")
"""The employer as a form asks for it: "Employer: Crumb & Sons Roofing"."""
_KIND = (
    r"hospital|hospice|clinic|surgery|practice|infirmary|school|academy|college|university|nursery|kindergarten|church|"
    r"cathedral|convent|abbey|priory|monastery|mosque|temple|synagogue|parish|prison|barracks|warehouse|factory|"
    r"plant|mill|"
    r"depot|dairy|bakery|brewery|foundry|shipyard|garage|library|museum|theatre|council|care\shome|nursing\shome|"
    r"fire\sstation|police\sstation|police|constabulary|ambulance|airport|hotel|pub|inn|farm|supermarket|laundry|gym"
)
_SMALL_HOUSE = re.compile(
    rf"(?<!\w)(?:i|he|she|we|my\s\w{{2,10}})\s(?:\w{{2,9}}\s)?{_DOES}{_AS}\s(?:at|for|with|in)\s"
    rf"(?P<place>(?:the\s)?(?P<name>[^\W\d_][\w'’-]{{2,18}})(?:\s[^\W\d_][\w'’-]{{1,18}}){{0,3}}?\s(?:{_KIND}))(?!\w)",
    re.IGNORECASE,
)
"""The same in small letters, where the house has a name that is no word: "work at hollins grove primary school"."""
_ORDER = re.compile(
    rf"(?<!\w)(?i:(?:sister|brother|father|mother|friar|dom|fr|sr|br)\.?)\s(?:[A-Z][\w'’-]{{1,20}}|\0{{1,40}})"
    rf"(?:\s[A-Z][\w'’-]{{1,20}}){{0,2}},?\s(?:of|at|from)\s(?P<place>(?:the\s)?{BIG}(?:\s{BIG}){{0,3}}\s"
    rf"(?i:convent|abbey|priory|monastery|parish|church|mission|community|sisters|order)(?:\s(?:at|in|"
    rf"of)\s{BIG}(?:\s{BIG}){{0,2}})?)"
)
"""The convent or the parish of a sister or a brother."""
_SIGNED_FROM = re.compile(
    r"(?<!\w)(?i:dr|prof|mr|mrs|ms|miss|sr|sra|dott|rev|herr|frau)\.?\s(?:\([A-Z][a-z]{1,4}\.?\)\s)?"
    r"(?:[A-Z][\w'’.-]{0,20}|\0{1,40})(?:\s(?:[A-Z][\w'’.-]{0,20}|\0{1,40})){0,3},\s"
    rf"(?P<place>{BIG}(?:\s(?:(?:of|the|and|de|&)\s){{0,2}}{BIG}){{0,4}}\s(?:Centre|Center|Clinic|Hospital|Hospice|"
    rf"Surgery|"
    rf"Practice|Institute|School|Academy|College|Church|Pharmacy|Laborator(?:y|ies)|Associates|Group|Foundation|"
    rf"Partners|Ltd|"
    rf"Limited|LLC|LLP|Inc|GmbH|SA|Pvt))(?!\w)"
)
"""The house behind a name with a title, as one signs: "Dr. Vale, Orchard Joint Centre"."""
_FIRM = re.compile(
    rf"\b(?i:invoices?|bill|billed|receipt|quote|pay|pays|paying|vat|(?:my|our)\s(?:own\s)?(?:company|firm|business)|"
    rf"director|owner|"
    rf"i\sown|i\srun)\b"
    rf"[^.!?\n]{{0,50}}?(?:[:,]\s?|\s(?:(?i:to|for|of|with|is|by|called|own|run)\s(?:the\s)?)?)"
    rf"(?P<place>{BIG}(?:\s(?:(?:and|&|of|de|und|et|y)\s)?{BIG}){{0,5}}\s(?:Ltd|Limited|LLC|LLP|PLC|plc|Inc|Corp|"
    rf"GmbH|UG|KG|AG|"
    rf"OHG|Sarl|SARL|SAS|S\.?[Ll]\.?|S\.?[rR]\.?[lL]\.?|S\.?p\.?A\.?|Lda|Ltda|BV|B\.V\.|Oy|AB|ApS|Kft|s\.r\.o\.|"
    rf"Sp\.\sz\so\.o\.|Pty\sLtd|Pvt\sLtd))(?!\w)"
)
"""Somebody's own firm, as it is to stand on an invoice."""
_LETTER = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-ЯІЇЄҐΑ-Ω]"
_ANY_BIG = rf"{_LETTER}(?:[\w'’&-]|\.(?=\w)){{0,24}}"
_ELSEWHERE = re.compile(
    r"(?<!\w)(?i:(?:ich|wir|er|sie)\sarbeite[nt]?\s(?:\w{2,12}\s){0,2}?(?P<german>bei(?:m)?(?:\sder|\sden)?|"
    r"für(?:\sdie|"
    r"\sden)?|am|an\sder)|arbeite\s(?P<only>bei(?:m)?(?:\sder)?|für)|"
    r"(?:je|il|elle|on)\stravaille\s(?:\w{2,12}\s){0,2}?(?:chez|pour|(?P<fr>à\sla|à\sl'|à|au))|"
    r"trabaj[oa]\s(?:\w{2,12}\s){0,2}?(?:para|con|(?P<es>en\sel|en\sla|en))|"
    r"lavor[oa]\s(?:\w{2,12}\s){0,2}?(?:alla|per|presso|(?P<it>alle|al|all'|da|in))|"
    r"trabalh[oa]\s(?:\w{2,12}\s){0,2}?(?:na|para|(?P<pt>no|em))|"
    r"(?:ik\s)?werk(?:\sik)?\s(?:\w{2,12}\s){0,2}?(?:bij|voor)|"
    r"(?:pracuj[ęe]|w\spracy|zatrudnion[ya])\s(?:\w{2,14}\s){0,2}?(?:dla|u|(?P<pl>we?|przy))|"
    r"(?:jobbar|arbetar|arbejder|arbeider|jobber)\s(?:hos|på|for|för|(?P<sv>i))|"
    r"(?:pracuji|pracuju|pracujem)\s(?:u|pro|pre|(?P<cs>ve?|na))|lucrez\s(?:pentru|(?P<ro>la))|radim\s(?:za|(?P<hr>u))|"
    r"работа(?:ю|ет|л|ла)\s(?P<ru>в|на|у)|працю(?:ю|є|вав|вала)\s(?P<uk>в|у|на)|"
    r"(?:εργάζομαι|δουλεύω)\s(?P<el>στ[οην]{1,2}|σε))\s"
    rf"(?P<place>{_ANY_BIG}(?:\s(?:(?:de|del|della|di|du|des|der|von|van|w|z|i|e|y|&)\s){{0,2}}{_ANY_BIG}){{0,5}})"
)
"""Where somebody works, in languages in which no word within a sentence has a capital letter but a name, and in German,
where all nouns have one. Behind a word for "in" or "at", which towns have too, the kind of house must be told."""

_HOUSE_ABROAD = (
    r"(?:Klinikum|Krankenhaus|Spital|Pflegeheim|Seniorenheim|Gymnasium|Grundschule|Kita|Kloster|Pfarrei|"
    r"Universit\w{1,6}|Hospital|"
    r"Cl[íi]nica|Clinique|Colegio|Escuela|Instituto|Convento|Residencia|CHU|H[ôo]pital|Lyc[ée]e|[ÉE]cole|Coll[èe]ge|"
    r"EHPAD|Mairie|"
    r"Ospedale|Liceo|Scuola|Istituto|Casa|Santa|Escola|Hospice|Ziekenhuis|Szpital\w{0,4}|Szko[łl]\w{1,2}|"
    r"Przedszkol\w{1,2}|Sjukhus\w{0,2}|"
    r"Nemocnic\w{1,2}|Spitalul\w{0,2})"
)
_IS_ONE_ABROAD = re.compile(
    r"(?<!\w)(?i:bin|ist|soy|es|suis|est|sono|sou|ben|jestem|jsem|[äa]r|sunt)\s(?i:(?:eine?|un|une|una|uma|een|el|"
    r"la)\s)?"
    r"(?P<role>[\w'’-]{4,25})(?:\s[\w'’-]{2,20}){0,2}?\s(?i:im|am|in\sder|an\sder|beim|bei\sder|en\sel|en\sla|del|"
    r"de\sla|au|[àa]\sla|"
    r"[àa]|du|de|all'|alla|al|nel|nella|no|na|do|da|in\shet|bij\shet|we?|ve?|p[åa]|la)\s?"
    rf"(?P<place>{_HOUSE_ABROAD}(?:\s(?:(?:de|del|della|di|du|des|der|von|van|la|do|da|im|"
    rf"w)\s){{0,2}}{_ANY_BIG}){{1,5}})"
)
"""One of those who work at a hospital, a school or a convent with a name, in other languages."""
_PATIENT = re.compile(r"(?i:pa[tc]ien|pazien|patsien|kund|client)")

_WORDS = word_set("""
    work works worked working teach teaches taught drive drives drove driving clean cleans cook cooks lecture lectures
    volunteer serve serves served employed employer employers company firm business workplace invoice bill receipt
    employment staff placement run runs own owns have manage manages opened volunteers volunteering consult coach
    temp freelance train preach deliver delivers shift duty call nights lates earlies do does doing
    """)
_SELVES = word_set("""
    myself yourself himself herself themselves nights night height heights home days weekends monday tuesday wednesday
    thursday friday saturday sunday christmas easter june july ms me mecfs nhs hse cqc gmc nmc who fda eu uk us usa iv
    covid i god jesus january february march april may august september october november december xmas english french
    german spanish polish mum dad
    """)
"""What begins with a capital letter behind "work for" and is no house; the health service has a million people."""


def employers_of(text: str, said: Set[str]) -> Iterator[Span]:
    """All of them in a plain text; `said` are its words in small letters."""
    for kind in (_IS_ONE, _ORDER, _SIGNED_FROM, _EMPLOYER_IS):
        for found in kind.finditer(text):
            if _is_a_firm(found["place"]):
                yield Span(found.start("place"), found.end("place"), PLACE)
    for found in _HOUSE_OF_A_KIND.finditer(text):
        group = found.lastgroup
        if group is not None and _words(found[group])[0] not in _SELVES:
            yield Span(found.start(group), found.end(group), PLACE)
    if not said.isdisjoint(_WORDS):
        yield from _where_one_works(text)
    for found in _ELSEWHERE.finditer(text):
        if _is_a_firm_abroad(found):
            yield Span(found.start("place"), found.end("place"), PLACE)
    for found in _IS_ONE_ABROAD.finditer(text):
        if not _PATIENT.match(found["role"]):
            yield Span(found.start("place"), found.end("place"), PLACE)
    for found in _SMALL_HOUSE.finditer(text):
        name = found["name"].lower()
        if name not in COMMON and not of_english(name) and name not in _SELVES:
            yield Span(found.start("place"), found.end("place"), PLACE)


def _where_one_works(text: str) -> Iterator[Span]:
    for found in _WORKS_AT.finditer(text):
        group = next(name for name in ("place", "by", "own", "alone") if found[name])
        where = (found["at"] or "at").lower()
        somebody = not found["who"] or found["who"].lower() in first_names() or found["who"].lower() in _PRONOUNS
        if somebody and _is_a_firm(found[group], of_kind=where == "in", at=where == "at", long=where == "with"):
            yield Span(found.start(group), found.end(group), PLACE)
    for found in _FIRM.finditer(text):
        if _is_a_firm(found["place"]):
            yield Span(found.start("place"), found.end("place"), PLACE)


_PRONOUNS = word_set("who she they")
_KIND_SAID = re.compile(
    rf"(?i:(?<!\w)(?:(?:{_KIND}|centre|center|ltd|station|office|institute)(?!\w)|zak[łl]ad|szpital|szko[łl]|fabry|"
    rf"hut[aęyn]|"
    r"kopal|urz[ęe]d|uniwers|univers|fakult|spital|krankenhaus|klinik|werk|schule|h[ôo]pital|usine|[ée]cole|lyc[ée]e|"
    r"banque|mairie|clinique|f[áa]brica|escuela|colegio|instituto|cl[íi]nica|banco|taller|ospedale|scuola|liceo|"
    r"fabbrica|"
    r"banca|comune|escola|sjukhus|skola|fabrik|sykehus|skole|nemocnic|továrn|bolnic|uzin|завод|больниц|школ|фабрик|"
    r"лікарн|університет|университет|банк|νοσοκομε|σχολε|τράπεζ))"
)


def _words(place: str) -> list[str]:
    """The words of a house in small letters, without the article and what shows whose it is."""
    words = [word.strip(".,'’&").lower().removesuffix("'s").removesuffix("’s") for word in place.split()]
    return words[1:] if words[0] == "the" else words


def _is_a_firm(place: str, *, of_kind: bool = False, at: bool = False, long: bool = False) -> bool:
    """Whether a place is a house with a name and no illness, medicine or time.

    Args:
        place: what stands behind "at", "for" and the like.
        of_kind: it must tell its kind, as where a town may stand as well.
        at: a single word of English will do, if it has no article.
        long: one word alone is none.
    """
    words = _words(place)
    if not words or words[0] in _SELVES or words[0] in _MEDICINES or words[0] in EVERYDAY_MORE or words[0] in EPONYMS:
        return False
    if len(words) == 1:
        bare = at and not place.lower().startswith("the ")
        plain_word = words[0] in OF_THE_FIELD or (of_english(words[0]) and words[0] not in HOUSES and not bare)
        if plain_word or long:
            return False
    return is_a_house(place, leads=False) and (not of_kind or _KIND_SAID.search(place) is not None)


def _is_a_firm_abroad(found: re.Match[str]) -> bool:
    place = found["place"]
    words = _words(place)
    if not place[0].isupper() or not words or words[0] in _SELVES or words[0] in _MEDICINES or words[0] in EPONYMS:
        return False
    if found["german"] or found["only"]:
        return _NOUN.match(place) is None
    if any(found[language] for language in _LIKE_TOWNS):
        return len(words) > 2 or (len(words) > 1 and _KIND_SAID.search(place) is not None)
    return is_a_house(place, leads=False)


_LIKE_TOWNS = ("fr", "es", "it", "pt", "pl", "sv", "cs", "ro", "hr", "ru", "uk", "el")
"""Languages whose word before the house is one for "in" or "at" as well."""
_MEDICINES = word_set("""
    eliquis xarelto ozempic wegovy mounjaro botox metformin ramipril prednisone ibuprofen aspirin tylenol paracetamol
    curcumin artesunate glutathione magnesium zinc selenium nad myers hydra vitamin ozone ozon ozono pylori coli
    difficile aureus albicans burgdorferi medicare medicaid
    """)
_NOUN = re.compile(
    r"(?:\w{0,20}(?:haus|heim|amt|praxis|schule|kita|firma|post|bahn|bank|polizei|feuerwehr|stadt|gemeinde|behörde|bau|"
    r"handel|dienst|pflege|apotheke|hotel|büro|klinik|uni|universität|bäckerei|baustelle|nacht|tag|zeit|hitze|kälte|"
    r"lärm|"
    r"licht|sitzen|stehen|ärzte\w?|arzt|kunden|patienten|leuten|kindern|computer|schreibtisch|fließband|band))"
    r"(?:\s\w{1,20})?\Z",
    re.IGNORECASE,
)
"""German nouns that are no name of a house: "bei der Post", "bei Nacht"."""
