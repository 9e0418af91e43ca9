"""What banks, carriers and airlines issue: when a card expires, the codes of banks, parcels, bookings and wallets.

Each is told by a word before it, or by a form that nothing else has.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Set

from bot.safety.redaction.months import SHORT_MONTH
from bot.safety.redaction.spans import Span
from bot.safety.redaction.words import COMMON, word_set

NUMBER = "[number]"

_MONTHS = rf"(?:{SHORT_MONTH})[a-zà-ÿ]{{0,8}}\.?"
_UNTIL = (
    r"exp(?:ir(?:y|es?|ing|ation|ed))?\.?(?: ?date)?|ends|valid(?:ity)?(?: (?:thru|through|until|till?|to|up ?to))?|"
    r"good thr(?:u|ough)|g(?:ü|ue)ltig(?: bis)?|ablauf(?:datum)?|l[äa]uft ab|caduc\w{1,8}|venc\w{1,8}|vto\.?|vence|"
    r"scad\w{1,6}|validade|v[aá]lid[ao] (?:at[eé]|hasta)|geldig tot|verval(?:t|datum)|expire\w{0,4}(?: le| fin| en)?|"
    r"fecha de (?:caducidad|vencimiento)|date d'expiration|wa[żz]na do|data wa[żz]no[śs]ci|plat[íi] do|platnost do|"
    r"lej[áa]r\w{0,4}|expir[ăa]|valabil\w{0,3}(?: p[âa]n[ăa])?|utg[åa]r|giltigt? (?:t\.?o\.?m\.?|till)|udl[øo]b\w{0,6}|"
    r"utl[øo]p\w{0,6}|vanhenee|voimassa|son kullanma(?: tarihi)?|skt|годен до|срок(?: действия)?|действ\w{1,8} до|"
    r"有効期限|到期|有效期|유효기간|masa berlaku|berlaku|hết hạn|wag[eé]n"
)
_MONTH_AND_YEAR = (
    rf"(?:(?:0?[1-9]|1[0-2])\s?[/.-]\s?(?:20)?[2-4]\d(?!\s?[/.-]?\d)|(?:0[1-9]|1[0-2])\s?(?:20)?[2-4]\d(?![\d/.-])|"
    rf"{_MONTHS},?\s?'?(?:20)?[2-4]\d(?!\d))"
)
_EXPIRES = re.compile(
    rf"(?<!\w)(?:{_UNTIL})(?:\s?(?:is|on|in|am|el|le|em|the|del|de|date|[:=-]))?\s{{0,2}}(?P<value>{_MONTH_AND_YEAR})",
    re.IGNORECASE,
)
_BEHIND_A_CARD = re.compile(
    r"(?:\d[ -]?){11,18}\d[\s,;|/–-]{1,4}(?:and\s|then\s|it's\s)?(?P<value>(?:0?[1-9]|"
    r"1[0-2])\s?[/.-]\s?(?:20)?[2-4]\d)(?!\d)"
)
"""The month and year right behind the number of a card."""
_A_CARD = re.compile(
    r"\b(?:cards?|visa|master ?card|amex|american express|debit|credit|maestro|rupay|verve|discover|diners|union ?pay|"
    r"jcb|elo|mada|troy|giro(?:card)?|\w{0,7}karte|cartes?|cb|tarjeta|carta|cart[ãa]o|kaart|karta|kort|kortti|"
    r"k[áa]rtya|kart|"
    r"карт\w|medicare|passport|licen[cs]e|permit|pasaporte|passeport|reisepass|dni|ehic|concession)\b|"
    r"\d{4}[ -]?\d{4}[ -]?\d{4}|卡|カード|카드",
    re.IGNORECASE,
)
_NO_CARD = re.compile(
    r"\b(?:gift|discount|loyalty|business|report|voucher|prepaid pass|pass|package|coupon)\b", re.IGNORECASE
)
_CARD_NEAR = 110
"""Characters on both sides of an expiry date in which a card, a passport or a licence is spoken of."""
_ON_THE_BACK = re.compile(
    r"(?<!\w)(?:cid|csc|csv|cvv2?|cvc2?|cvn|security (?:code|digits|number)|(?:the )?(?:last )?(?:three|3|four|"
    r"4) (?:digits|numbers)"
    r"(?: (?:on|at) the (?:back|front|rear))?|back (?:digits|numbers?|code))(?:\s?(?:is|are|was|says|"
    r"[:=-])){0,2}\s{0,2}"
    r"(?P<value>\d{3,4})(?![\w/.,]\d|\w)",
    re.IGNORECASE,
)

_BANK = re.compile(
    r"(?<!\w)(?:sort(?: ?codes?)?|s/c|bsb|routing|aba|transit|inst(?:itution)?|branch(?: code)?|ifsc|blz|bankleitzahl|"
    r"clabe|cbu|cvu|"
    r"bank code|clearing(?:nummer)?|code (?:banque|guichet)|guichet|cl[ée] rib|rib|ag[êe]ncia|\w{0,6}konto(?:nr|"
    r"nummer)?|"
    r"kontonr|rekening(?:nummer)?|conto|conta|cuenta|compte|tili(?:numero)?|sz[áa]mla(?:sz[áa]m)?|nuban|acct?|a/?c|"
    r"account|"
    r"savings|checking|current)\b\.?(?:\s?(?:is|was|no\.?|nr\.?|number|num|code|id|n[°º]|[:=#-])){0,3}\s{0,2}"
    r"(?P<value>\d[\d -]{1,22}\d|[A-Z]{4}0[A-Z0-9]{6})(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)
_SHORT_BANK = word_set("transit inst institution sort bsb guichet agência agencia blz branch routing code clearing")
"""Words behind which fewer digits are a bank's."""
_BIC = re.compile(
    r"(?<!\w)(?i:bic|swift|swift/bic|bic/swift)(?i:\s?(?:is|code|no\.?|[:=#-])){0,2}\s{0,2}"
    r"(?P<value>[A-Z]{6}[A-Z0-9]{2}(?:\s?[A-Z0-9]{3})?)(?!\w)"
)

