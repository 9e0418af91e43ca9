"""Where somebody lives: streets with a number, boxes, postal codes, and whatever is called an address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from bot.safety.redaction.said_numbers import ENGLISH_ONES, ENGLISH_TENS
from bot.safety.redaction.spans import Span, Word
from bot.safety.redaction.words import COMMON, word_set

ADDRESS = "[address]"

_SURE_ENDS = word_set("""
    street avenue ave road boulevard blvd lane crescent parkway pkwy highway hwy terrace freeway turnpike
    esplanade cul-de-sac strasse straße str mews rd ln cres tce
    """)
_DOUBTFUL_ENDS = word_set("""
    st drive dr court ct way place pl close square sq circle cir trail gardens grove row hill walk park rise
    parade pde glen vale meadow meadows fields crossing bend cove trace landing villas drove link causeway bypass
    approach embankment yard mount brae wynd bank reach nook gate hollow gdns dve grn estate chase drove spur copse
    green view loop alley quay wharf heights ridge run point path pike plaza
    """)
"""What ends the name of a street and a good many other things: the name needs capital letters, or a place behind it."""

_NEVER_BETWEEN = word_set("""
    on the of in to my at is was for with and or but a an this that i it we you they he she from by per each
    every minute minutes min mins hour hours hrs hr day days week weeks month months year years session sessions
    time times mg ml mcg percent km miles mile steps step treatments treatment passes pass people patients units
    kg cm minutes' hours' long short good bad more less no not out all way off into over about before after
    between both half back down up which what how why where when can will would should do does did
    """)
_NUMBER_FIRST = re.compile(
    r"(?<![\w.,:/-])(?P<number>\d{1,5}[a-z]?(?:\s?[-/]\s?\d{1,4}[a-z]?)?(?:\s(?:bis|ter|1/2|"
    r"½))?),?\s{1,2}(?=[^\W\d])",
    re.IGNORECASE,
)
_FRENCH = re.compile(
    r"(?<![\w.,:/-])\d{1,4}\s?(?:bis|ter|[a-d])?,?\s{1,2}(?:rue|avenue|av\.|bd\.?|boulevard|place|chemin|"
    r"impasse|all[ée]e|quai|cours|route|square|passage|ruelle|sentier)\s(?P<of>(?:(?:de|du|des|d'|l'|la|"
    r"le|les)\s?){0,3})(?P<name>[^\W\d][\w'’-]{1,30})(?:[ -](?:de|du|des|la|"
    r"le)?\s?[A-ZÀ-Ý][\w'’-]{1,30}){0,3}",
    re.IGNORECASE,
)
_NUMBER_LAST = re.compile(
    r"(?<![\w-])(?:[^\W\d_]{1,25}?(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer|promenade|"
    r"straat|laan|plein|gracht|kade|dreef|singel|gatan|vägen|gade|vej|gata|veien|katu|tie|utca)"
    r"|[^\W\d_][\w-]{1,25}\s(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer|ring|utca|út|sokak|"
    r"sok\.|caddesi|cad\.|gatan|gade|vej|ulice|ul\.)"
    r"|(?:(?:calle|avda|avenida|paseo|plaza|camino|carrera|cra|ronda|travesía|via|viale|piazza|corso|"
    r"vicolo|largo|strada|rua|travessa|praça|alameda|estrada|ulica|улица|проспект|rue|jalan|am|an der|"
    r"auf der|im)\s(?!Telefon|Ende|Internet|Schnitt)|(?:c/|avda\.|av\.|cra\.|ul\.|al\.|os\.|ул\.|пр\.|jl\.))\s?"
    r"(?:(?:de|del|della|dei|di|da|do|das|dos|la|las|los|el|san|santa|des|du|der|den|alten|"
    r"großen)\s){0,3}[^\W\d_][\w'’.-]{1,25}(?:\s(?:de|del|la|las|los|di|da|do|das|"
    r"dos)){0,2}(?:\s[^\W\d_][\w'’.-]{1,25}){0,2}?)"
    r"(?:,)?\s{0,2}(?:n[°ºo.]{1,2}\s?|nr\.?\s?|núm\.?\s?|number\s|n[uú]mero\s|num[ée]ro\s|nummer\s|numer\s|#\s?|"
    r"д\.\s?|дом\s)?"
    r"(?P<number>\d{1,5}\s?[a-z]?(?:\s?[-/]\s?\d{1,4}[a-z]?)?)(?![\w.,]?\d|\w|\s?(?:mg|ml|mcg|%|€|\$|uhr|"
    r"min|stunden|tage|wochen|mal|km|times|minutes|days|sessions|euro))",
    re.IGNORECASE,
)
_NUMBER_LAST_WORDS = word_set("""
    calle c avda avenida av paseo plaza camino carrera cra ronda travesía via viale piazza corso vicolo largo
    strada rua travessa praça alameda estrada ul ulica al os улица ул проспект пр rue jalan jl am an auf im
    straße strasse str weg platz allee gasse damm ufer ring utca út sokak sok caddesi cad gatan gade vej ulice
    """)
_NUMBER_LAST_ENDS = (
    "straße",
    "strasse",
    "str",
    "weg",
    "platz",
    "allee",
    "gasse",
    "damm",
    "ufer",
    "promenade",
    "straat",
    "laan",
    "plein",
    "gracht",
    "kade",
    "dreef",
    "singel",
    "gatan",
    "vägen",
    "gade",
    "vej",
    "gata",
    "veien",
    "katu",
    "ntie",
    "utca",
)
_ONLY_WITH_CAPITALS = re.compile(r"(?:am|an der|auf der|im|al\.|os\.|av\.|via|largo|rue|plaza)\s", re.IGNORECASE)

_BOX = re.compile(
    r"\b(?:p\.?\s?o\.?\s?box|postbox|post office box|postfach|apartado(?: de correos)?|apdo\.?|"
    r"casella postale|caixa postal|bo[iî]te postale|locked bag|gpo box)\s{0,2}(?:no\.?|#|"
    r":)?\s{0,2}\d[\d-]{0,8}",
    re.IGNORECASE,
)

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT"
    "|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_UK = r"(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-HJKPSTUW\d]?\s{0,2}\d[ABD-HJLNP-UW-Z]{2})"
_CA = r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d"
_CODES = re.compile(
    rf"(?<![\w.-])(?:{_UK}|{_CA}|(?:{_STATES})[ ,]{{1,2}}\d{{5}}(?:-\d{{4}})?|(?:NSW|VIC|QLD|TAS|ACT|SA|WA|"
    rf"NT)[ ,]{{1,2}}\d{{4}}|(?:D6W|[AC-FHKNPRTV-Y]\d\d) ?(?!\d{{4}})[AC-FHKNPRTV-Y0-9]{{4}}|\d{{5}}-\d{{3}}(?!\d)|"
    rf"\d{{2}}-\d{{3}}(?= [A-ZŁŚŻ][a-zł]))(?![\w-])"
)
_ANY_CASE_CODES = re.compile(rf"(?<![\w.-])(?:{_UK}|{_CA})(?![\w-])", re.IGNORECASE)
_AREA = (
    r"(?:ab|al|b[abdhlnrst]|c[abfhmortvw]|d[adeghlnty]|e[chnx]|f[ky]|g[luy]|h[adgprsux]|i[gmpv]|je|k[atwy]|l[adelnsu]|"
    r"m[ekl]|n[egnprw]|o[lx]|p[aehlor]|r[ghm]|s[aegklmnoprstwy]|t[adfnqrsw]|ub|w[acdfnrsv]|yo|ze)"
)
_SMALL_UK = re.compile(
    rf"(?<![\w.-])(?:{_AREA}\d[\da-z]?|(?:(?<=, )|(?<=\bin )|(?<=\bat )|(?<=\bfrom )|(?<=\bnear )|(?<=[a-z]{{4}}, ))"
    r"[beglmnsw]\d[\da-z]?) (?!\d(?:st|nd|rd|th|hr|ft|lb|gb|tb|yr|ng|pg|dl|gr|pt|bp|da|pa|hz|ga|us|eu|uk|nl|be)\b)"
    r"\d[abd-hjlnp-uw-z]{2}(?![\w-])"
)
"""A British postal code in small letters; of one letter alone, which vitamins have too, behind a place."""
_DOSE_LIKE = re.compile(r"(?:mg|ml|mm|am|pm|kg|hr|gm|iu|cc|cm)\Z", re.IGNORECASE)
_VITAMIN = re.compile(r"(?:[bdkce]\d{1,2}|t[34]|h1|c1|l\d|s\d)\s", re.IGNORECASE)
_CODE_CUE = re.compile(
    r"\b(?:zip(?: ?code)?|post ?code|postal(?: ?code)?|plz|postleitzahl|code postal|c\.?p\.?|"
    r"c[oó]digo postal|cap|cep|pin ?code|eircode|postnummer|postcode|kod pocztowy|postnr|"
    r"индекс)\b(?P<said>\s{0,2}(?:is|ist|est|es|:|=|-|è|é)?\s{0,2})"
    r"(?P<value>(?=[a-z ]{0,4}\d)[a-z0-9]{2,6}(?:[ -][a-z0-9]{2,4})?)(?!\w)",
    re.IGNORECASE,
)
_CODE_WORDS = word_set("""
    zip zipcode post postcode postal plz postleitzahl code cp c código codigo cap cep pin pincode eircode
    postnummer kod postnr индекс
    """)
_CITY_CODE = re.compile(
    r"(?<![\w.,-])(?:[A-Z]{1,2}-)?\d{4,5}(?:\s?[A-Z]{2})?\s[A-ZÀ-ÝĀ-Ž][\w'’-]{2,25}(?:[ -][A-ZÀ-Ý][\w'’-]{2,25}){0,2}"
)

_TAIL = re.compile(
    r"(?i:\s{0,2},?\s{0,2}(?:apt\.?|apartment|suite|ste\.?|unit|flat|floor|fl\.?|#|room|rm\.?|bldg\.?|"
    r"building|piso|puerta|etage|étage|stock|wohnung|whg\.?|int\.?|apto\.?|"
    r"lgh|bus|bte\.?|bo[iî]te|appt\.?|top|tür|dpto\.?|depto\.?|bloco|scala|interno|byt|m\.|"
    r"lok\.?)\s{0,2}#?\s?[\w-]{1,6}){0,2}"
    rf"(?:\s{{0,2}}(?:,|\n)\s{{0,2}}(?:(?:{_UK}|{_CA}|\d{{4,5}}(?:-\d{{3,4}})?"
    rf"(?:\s?[A-Z]{{2}}\b)?)"
    rf"\s)?[A-ZÀ-ÝĀ-Ž][\w'’.-]{{1,25}}(?:[ -][A-ZÀ-Ý][\w'’.-]{{1,25}}){{0,2}}(?:\s{{1,2}}(?:{_UK}|"
    rf"{_CA}|\d{{4,6}}(?:-\d{{3,4}})?)(?!\w))?){{0,4}}"
    rf"(?:\s{{0,2}},?\s{{0,2}}(?:(?:{_STATES})\s{{1,2}})?(?:{_UK}|{_CA}|\d{{5}}(?:-\d{{3,4}})?)(?![\w]))?"
)
_UNIT_BEFORE = re.compile(
    r"(?:\b(?:flat|apt\.?|apartment|unit|suite|house|no\.?|number|plot|block|lot|floor|h\.?no\.?|"
    r"door no\.?)(?:\s{0,2}(?=[a-z/-]{0,5}\d)[\w/-]{1,6})?,?\s{1,2}(?:[^\W\d_]{2,15}\s(?:house|court"
    r"|tower"
    r"|apartments|building|"
    r"nagar|colony),?\s)?)\Z",
    re.IGNORECASE,
)

_LIVES = re.compile(
    r"\b(?:(?:my|our|home|mailing|postal|her|his|billing|shipping|the)\s(?:\w+\s)?address(?:\sis|\s?:|"
    r"\s?=|\s-|\snow is)?|address\s?(?:is|:|=|-)|(?:i|we|she|he)\s(?:(?:currently|now|still|also)\s)?"
    r"(?:live|lives|reside|resides|stay|stays)\s(?:at|in|on)|i'm at|(?:send|post|mail|deliver) (?:it|this|"
    r"them) to|(?:living|residing|staying|resident|registered|based) at|residing in|resident of|"
    r"(?:meine|unsere)\s(?:adresse|anschrift)(?:\sist|:)?|adresse\s?(?:est|:|ist)|ich wohne (?:in der|in|"
    r"am|an der|im)|wohnhaft (?:in|am)|mi (?:direcci[oó]n|domicilio)(?: es|:)?|direcci[oó]n\s?(?:es|:)|"
    r"vivo en|j'habite(?: au| à| a)?|mon adresse(?: est)?|abito in|il mio indirizzo(?: è)?|"
    r"indirizzo\s?:|moro na|meu endereço(?: é)?|endereço\s?:|mieszkam (?:na|przy))\s{0,2}:?\s{0,2}",
    re.IGNORECASE,
)
_LIVES_WORDS = word_set("""
    living residing staying resident registered based
    address live lives reside resides stay stays i'm to adresse anschrift wohne wohnhaft dirección direccion
    domicilio vivo j'habite abito indirizzo moro endereço mieszkam
    """)
_HAS_HOUSE = re.compile(
    r"(?=[^\n!?]{0,60}?(?<![\w.])\d{1,5}[a-z]?(?![\w%]|\s?(?:mg|ml|min|km|miles?|hours?|years?|days?|"
    r"weeks?|months?|kids|people|children|floors?)\b))(?P<place>[^\n!?;]{4,90})",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r",?\s(?:and|but|so|can|could|is|are|do|does|please|i|i'm|what|how|where|when|with|for|because|which|"
    r"my|it|if|since|und|y|et|e|near|close|phone|tel|email|call|about|nearby|next|minutes)\b|"
    r"(?<!\bno)(?<!\bst)(?<!\brd)(?<!\bapt)(?<!\bblk)(?<!\bave)(?<!\bopp)(?<!\bdist)(?<!\bvill)(?<!\bnr)\.\s|\.\Z",
    re.IGNORECASE,
)


def places_of(text: str, words: Sequence[Word], said: Set[str]) -> Iterator[Span]:
    """All of them in a plain text, of which e-mail addresses and the like are already taken out."""
    yield from _by_name(text, said)
    if not any(map(str.isdigit, text)):
        return
    for found in _BLOCKS.finditer(text):
        yield Span(found.start(), found.end(), ADDRESS)
    for start, end in _streets(text, said):
        tail = _TAIL.match(text, end)
        unit = _UNIT_BEFORE.search(text, max(start - 50, 0), start)
        yield Span(unit.start() if unit else start, tail.end() if tail else end, ADDRESS)
    for kind in _NAMED_PLACES:
        for found in kind.finditer(text):
            yield Span(found.start(), found.end(), ADDRESS)
    for found in _SMALL_STREET_THEN_NUMBER.finditer(text):
        if found["name"].lower() not in COMMON - _NAMES_OF_STREETS:
            yield Span(found.start(), found.end(), ADDRESS)
    for found in _ELSEWHERE.finditer(text):
        yield Span(found.start(), found.end(), ADDRESS)
    for found in _DUTCH_CODE.finditer(text):
        town = _TOWN.match(text, found.end())
        yield Span(found.start(), town.end() if town else found.end(), ADDRESS)
    for found in _CODE_AND_TOWN.finditer(text):
        if found[0].split()[-1].lower() not in COMMON:
            yield Span(found.start(), found.end(), ADDRESS)
    for found in _BOX.finditer(text):
        tail = _TAIL.match(text, found.end())
        yield Span(found.start(), tail.end() if tail else found.end(), ADDRESS)
    for found in _CODES.finditer(text):
        if not _DOSE_LIKE.search(found[0]) and not (_VITAMIN.match(found[0]) and len(found[0]) < 6):
            yield Span(found.start(), found.end(), ADDRESS)
    for found in _SMALL_UK.finditer(text):
        yield Span(found.start(), found.end(), ADDRESS)
    if not said.isdisjoint(_CODE_WORDS):
        for found in _CODE_CUE.finditer(text):
            if sum(map(str.isdigit, found["value"])) >= 2 and not _DOSE_LIKE.search(found["value"]):
                yield Span(found.start("value"), found.end("value"), ADDRESS)
    if not said.isdisjoint(_LIVES_WORDS):
        yield from _where_somebody_lives(text)


_BIG = r"[A-ZÀ-ÖØ-ÞĄĆĘŁŃÓŚŹŻČŠŽ][\w'’-]{1,20}"
_HOUSE = (
    r"(?i:villa|house|plot|unit|flat|block|blk|building|bldg|tower|no\.?|nr\.?|gate|apt\.?|apartment|door|shop|"
    r"office|suite|h\.?\s?no\.?|"
    r"casa|lote|manzana|mz\.?|lt\.?|bloque|edificio|haus|hus)"
)
_WAY = (
    r"(?:Road|Rd|Street|St|Avenue|Ave|Lane|Way|Drive|Crescent|Close|Boulevard|Highway|Gardens|Estate|Sector|Phase|"
    r"Colony|Nagar|Layout|Marg|Extension|Village|Town|Park|Hills|Heights)"
)
_STREET_THEN_HOUSE = re.compile(
    rf"(?<!\w)(?:{_BIG}\s){{1,3}}{_WAY},\s{_HOUSE}\s?#?[A-Z]?-?\d{{1,5}}[A-Za-z]?(?:/\d{{1,4}}"
    rf")?(?:,\s{_BIG}(?:\s{_BIG}){{0,2}}(?:\s\d{{1,2}})?){{0,3}}(?!\w)"
)
"""The street without a number and the house behind it: "Al Wasl Road, Villa 88, Jumeirah 3"."""
_STREET_END = (
    r"(?:Road|Rd|Street|St|Avenue|Ave|Lane|Ln|Drive|Crescent|Close|Boulevard|Blvd|Terrace|Gardens|Grove|Row|Court|"
    r"Mews|Parade|Square|Way|Place|Walk|Hill|Rise|Strasse|Straße)"
)
_SURE_END = r"(?:road|rd|street|avenue|ave|lane|crescent|boulevard|blvd|terrace|mews)"
_NOT_COUNTED = (
    r"(?![\w%]|[.,:/-]\d|\s?(?:mins?|minutes?|hours?|hrs?|days?|weeks?|miles?|km|m|metres?|meters?|yards?|times|people|"
    r"pounds?|euros?|stops?|am|pm|sessions?|mg|ml|years?|cars?|spaces)\b)"
)
_STREET_THEN_NUMBER = re.compile(
    rf"(?<!\w)(?:{_BIG}\s){{1,3}}{_STREET_END}\.?(?:,?\s(?:at\s|the\s)?(?i:number|no\.?|nr\.?|num\.?|house|door|#)\s?#?"
    rf"\d{{1,4}}[A-Za-z]?|\s(?!(?:18|19|20)\d\d)\d{{1,4}}[A-Za-z]?){_NOT_COUNTED}"
)
"""The street and the number behind it, as much of the world tells it: "Hollow Road, number 14", "Mill Lane 3"."""
_SMALL_STREET_THEN_NUMBER = re.compile(
    rf"(?<!\w)(?P<name>[^\W\d_]{{3,20}})\s{_SURE_END}\.?,?\s(?:number|no\.?|nr\.?|house|door|#)\s?#?\d{{1,4}}[a-z]?"
    rf"{_NOT_COUNTED}",
    re.IGNORECASE,
)
"""The same without capital letters, where the number is called one."""
_NUMBER_OF_A_STREET = re.compile(
    rf"(?<!\w)(?i:number|no\.?|nr\.?)\s?\d{{1,4}}[A-Za-z]?,?\s(?i:on|in|of)\s(?:{_BIG}\s){{1,3}}{_STREET_END}(?!\w)"
)
"""And the number before it: "number 14 on Hollow Road"."""
_HOUSE_THEN_STREET = re.compile(
    rf"(?<!\w){_HOUSE}\s?#?(?=[\w/-]{{0,6}}\d|[A-Z]\b)[\w/-]{{1,7}},?\s(?:"
    r"\d{1,2}(?:st|nd|rd|th)\s(?:[A-Z]\w{2,10}\s)?(?:[Ss]treet|[Rr]oad|[Ll]ane|[Aa]venue|[Cc]ross|[Mm]ain|[Bb]lock"
    r"|[Ff]loor|[Ss]tage)"
    r"|(?:[Ss]treet|[Rr]oad|[Ll]ane|[Ss]ector|Block|Phase|Cross|Gali|Mohalla|[Cc]alle|[Mm]anzana|Lot|Unit|Apt|Flat|"
    r"Villa)\s(?:no\.?\s)?[\w/-]{1,7}"
    rf"|(?:{_BIG}\s){{1,3}}(?:{_WAY}|House|Court|Towers?|Apartments|Residences?|Mansions?|Building|Complex|Parade|"
    rf"Quay))(?!\w)"
    rf"(?:,?\s(?:(?i:street|road|sector|block|phase)\s[\w/-]{{1,7}}|{_BIG}(?:\s{_BIG}){{0,2}}(?:"
    rf"\s\d{{1,6}})?)){{0,4}}"
)
"""The house and then the street, both by numbers: "House 19, Street 7, Sector F-10/2 Islamabad"."""
_POLISH = re.compile(
    r"(?<![\w-])[A-ZŁŚŻĆŹ][^\W\d_]{2,20}(?:ego|iej|nej|wej|cza|cka|owa|ów|owej|ska|na|ki|"
    r"ów)\s\d{1,3}[a-zA-Z]?(?:/\d{1,4}|\s?m\.?\s?\d{1,4}|\s?lok\.?\s?\d{1,4})"
    r"(?:,\s\d\d-\d{3})?(?![\w/])"
)
"""A street in the genitive, the house and the flat: "Mickiewicza 60 m. 2", "Słowackiego 9/14"."""
_FLAT_BEHIND = re.compile(
    rf"(?<!\w)(?:{_BIG}\s){{1,3}}#?\d{{1,5}},?\s(?i:int|apto|apt|depto|dpto|piso|torre|bte|lgh|wohnung|"
    rf"lok)\.?\s?\d{{1,4}}[A-Za-z]?(?!\w)"
)
"""A name, a house and a flat: "Lomas Verdes 220 int 4"."""
_AT_A_HOTEL = re.compile(
    rf"(?<!\w)(?i:room|suite|rm\.?|zimmer|chambre|habitaci[oó]n|camera|quarto|"
    rf"cabin)\s(?:no\.?\s)?\d{{2,4}},?\s(?:(?i:at|in|of|im|au|en el|del|do)\s)?(?:(?i:the)\s)?"
    rf"(?:(?:{_BIG}\s){{0,3}}(?:Hotel|Inn|Resort|Hostel|Suites|Lodge|Residence|Hilton|Marriott|Hyatt|Sheraton|"
    rf"Novotel|Ibis|Radisson|Ritz|Westin|Intercontinental)(?:\s{_BIG}){{0,2}})(?!\w)"
    rf"|(?<!\w)(?:{_BIG}\s){{0,3}}(?:Hotel|Inn|Resort|Hostel|Suites|Hilton|Marriott|Hyatt|Sheraton|Novotel|Ibis|"
    rf"Radisson|Ritz|Westin|Intercontinental)(?:\s{_BIG}){{0,2}},?\s"
    r"(?:in\s)?(?i:room|suite|rm\.?|zimmer|chambre|habitaci[oó]n|camera|quarto)\s(?:no\.?\s)?\d{2,4}(?!\w)"
)
"""Where a traveller stays: "room 812 at the Harbour Hotel"."""
_IN_A_HOTEL = re.compile(
    rf"\b(?i:hotel|hostel|motel|inn|resort|guest ?house|b&b|pension|ryad|riad)\s(?:{_BIG}\s?){{1,4}},?\s?"
    r"(?:(?i:in|and)\s)?"
    r"(?i:room|suite|rm\.?|zimmer|chambre|habitaci[oó]n|camera|quarto|cabin)\s(?i:no\.?\s|number\s)?\d{1,4}(?!\w)"
)
"""Where a traveller stays, by the name of the house: "hotel Miramar, room 31"."""
_RESIDENCE = re.compile(
    rf"(?<!\w)(?i:r[ée]sidence|lotissement|hameau|lieu-?dit|urbanizaci[oó]n|urb\.|condominio|conjunto|residencial|"
    rf"quartier|siedlung|colonia|col\.|barrio)\s(?:(?:les?|la|los|las|el|du|des|de|of)\s|(?i:les?|la|los|las|el)\s)?"
    rf"{_BIG}(?:\s{_BIG}){{0,2}},?\s(?i:b[âa]t\.?|b[âa]timent|bloque|torre|edificio|esc\.?|appt?\.?|apto\.?|lote"
    rf"|casa|n[°º]|"
    r"no\.?|#|haus|piso|mz\.?)\s?[\w-]{1,5}(?:,\s(?i:esc\.?|appt?\.?|apto\.?|piso|porte|étage|"
    r"lote)\s?[\w-]{1,5}){0,3}"
)
"""A house in an estate that has a name instead of streets."""
_ELSEWHERE = re.compile(
    r"(?<!\w)(?:вул\.|вулиця|ул\.|улица|просп\.|проспект|бул\.|бульв\.|пров\.|пер\.|пл\.)\s?[^\W\d_][\w'’-]{1,25}"
    r"(?:\s[^\W\d_][\w'’-]{1,25}){0,2},?\s(?:(?:буд|д|дом|б)\.?\s?)?\d{1,4}[^\W\d_]?(?:/\d{1,4})?"
    r"(?:,\s?(?:кв|квартира|під'їзд|подъезд|корп|пов|оф|эт)\.?\s?\d{1,4}){0,4}(?:,"
    r"\s[^\W\d_a-z][\w'’-]{2,25})?(?:,\s\d{5,6}(?!\d))?"
    r"|(?<!\w)[^\W\d_a-z][^\W\d_]{2,20}(?:kuja|polku|katu|raitti|kaari|rinne|gränd|stigen|backen|"
    r"bakken|svingen|stræde|allé)"
    r"\s\d{1,4}(?:\s?[A-Z])?(?:\s\d{1,3})?(?!\w)"
    r"|(?<!\w)(?:[^\W\d_a-z][^\W\d_]{1,20}\s){1,3}(?:Mah|Mh|Mahallesi)\.?,?\s(?:[\w.'’/-]{1,20},?"
    r"\s){0,5}?(?:No|Nu)[:.]?\s?"
    r"\d{1,4}(?:,?\s(?:Kat|K|Daire|D|Blok)[:.]\s?\w{1,4}(?!\w)){0,3}(?:,?"
    r"\s[^\W\d_a-z][^\W\d_]{2,20}){0,2}(?:[ /]\d{5}(?!\d))?"
    r"|(?<!\w)(?:[Vv]ia|[Vv]iale|[Cc]orso|[Pp]iazza)\s(?:[Dd]e[il]{0,2}\s|[Dd]ell[aeo]\s)?[^\W\d_a-z][^\W\d_]{2,20}\s"
    r"\d{1,4}(?:/(?:bis|ter|[A-Za-z]))(?:,\s(?:scala|int\.|interno|piano)\s\w{1,3}){0,3}(?!\w)"
    r"|(?<=[市海京州津庆]，)\d{6}(?!\d)|(?<=[市海京州津庆],)\d{6}(?!\d)"
)
"""Streets of Ukraine and Russia, Finland and Scandinavia, Turkey and Italy with stairs and flats."""
_DUTCH_CODE = re.compile(
    r"(?<![\w.-])[1-9]\d{3} ?(?!IU|UI|IE|MG|ML|CC|MM|KG|AM|PM|CE|BC|AD|KM|HZ|EU|US|UK|NG|UG)[A-Z]{2}"
    r"(?= [A-ZÀ-Ý][a-z’'-]|[,.!?\n]|\Z)"
)
"""A postal code of the Netherlands, before a town or alone."""
_CODE_AND_TOWN = re.compile(
    r"(?<=,\s)(?:[A-Z]{1,2}-)?\d{4,5}\s[A-ZÀ-ÝĀ-Ž][a-zà-ÿ'’-]{2,25}(?:[ -][A-ZÀ-Ý][a-zà-ÿ'’-]{1,25}){0,2}"
    r"(?=\s?(?:[,.;!?\n)]|\Z))"
)
"""A postal code and a town between commas: "…, 69003 Lyon"."""
_TOWN = re.compile(rf" {_BIG}(?:[ -]{_BIG}){{0,2}}")
_NAMED_PLACES = (
    _STREET_THEN_HOUSE,
    _STREET_THEN_NUMBER,
    _NUMBER_OF_A_STREET,
    _HOUSE_THEN_STREET,
    _POLISH,
    _FLAT_BEHIND,
    _AT_A_HOTEL,
    _IN_A_HOTEL,
    _RESIDENCE,
)

_SPOKEN_STREET = re.compile(
    rf"(?<!\w)(?:(?:{ENGLISH_TENS})(?:[ -](?:{ENGLISH_ONES}))?|"
    rf"(?:{ENGLISH_ONES})(?: hundred(?: and)?(?: (?:{ENGLISH_TENS}))?(?:[ -](?:{ENGLISH_ONES}))?)?|"
    r"ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)\s(?P<name>(?:[^\W\d_][\w'-]{1,20}\s){1,3}?)"
    r"(?:street|avenue|ave|road|boulevard|lane|crescent|terrace|drive|close|court|gardens|grove|row|way|square|place|"
    r"mews|"
    r"quay|parade|hill|view|walk|terrace|rise|park)(?!\w)",
    re.IGNORECASE,
)
"""A house number in words: "forty two maple avenue"."""

_HOUSE_BY_NAME = re.compile(
    r"(?<!\w)(?:The\s)?(?!(?:White|Opera|Town|City|Open|Full|Coffee|Wind|"
    r"Music)\s)(?:[A-Z][\w'’-]{1,20}\s){1,3}(?:Rectory|Cottage|Cottages|House|Farm|Farmhouse|Barn|Lodge|Manor|Mill|"
    r"Vicarage|Hall|Villa|Bungalow|Grange|Stables|Croft|Towers?|"
    r"Mansions?)(?:,\s[A-Z][\w'’-]{1,20}(?:\s[A-Z][\w'’-]{1,20}){0,2}){1,4}"
)
"""A house with a name instead of a number, and what stands behind it: "The Old Rectory, Church Hill, Dunmow"."""
_SHOWN_HOUSES = word_set(
    "rectory cottage cottages house farm farmhouse barn lodge manor mill vicarage hall villa bungalow grange stables "
    "croft tower towers mansion mansions"
)
_BLOCKS = re.compile(
    r"(?<![\w.,/-])\d{1,2}-\d{1,2}-\d{1,2}\s[A-Z][\w-]{2,25}(?:,\s[A-Z][\w]{1,20}(?:-(?:ku|shi|cho|machi|to|fu|ken|"
    r"gu|dong|si))?){0,3}"
    r"|(?<!\w)[A-Z][\w]{2,20}\s\d{1,2}-chome(?:\s\d{1,2}-\d{1,2})?(?!\w)"
)
"""Blocks and houses as they are written in Japan: "1-14-3 Nishiazabu, Minato-ku"."""


def _by_name(text: str, said: Set[str]) -> Iterator[Span]:
    """Addresses without a figure."""
    if not said.isdisjoint(_SURE_ENDS) or not said.isdisjoint(_DOUBTFUL_ENDS):
        for found in _SPOKEN_STREET.finditer(text):
            if not any(
                word in _NEVER_BETWEEN or word in COMMON - _NAMES_OF_STREETS for word in found["name"].lower().split()
            ):
                yield Span(found.start(), found.end(), ADDRESS)
    if not said.isdisjoint(_SHOWN_HOUSES):
        for found in _HOUSE_BY_NAME.finditer(text):
            yield Span(found.start(), found.end(), ADDRESS)


_NAMES_OF_STREETS = word_set(
    "high church new old first second third king queen green station long little chestnut lower upper"
)


def _where_somebody_lives(text: str) -> Iterator[Span]:
    """What follows "I live at" or "my address is", if it holds a house number or a code."""
    for cue in _LIVES.finditer(text):
        code = _ANY_CASE_CODES.match(text, cue.end()) or _CITY_CODE.match(text, cue.end())
        if code is not None:
            yield Span(code.start(), code.end(), ADDRESS)
            continue
        found = _HAS_HOUSE.match(text, cue.end())
        if found is None:
            continue
        stops = _GOES_ON.search(text, cue.end(), found.end())
        end = stops.start() if stops else found.end()
        place = text[cue.end() : end].rstrip(" ,.")
        if (
            re.search(r"(?<![\w.])(?!(?:19|20)\d\d\b)\d{1,5}[a-z]?(?!\w)|\b[a-z]{1,2}\d{1,2}\b", place, re.IGNORECASE)
            and len(place) > 4
            and _names_something(place)
        ):
            yield Span(cue.end(), cue.end() + len(place), ADDRESS)


def _names_something(place: str) -> bool:
    found = [
        word for word in re.findall(r"[^\W\d_]{2,}", place.lower()) if word not in COMMON and word not in _NEVER_BETWEEN
    ]
    return bool(found)


def _streets(text: str, said: Set[str]) -> Iterator[tuple[int, int]]:
    if not said.isdisjoint(_SURE_ENDS) or not said.isdisjoint(_DOUBTFUL_ENDS):
        for found in _NUMBER_FIRST.finditer(text):
            if (end := _end_of_street(text, found.end())) is not None:
                yield found.start(), end
    if not said.isdisjoint(_FRENCH_WORDS):
        for found in _FRENCH.finditer(text):
            if found["of"] or found["name"][0].isupper() or not said.isdisjoint(("rue", "chemin", "impasse", "quai")):
                yield found.start(), found.end()
    if not said.isdisjoint(_NUMBER_LAST_WORDS) or any(word.endswith(_NUMBER_LAST_ENDS) for word in said):
        for found in _NUMBER_LAST.finditer(text):
            if _is_a_street(found):
                yield found.start(), found.end()


_FRENCH_WORDS = word_set("""
    rue avenue av bd boulevard place chemin impasse allée allee quai cours route square passage ruelle sentier
    """)
_NEXT_WORD = re.compile(
    r"\s{0,2}(?P<word>(?:[^\W\d_]|\d{1,3}(?:st|nd|rd|th))[\w'’-]{0,25}\.?|\d{1,3}(?:st|nd|rd|th))", re.IGNORECASE
)


_NAMED_SO = word_set("long short back down half good")
"""What is between a number and a street, and with a capital letter its name: "14 Long Street"."""


def _end_of_street(text: str, place: int) -> int | None:
    """Where the name of a street ends that begins at a place; None where none does."""
    seen: list[str] = []
    at = place
    while len(seen) < 6 and (found := _NEXT_WORD.match(text, at)) is not None:
        word = found["word"]
        lower = word.lower().rstrip(".")
        if seen and (lower in _SURE_ENDS or (lower in _DOUBTFUL_ENDS and _is_a_name(text, seen, found.end(), word))):
            return (
                found.end()
                if lower in ("st", "ave", "rd", "dr", "blvd", "ln", "ct", "str") or not word.endswith(".")
                else found.end() - 1
            )
        named = (lower in ("the", "of") and seen) or (lower in _NAMED_SO and word[0].isupper())
        if lower in _NEVER_BETWEEN and not named:
            return None
        seen.append(word)
        at = found.end()
    return None


def _is_a_name(text: str, seen: Sequence[str], end: int, last: str) -> bool:
    """Whether words before a doubtful ending are a street's name:
    with capitals, or with a town, a code or an end behind it."""
    if seen[-1].lower() in COMMON and not seen[-1][0].isupper():
        return False
    capitals = all(word[0].isupper() or word[0].isdigit() or len(word) < 3 for word in seen) and (
        last[0].isupper() or len(last) <= 3
    )
    followed = (
        re.compile(r"\s{0,2}(?:,\s?[^\W\d]|\.?\Z|\.\s|\s\d{5}|\n|(?:apt|unit|flat|suite)\b)", re.IGNORECASE).match(
            text, end
        )
        is not None
    )
    return capitals or (followed and len(seen) <= 2 and all(len(word) > 2 for word in seen))


def _is_a_street(found: re.Match[str]) -> bool:
    written = found[0]
    if re.search(r"\s(?:ring|damm|ufer|weg|am|cad|sok)\s", written):  # "told me to ring 988"
        return False
    if written.lower().startswith("am ") and found.string[: found.start()].lower().endswith(("i ", "what ", "where ")):
        return False
    if _ONLY_WITH_CAPITALS.match(written):
        rest = re.split(r"\s", written, maxsplit=1)[1]
        return rest[:1].isupper() and not re.fullmatch(r"(?:19|20)\d\d", found["number"].strip())
    return not re.match(
        r"(?:halfway|midway|subway|anyway|straightaway|unterwegs|norway|gateway|airway|pathway|doorway|always)",
        written,
        re.IGNORECASE,
    ) and not re.match(r"(?:tie|weg)\s", written, re.IGNORECASE)