_CARRIED = re.compile(
    r"(?<!\w)(?:track(?:ing|ed)?|waybill|awb|consignment|parcels?|shipment|packages?|couriers?|delivery|deliver(?:ed|"
    r"y)?|"
    r"sendung\w{0,10}|colis|env[íi]o|pacco|pakket|paczk\w|przesy[łl]k\w|rastre(?:o|io)|seguimiento|gu[íi]a|suivi|"
    r"spedizione|"
    r"royal ?mail|an ?post|aus(?:tralia)? ?post|canada ?post|india ?post|fed ?ex|ups|dhl|hermes|evri|dpd|gls|usps|"
    r"tnt|yodel|"
    r"in ?post|correos|la ?poste|colissimo|chronopost|poste|brt|post ?nl|bpost|posti|postnord|blue ?dart|delhivery|"
    r"dtdc|ekart|"
    r"j ?& ?t|jnt|lbc|ninja ?van|pos ?laju|singpost|sf express|aramex|courier guy|pargo|gig|purolator|startrack|sendle|"
    r"parcel ?force|nova poshta|cdek|speedpost|speed post|ems|kargo|ptt)(?!\w)",
    re.IGNORECASE,
)
_PARCEL = re.compile(
    r"(?<![\w/.-])(?=(?:[A-Za-z #-]{0,5}\d){6})(?:[A-Z]{1,5}[ -]?)?\d[A-Z0-9]{0,23}"
    r"(?:[ -](?:[A-Z]{0,3}\d[A-Z0-9]{0,11}|[A-Z]{2,4}(?![\w']))){0,7}(?![\w/]|[.,]\d)"
    r"|(?<![\w/.-])(?:[A-Z]\d\d [A-Z]{3} \d{4} \d{4}|(?=(?:[A-Z]{0,9}\d){5})[A-Z0-9]{9,26})(?!\w)"
)
_PARCEL_NEAR = 60
"""Characters between the word for a parcel or its carrier and the number of it."""
_SENT = re.compile(
    r"(?<![\w/.-])(?:[A-Z]{2,5}9{0,3} ?\d{6} ?[A-Z9]{2}\d[A-Z]{2}|[A-Z]{2} ?\d{3} ?\d{3} ?\d{3} ?[A-Z]{2}|"
    r"1Z ?[A-Z0-9]{3} ?[A-Z0-9]{3} ?[A-Z0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{3,4}"
    r" ?[A-Z0-9]?)(?!\w)"
)
"""What the post of all countries and one carrier write on a parcel, and Britain on a driving licence."""

_BOOKED = re.compile(
    r"(?<!\w)(?P<cue>(?i:bookings?|booked|reserv\w{1,8}|ref(?:erence)?s?|conf(?:irmation)?|pnr|(?:record )?locator|"
    r"e-?tickets?|"
    r"tickets?|orders?|vouchers?|invoice|receipt|case|claim|file|request|buchung\w{0,10}|localizador|"
    r"prenotazione|"
    r"r[ée]servation|dossier|boeking\w{0,8}|rezerwacj\w|varaus\w{0,6}|bokning\w{0,6}|appointment|itinerary|check-?in|"
    r"visa|"
    r"application|passport|ticketnummer|commande|bestell\w{0,9}|pedido|ordine|zam[óo]wieni\w|locata|airbnb|virgin|"
    r"ryanair|"
    r"easyjet|expedia))"
    r"(?P<called>(?:\s?(?i:codes?|ref(?:erence)?|no\.?|numbers?|nr\.?|id|is|was|are|it's|under|#|:|=|"
    r"-)){0,3})\s{0,2}[\"'“(]?"
    r"(?P<value>[A-Z0-9]{1,6}(?:-[A-Z0-9]{1,8}){1,3}|(?=[A-Za-z]{0,9}\d|[A-Z]{6}(?!\w))[A-Za-z0-9]{5,10})(?![\w/@]|"
    r"[.-]\w)"
)
_NO_BOOKING = re.compile(
    r"G6PD|HBA1C|CA\d|CYP|COVID|COV|MTHFR|H2O2|IL\d|CD\d|TNF|B12|T[34]|EN\d|ISO|NCT|PMC|CRD|EU\d|MDR|\d{1,4}(?:MG|ML|"
    r"MCG|IU|AM|PM|KG|CM|MM|X|"
    r"ST|ND|RD|TH|S|GBP|EUR|USD)\b",
    re.IGNORECASE,
)
_STRICT = word_set("pnr locator localizador")

_WALLET = re.compile(
    r"(?<![\w/.=-])(?:(?:bc1|ltc1|addr1|cosmos1|tb1|bnb1|stake1)[a-z0-9]{20,90}|0x[0-9a-fA-F]{16,64}|"
    r"(?=[A-Za-z]{0,24}\d)(?=[\dA-Z]{0,20}[a-z])(?=[\da-z]{0,20}[A-Z])[A-Za-z0-9]{25,95}|"
    r"[a-z0-9][a-z0-9-]{2,30}\.(?:eth|sol|btc|crypto|nft))(?!\w)"
)
"""Where somebody is paid in coins: a row of letters and digits so long that it is no word, or a name for one."""


def issued_numbers(text: str, said: Set[str]) -> Iterator[Span]:
    """All of them in a plain text; `said` are its words in small letters."""
    if len(text) > 14:
        yield from _spans(_WALLET.finditer(text), 0)
    if not any(map(str.isdigit, text)) and said.isdisjoint(("bic", "swift", "pnr", "locator", "localizador")):
        return
    yield from _of_cards(text)
    yield from _of_banks(text)
    yield from _spans(_SENT.finditer(text), 0)
    near = [word.end() for word in _CARRIED.finditer(text)]
    for found in _PARCEL.finditer(text) if near else ():
        last = bisect_right(near, found.start()) - 1
        if last >= 0 and found.start() - near[last] <= _PARCEL_NEAR and _is_long(found[0], 8):
            yield Span(found.start(), found.end(), NUMBER)
    for found in _BOOKED.finditer(text):
        if _is_booked(found):
            yield Span(found.start("value"), found.end("value"), NUMBER)


def _spans(all_found: Iterator[re.Match[str]], group: int | str) -> Iterator[Span]:
    for found in all_found:
        yield Span(found.start(group), found.end(group), NUMBER)


def _of_cards(text: str) -> Iterator[Span]:
    yield from _spans(_BEHIND_A_CARD.finditer(text), "value")
    for kind in (_EXPIRES, _ON_THE_BACK):
        for found in kind.finditer(text):
            around = max(found.start() - _CARD_NEAR, 0), found.end() + _CARD_NEAR
            if _A_CARD.search(text, *around) and not _NO_CARD.search(text, max(found.start() - 40, 0), found.start()):
                yield Span(found.start("value"), found.end("value"), NUMBER)


def _of_banks(text: str) -> Iterator[Span]:
    yield from _spans(_BIC.finditer(text), "value")
    for found in _BANK.finditer(text):
        digits = sum(map(str.isdigit, found["value"]))
        first = re.match(r"[^\W\d_]*", found[0].lower())
        short = first is not None and first[0] in _SHORT_BANK
        if digits >= (3 if short else 6) and not re.fullmatch(
            r"(?:19|20)\d\d(?:\s?-\s?(?:19|20)?\d\d)?", found["value"]
        ):
            yield Span(found.start("value"), found.end("value"), NUMBER)


def _is_long(value: str, least: int) -> bool:
    """Whether a row of groups is long enough for a parcel's, and no day, price or telephone that stays."""
    return sum(map(str.isalnum, value)) >= least and sum(map(str.isdigit, value)) >= 5


def _is_booked(found: re.Match[str]) -> bool:
    """Whether letters and digits behind a word for a booking are its code, and no word, dose or paper."""
    value, cue = found["value"], found["cue"].lower()
    strict = (
        cue.rpartition(" ")[2] in _STRICT or re.search(r"(?i)code|ref|loc|no\b|number|#", found["called"]) is not None
    )
    letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    if _NO_BOOKING.match(value) or value.lower() in COMMON or re.fullmatch(r"(?i)[A-Z]{0,3}(?:19|20)\d\d", value):
        return False
    if "-" in value:
        return letters >= 1 and digits >= 2 and len(value) >= 6 and value.isupper()
    if value.isupper() and letters >= 2 and digits >= 1:
        return True
    if value.isupper() and not digits:
        return len(value) == 6 and (
            cue.rpartition(" ")[2] in _STRICT or (strict and cue.startswith(("book", "conf", "res")))
        )
    return (
        strict
        and letters >= 2
        and digits >= 2
        and len(value) >= 6
        and re.search(r"\d[a-z]|[a-z]\d[a-z]", value) is not None
    )
