"""What opens something, and what stands on a car: passwords, the codes of doors, safes and accounts, and plates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from bot.safety.redaction.spans import Span
from bot.safety.redaction.words import COMMON, word_set

PASSWORD, PLATE = "[password]", "[number]"

_END = ".,;:!?)\"'>]”“"

_WATCHWORD = (
    r"pass ?words?|pass ?codes?|pass ?phrases?|pass|pwd?|psw|passwd|mdp|code ?words?|"
    r"security answer|secret answer|secret word|memorable (?:word|name|place|information|answer)|security word|"
    r"safe ?word|"
    r"(?:mother'?s )?maiden name(?= is| was|:)|first pet(?:'s name)?(?= is| was|:)|clave (?:del?|de la|para el) "
    r"(?:portal|wi-?fi|cuenta|app|acceso|usuario|web|p[aá]gina)|"
    r"contrase(?:ñ|n)as?|clave|passwor[td]e?|kennwort|zugangsdaten|mots? de passe|parola(?: d'ordine| chiave)?|"
    r"senha|palavra-passe|wachtwoord|hasło|haslo|lösenord(?:et)?|adgangskode|kodeord|passord|salasana|şifre|sifre|"
    r"jelszó|"
    r"heslo|parolă|пароль|κωδικός|κωδικος|סיסמה|كلمة السر|كلمة المرور"
)
"""What is nothing but a secret: what follows may be an ordinary word."""

_OPENED = (
    r"(?:(?:front|back|main|street|side|apartment|building|house|garage|car|garden|room|flat)[ -]?)?(?:door|gate|"
    r"entrance)|"
    r"building|house|flat|apartment|garage|alarm|burglar alarm|"
    r"key ?safe|lock ?box|key ?box|entry|entrance|intercom|buzzer|elevator|lift|lobby|locker|safe|padlock|lock|"
    r"stairwell|porch|hall|"
    r"wi-?fi|wlan|router|network|hotspot|guest|portal|log ?in|sign ?in|account|app|access|security|verification|"
    r"verify|activation|authentication|authenticat(?:or|e)|auth|reset|sms|text|unlock|phone|tablet|laptop|ipad|"
    r"computer|"
    r"voicemail|screen|one[- ]?time|temporary|temp|back-?up|recovery|(?:two|2)[- ]?factor|2fa|key ?pad|bank|card|atm|"
    r"secret|patient|member|parking|call"
)
_CODE = (
    rf"(?:(?:{_OPENED})[ -]?(?:pin|pass ?code|pass ?key|pass|code|codes|combo|combination|password|key|number)s?|"
    r"pin(?: ?code| number)?s?|cryptogramme(?: visuel)?|kartenpr[üu]f(?:nummer|ziffer)|pr[üu]fziffer|"
    r"c[oó]digo cvv|otp|tan|cvv2?|cvc2?|cv2|combo|combination|key ?safe|lock ?box|key ?box|key ?pad|"
    r"digicode|"
    r"alarm|burglar alarm|wi-?fi|"
    r"(?:haus)?t[üu]r-?code|zugangscode|zugangs-?pin|geheimzahl|geheimnummer|schl[üu]ssel(?:kasten|safe|box)|"
    r"zahlencode|"
    r"best[äa]tigungscode|sicherheitscode|wlan-?passwort|code (?:d'acc[eè]s|d'entr[ée]e|de la porte|porte|du portail|"
    r"de l'immeuble|wi-?fi|secret|confidentiel)|c[oó]digo (?:de (?:la puerta|acceso|entrada|verificaci[oó]n|seguridad)|"
    r"secreto|do portão|da porta|de acesso)|codice (?:d'accesso|di accesso|del (?:cancello|portone)|segreto|"
    r"di verifica)|"
    r"toegangscode|deurcode|pincode|portkod(?:en)?|dörrkod(?:en)?|dørkode(?:n)?|ovikoodi|kapukód|kod do (?:drzwi|bramy|"
    r"domofonu)|domofon|код (?:от )?(?:двери|домофона|подъезда)|密码|密碼|パスワード|暗証番号|비밀번호)"
)
_ANY_CODE = r"codes?|c[oó]digo|codice|kod|kode|код|koodi|kód"

_IS = (
    r"(?:\s{0,2}(?:[:=,]|->|-(?=\s)|\b(?:is|was|are|now|still|set|changed|to|be|s|it'?s|its|it|ist|lautet|es|est|é|è|"
    r"war|era|fue|était|etait|c'est|va|será|sera|will|called|again|currently|just|always|simply|reads|says|goes|as|"
    r"jest|är|er|on|это)\b|'s\b)){1,4}"
)
_OF = (
    r"(?:\s(?:for|to|of|on|at|in|from|with|auf|sur|op|på|del|della|de|du|für|vom|zum|voor|do|til|"
    r"till)(?:\s[\w'’-]{1,20}+){1,4}?|"
    r"\s\((?:[^()\n]{1,30})\))?"
)
_QUOTED = r"\s{0,3}[\"'“„(«]?(?:is\s)?"
_SECRET_IS = re.compile(
    rf"(?<![\w-])(?:my |our |the )?(?:(?P<code>{_CODE})|(?P<word>{_WATCHWORD})|(?P<any>{_ANY_CODE}))(?!\w)"
    rf"(?:{_OF}(?P<said>{_IS})|)(?:\s{{1,3}}|(?<=[:=>]))[\"'“„(«]?(?P<value>[^\s]{{2,60}})",
    re.IGNORECASE,
)
_LATER = re.compile(
    rf"(?<![\w-])(?:(?P<code>{_CODE})|(?P<word>{_WATCHWORD})|(?P<any>{_ANY_CODE}))(?!\w)[^\d.!?\n]{{1,60}}?\s[\"'“(]?"
    r"(?P<value>(?:[#*]?\d{3,10}+[#*]?(?![\w%]|[.,:/-]\d)|"
    r"(?=\D{0,30}\d)(?=[^\sa-z]{0,30}[a-z])[^\s\d]{0,30}\d\S{0,30}))",
    re.IGNORECASE,
)
"""What is said to be the code only after some more words: "they changed the code at the front, it is 7736* now"."""

_PRESSED = re.compile(
    r"\b(?:buzz|press|punch(?:\sin)?|dial|key(?:\sin)?|type(?:\sin)?|enter|hit|put(?:\sin)?|tap(?:\sin)?|input|ring|"
    r"use|"
    r"klingeln bei|tapez|marque|pulse|digita|digite)\s(?:(?:the|code|number|bell|buzzer|flat|apartment|apt)\s){0,2}"
    r"(?P<value>[#*]?(?:[a-z]{0,3}\d[\da-z]{1,8}|\d(?:[ -]\d){2,7})[#*]?)(?!\w|[.,]\d|\s?%)",
    re.IGNORECASE,
)
_AT_A_DOOR = re.compile(
    r"\b(?:intercom|key ?pad|door|gate|panel|buzzer|entry|entrance|lobby|lock|safe|alarm|bell|get in|come (?:up|in)|"
    r"let you(?:rself)? in|to open|opens|interphone|portail|puerta|t[üu]r|citofono)\b",
    re.IGNORECASE,
)
_IS_MY_CODE = re.compile(
    r"(?<![\w.,/:@-])(?P<value>[#*]?\d{3,8}[#*]?|\d(?:[ -]\d){3,7}|"
    r"(?=[^\s\d]{0,20}\d)(?=[^\sa-z]{0,20}[a-z])[^\s,;]{5,30})"
    r"\"?,?\s{1,2}(?:(?:is|was|ist|est|es|è|é|opens?|unlocks|=|-)\s|that'?s\s|as\s|for\s)(?:(?:my|the|our|your|his|"
    r"her|a|mein|meine|die|"
    r"der|mon|mi|el|il|mio|ma|what opens)\s)?(?:\w{1,15}\s){0,2}?\Z",
    re.IGNORECASE,
)
_BEFORE_CODE = 70
"""Characters before the word for a code in which the code may stand."""

_NO_SECRET = re.compile(
    r"\batc\b|\be/m\b|snomed|loinc|\bitem\b|tariff|\bfee\b|\bmbs\b|\bops\b|\bgoä|\bebm\b|\bgtin|\bean\b|discount|"
    r"promo|coupon|voucher|newsletter|\bicd|\bcpt|hcpcs|\bdrg|diagnos|billing|procedure|error|area|dress|"
    r"\bzip|"
    r"post(?:al|ce)?\b|referral|\bqr|\bbar|status|colou?r|country|dial|%|\boff\b|gift|version|fehler|page|"
    r"building reg|lot\b|batch|product|item|offer|gutschein|rabatt|descuento|remise|sconto|step|lab code|tax code",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\s{0,2}(?:mg|mcg|µg|ug|ml|cc|iu|units?|days?|weeks?|months?|years?|hours?|minutes?|mins?|people|patients?|"
    r"sessions?|"
    r"euros?|dollars?|pounds?|€|\$|£|%|km|miles?|kg|lbs?|ppm|percent|am\b|pm\b|times|o'?clock|uhr|passes|pass|gamma|"
    r"nmol|mmol|ng|mm|cm)(?![a-z])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_COUNTED_BEFORE = re.compile(
    r"\b(?:in|since|from|until|error|version|step|page|around|about|costs?|paid|pay|for|room|dial|call|code|windows|"
    r"iphone|"
    r"ios|android|over|after|before|every|covid|vitamin|level|\$|£|€)[- ]?\Z",
    re.IGNORECASE,
)
_SAID_OF_SECRETS = word_set("""
    incorrect invalid expired correct broken unknown forgotten rejected accepted refused wrong stuck case sensitive
    insensitive strong weak long short random complicated impossible easy secure unsafe compromised gone
    lost hopeless useless nowhere somewhere something anything everything out what which where how why when who
    reset resetting link page field button screen protected manager hint policy rule rules recovery requirements
    prompt option box form change changes help please thanks doesn't doesnt won't wont isn't isnt didn't didnt
    can't cant
    cannot keeps and or but if because so then again twice always never email e-mail mail sms phone
    falsch ungültig vergessen abgelaufen weg incorrecta incorrecto olvidada caducada expiré oublié perdu refusé scaduta
    dimenticata sbagliata esquecida incorreta verlopen vergeten fel fejl rules too that this there here it's its
    for to of on at in from with my the a an your our they we i you he she visible shown displayed blank empty
    required needed necessary mandatory optional older newer denied unavailable
    locked blocked unlocked blinking beeping flashing loud ringing going slow fast down up good bad free ok okay
    available working broke dead not no yes
    """)

_DIGIT = (
    r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple|null|eins|zwei|zwo|drei|vier|fünf|sechs|"
    r"sieben|acht|neun|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|un|deux|trois|quatre|cinq|sept|huit|neuf|"
    r"due|tre|quattro|cinque|sei|sette|otto|nove|hash|star|pound|\d{1,2})"
)
_SPELLED = re.compile(rf"{_DIGIT}(?:[ ,-]{{1,2}}{_DIGIT}){{2,11}}(?!\w)", re.IGNORECASE)
_MORE_DIGITS = re.compile(r"(?:[ -]\d{1,6}(?![\w/:%.]\w?)){1,5}[#*]?|[ ]?[#*](?!\w)")

CODE_WORDS = word_set("""
    buzzer intercom
    password passwords passcode passcodes passphrase pass passwd pwd pw psw mdp login log codeword code codes pin pins
    pincode otp tan cvv cvv2 cvc cvc2 cv combo combination safe keysafe lockbox box keypad pad digicode alarm wifi wi-fi
    key lock answer word words
    door gate contraseña contrasena contraseñas clave passwort passwörter passworte kennwort zugangsdaten mot mots
    parola
    senha palavra-passe wachtwoord hasło haslo lösenord lösenordet adgangskode kodeord passord salasana şifre sifre
    jelszó heslo parolă пароль κωδικός κωδικος סיסמה السر المرور türcode turcode haustürcode tür-code haustür-code
    zugangscode zugangs-pin geheimzahl geheimnummer schlüsselkasten schlüsselsafe schlüsselbox zahlencode
    memorable safeword maiden pet cryptogramme kartenprüfnummer prüfziffer prüfnummer
    bestätigungscode sicherheitscode wlan-passwort código codigo codice toegangscode deurcode portkod portkoden dörrkod
    dörrkoden dørkode dørkoden ovikoodi kapukód kod kode domofon код koodi kód
    密码 密碼 パスワード 暗証番号 비밀번호 number
    """)

_VEHICLE_WORDS = word_set("""
    car cars vehicle vehicles van truck lorry suv pickup jeep taxi motorbike motorcycle scooter moped camper caravan
    auto wagen pkw voiture coche carro macchina bil bilen auton samochód машина parked parking park tow towed towing
    clamped garage wheels ride uber cab
    fiat toyota honda ford vauxhall opel renault peugeot citroen citroën skoda škoda hyundai nissan mazda volvo mercedes
    rental rentals permit valet barrier bay anpr hatchback estate convertible minivan motor chauffeur clamp blocking
    blocked bumper
    headlights lights bonnet trailer lieferwagen furgoneta moto camión voiture bmw audi vw seat ibiza kia mini nissan
    micra clio yaris passat tiguan octavia fabia astra ranger hilux landcruiser tundra jaguar rover volkswagen
    chevy chevrolet subaru lexus tesla dacia suzuki golf polo corsa prius civic corolla dodge porsche
    """)
_PLATE_CUES = word_set("""
    plate plates numberplate licenceplate tag tags reg rego regs registration registered kenteken kentekenplaat
    kennzeichen autokennzeichen
    nummernschild autonummer matrícula matricula targa immatriculation immatriculée immatriculé plaque placa placas
    chapa plaka plakası plakam spz rendszám rendszáma rejestracja rejestracyjny rejestracyjna rejestracyjne rejestrację
    registreringsnummer registreringsskylt regnr nummerplade nummerplate nummerplaat nummerskilt rekisterinumero rekkari
    înmatriculare inmatriculare номер госномер номера номерной πινακίδα πινακίδες registarske tablice targata
    """)
_PLATE = re.compile(
    r"(?<![\w.,@/+-])(?![a-z]{1,4} )(?P<value>"
    r"[^\W\d_]{2}[ ·•-]?\d{1,2}[ ·•-]?[^\W\d_]{1,3}[ ·•-]?\d{1,4}|"
    r"\d[^\W\d_]{2}[ -]?\d[^\W\d_]{2}|[^\W\d_]{3}\d[^\W\d_]\d{2}"
    r"|\d[^\W\d_]{1,2}\d?[ -]?\d{2,4}|[^\W\d_]\d{3}[^\W\d_]{2}\d{2,3}"
    r"|[^\W\d_]{1,4}(?:[ ·•-]{1,3}(?:[^\W\d_]{1,3}[ ·•-])?|)\d{1,6}(?:[ ·•-]?[^\W\d_]{1,3}(?![^\W_]))?"
    r"(?:[ ·•-]?\d{1,3})?"
    r"|\d{1,4}[ ·•-]?[^\W\d_]{1,4}(?:[ ·•-]?\d{1,6})?(?:[ ·•-]?[^\W\d_]{1,2}(?![^\W_]))?"
    r"|[^\W\d_]\d[^\W\d_]{1,2}[ -]?\d{1,4}|\d[^\W\d_]{2}[ -]?\d{2,4}|[^\W\d_]{1,2}\d{1,2}[ ]?[^\W\d_]{2,3}[ ]?\d{0,4}"
    r")(?![\w@/%]|[.,-]\w)",
)
_IRISH = (
    r"(?:C|CE|CN|CW|D|DL|G|KE|KK|KY|L|LD|LH|LK|LM|LS|MH|MN|MO|OY|RN|SO|T|TN|TS|TY|W|WD|WH|WW|WX|"
    r"c|ce|cn|cw|d|dl|g|ke|kk|ky|lk|lm|ls|mh|mn|oy|rn|so|tn|ts|wd|wh|wx)"
)
"""The county in the middle of an Irish plate: the year before it, a number behind."""
_STRONG_PLATE = re.compile(
    r"(?<![\w.-])(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{2}(?P<s>[- ]?)\d{3}(?P=s)[A-Z]{2})(?![\w-])"
    rf"|(?<![\w./-])(?:\d{{2}}[12]?-{_IRISH}-\d{{1,6}}|(?:1[3-9]|2\d)[12](?P<t> ?){_IRISH}(?P=t)\d{{3,6}})(?![\w/%-])"
)
"""As cars carry them in Britain and Ireland, in France and Italy, and nothing else is written."""
_NO_PLATE = re.compile(
    r"(?:NCT|PMC|PMID|ISO|EN|IEC|ASTM|DIN|CAS|ISBN|ISSN|DOI|RFC|EC|EU|LOT|FDA|CFR|ICD|CPT|HCPCS|BMW|VW|KIA|SUV|GPS|MG|"
    r"MINI|ID|AMG|GLC|GLA|PM|AM|BP|HR|CRP|PSA|INR|TSH|LDL|HDL|HBA|FEV|CD|IL|SPF|RAV|EV|COVID|CO|NAD|ATP|EBV|HPV|USD|"
    r"EUR|GBP|CHF|KM|MPH|MAY|JUN|JUL|JAN|FEB|MAR|APR|AUG|SEP|OCT|NOV|DEC|LEVEL|BAY|ROW|SPACE|SPOT|FLOOR|ROOM|GATE|AT|"
    r"ON|IN|TO|"
    r"BY|OF|IV|UN|KG|ML|MCG|NZ|AUD|CAD|NR|NO|IS|THE|FOR|AND|A|I|ZONE|AGE|AGED|CALL|UP|OR|UNIT)",
    re.IGNORECASE,
)
_NEAR_CAR, _NEAR_CUE = 60, 40
"""Characters between a car, or the word for a plate, and the plate."""
_VANITY = re.compile(
    r"\s?(?:number|no\.?)?\s?(?:(?:is|says|reads)|:)?\s(?P<value>[A-Z]{4,8}(?:[ -][A-Z]{1,4})?)(?![\w-])"
)
_WORD = re.compile(r"[^\W\d_]+")


_MADE_UP = re.compile(
    r"(?<![\w./:@#$!*%&^~+=?-])(?=[^\sa-z]{0,20}[a-z])(?=[^\s\d]{0,24}\d)(?=[^\sA-Z]{0,24}[A-Z])"
    r"(?P<value>[A-Za-z0-9][A-Za-z0-9_!#$%&*^~+=?.-]{6,39})(?=[\s,;:)\"']|\Z)"
)
"""Small and capital letters, digits, and often a sign: nobody writes so but for a lock."""
_WITHIN_A_SECRET = re.compile(r"\w[_!#$%&*^~=?]|[!$%&*]\Z")
_LOCKED = word_set("""
    portal login log logged sign app website site account accounts locked lock wifi wi-fi wlan tablet laptop unlock
    password pass access caps keyboard rejects rejected accepts typed typing enter entered konto zugang compte cuenta
    fails refused wont website entrar acceder connexion inloggen inlog
    """)
_FILE = re.compile(
    r"\.(?:jpe?g|png|pdf|docx?|heic|mp4|mov|xlsx?|txt|zip|dcm)\Z|\A(?:IMG|DSC|Screenshot|VID)", re.IGNORECASE
)
_OF_A_CHEMIST = re.compile(
    r"(?:[A-Z][a-z]?\d{0,3}){1,6}|[A-Za-z]{0,20}\d{1,6}(?:mg|ml|mcg|kg|iu|am|pm)|v?\d{1,4}(?:\.\d{1,4}){1,4}\w{0,8}|"
    r"\d{1,5}(?:x|h|mm)\w{0,9}|H2O2\w{0,20}"
)


def _made_up(text: str, said: Set[str]) -> Iterator[Span]:
    """What looks like a password wherever it stands, and what may be one near a thing that is opened by it."""
    locked = not said.isdisjoint(_LOCKED)
    for found in _MADE_UP.finditer(text):
        value = found["value"].rstrip(_END)
        signed = _WITHIN_A_SECRET.search(found["value"]) is not None and len(value) >= 8
        if (signed or (locked and value[0].isalpha() and not value.isalpha() and len(value) >= 8)) and not (
            _FILE.search(value) or _OF_A_CHEMIST.fullmatch(value) or re.match(r"(?i)covid|iphone|ipad|windows", value)
        ):
            yield Span(found.start("value"), found.start("value") + len(value), PASSWORD)


def codes_of(text: str, said: Set[str]) -> Iterator[Span]:
    """All of them in a plain text; `said` are its words in small letters."""
    if not said.isdisjoint(CODE_WORDS):
        yield from _secrets(text)
    if not any(map(str.isdigit, text)) and said.isdisjoint(_PLATE_CUES):
        return
    yield from _made_up(text, said)
    if not said.isdisjoint(("wifi", "wi-fi", "wlan", "network", "ssid", "hotspot", "router")):
        for found in _NETWORK.finditer(text):
            if re.search(r"_|\d\D*\d", found["value"]) and not _MADE_OF_WORDS.fullmatch(found["value"]):
                yield Span(found.start("value"), found.end("value"), PASSWORD)
    if "#" in text or "*" in text:
        for found in _HASHED.finditer(text):
            if _AT_A_DOOR.search(text, max(found.start() - 40, 0), found.end() + 40):
                yield Span(found.start(), found.end(), PASSWORD)
    if not said.isdisjoint(("with", "using", "via", "mit", "avec", "con")):
        for found in _OPENED_WITH.finditer(text):
            near = _AT_A_DOOR.search(text, max(found.start() - 50, 0), found.start())
            if near and not _MEASURED.match(text, found.end()) and not _YEAR.fullmatch(found["value"]):
                yield Span(found.start("value"), found.end("value"), PASSWORD)
    if not said.isdisjoint(_DOOR_WORDS):
        for found in _PRESSED.finditer(text):
            around = text[max(found.start() - 60, 0) : found.end() + 60]
            if _AT_A_DOOR.search(around) and not _MEASURED.match(text, found.end()):
                yield Span(found.start("value"), found.end("value"), PASSWORD)
    yield from _plates(text, said)


_NETWORK = re.compile(
    r"\b(?:wi-?fi|wlan|network|ssid|hotspot|router)\b[^.!?\n]{1,60}?\s[\"'“(]?(?P<value>(?=[A-Za-z-]{0,20}[_\d])"
    r"[A-Za-z][\w!$%&*-]{6,30})(?!\w)",
    re.IGNORECASE,
)
"""The name or the key of a network, where one speaks of it: a word with digits or a line below it."""

_MADE_OF_WORDS = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*|(?i:iphone|ipad|windows|android|galaxy|covid)[\w-]*")

_OPENED_WITH = re.compile(
    r"\b(?:with|using|via|mit|avec|con)\s(?P<value>[#*]?\d{4,8}[#*]?)(?![\w%]|[.,:/-]\d)", re.IGNORECASE
)
_HASHED = re.compile(r"(?<![\w.#*])\d{3,8}[#*](?![\w#*])")
_DOOR_WORDS = word_set(
    "buzz press punch dial key type enter hit put tap input ring use klingeln tapez marque pulse digita digite"
)


def _secrets(text: str) -> Iterator[Span]:
    for found in _SECRET_IS.finditer(text):
        span = _secret(text, found)
        if span is not None:
            yield span
    for found in _LATER.finditer(text):
        if _is_a_late_code(text, found):
            yield Span(found.start("value"), found.start("value") + len(found["value"].rstrip(_END)), PASSWORD)
    for word in _CODE_HERE.finditer(text):
        before = _IS_MY_CODE.search(text, max(word.start() - _BEFORE_CODE, 0), word.start())
        if before is not None and not _no_secret(text, before.start(), word.end()):
            yield Span(before.start("value"), before.end("value"), PASSWORD)


_CODE_HERE = re.compile(rf"(?<![\w-])(?:{_CODE}|{_WATCHWORD}|{_ANY_CODE}|gate|door)(?!\w)", re.IGNORECASE)


def _no_secret(text: str, start: int, end: int) -> bool:
    """Whether a code is one for a price, an illness, a fault or a town."""
    return _NO_SECRET.search(text, max(start - 25, 0), end + 12) is not None


def _secret(text: str, found: re.Match[str]) -> Span | None:
    start = found.start("value")
    value = found["value"].rstrip(_END)
    told = found["said"] is not None
    if (
        not value
        or value.startswith(("\0", "["))
        or re.match(r"\d+er-", value)
        or (found["any"] and _no_secret(text, found.start(), start))
    ):
        return None
    spelled = _SPELLED.match(text, start)
    if spelled is not None:
        return Span(start, spelled.end(), PASSWORD)
    digits = sum(map(str.isdigit, value))
    end = start + len(value)
    if value.strip("#*").isdigit() or (digits and re.fullmatch(r"[\d#*-]+", value)):
        more = _MORE_DIGITS.match(text, end)
        end = more.end() if more else end
        digits += sum(map(str.isdigit, more[0])) if more else 0
        certain = told or (found["code"] is not None and re.search(r"[ck][oó]d|pin", found["code"], re.IGNORECASE))
        year = not certain and _YEAR.fullmatch(value) is not None
        return Span(start, end, PASSWORD) if digits >= 3 and not year and not _MEASURED.match(text, end) else None
    lower = value.lower()
    if found["any"] and re.fullmatch(r"[a-v]\d{4}|[a-z]\d{2}(?:\.\d{1,2})?|e\d{1,3}", lower):
        return None  # a bill's, an illness's, a machine's
    if digits:
        measured = re.fullmatch(r"\d+(?:mg|ml|mcg|g|%|am|pm|x|h|th|st|nd|rd|€|\$)|[$€£]\d.*|\d[\d.,:/]*\d", lower)
        plain_code = not found["any"] or told or digits >= 2
        return Span(start, end, PASSWORD) if not measured and len(value) >= 3 and plain_code else None
    if found["word"] is None:
        return None
    if re.search(r"[!#$%&*_@^~+=]|\w[.-]\w", value) and len(value) > 4:
        return Span(start, end, PASSWORD)
    if (
        not told
        or found["word"].lower() in ("pass", "clave", "parola")
        or lower in COMMON
        or lower in _SAID_OF_SECRETS
        or lower.endswith(("ing", "ed"))
        or len(lower) < 4
    ):
        return None
    if "phrase" in found["word"].lower():
        phrase = _PHRASE.match(text, start)
        end = phrase.end() if phrase else end
    return Span(start, end, PASSWORD)


_PHRASE = re.compile(r"[\w'-]{2,20}+(?: [\w'-]{2,20}+){0,5}")


_CODE_OR_PIN = re.compile(r"[ck]od|pin|combo", re.IGNORECASE)


def _is_a_late_code(text: str, found: re.Match[str]) -> bool:
    value = found["value"].rstrip(_END)
    before = text[found.start() : found.start("value")]
    if (
        "\0" in found[0]
        or _no_secret(text, found.start(), found.start("value"))
        or _MEASURED.match(text, found.end("value"))
        or _COUNTED_BEFORE.search(before)
        or value.startswith(("[", "http", "$", "€", "£"))
    ):
        return False
    if value.strip("#*").isdigit():
        sure = re.search(r"\b(?:is|its|it's|to|now|was|:|=)\W{0,3}\Z", before, re.IGNORECASE) is not None
        direct = found["code"] is not None and len(before) < 36 and _CODE_OR_PIN.search(found["code"]) is not None
        return len(value) >= 3 and (sure or direct or "#" in value or "*" in value) and not _YEAR.fullmatch(value)
    sure = re.search(r"\b(?:is|its|it's|to|was|as)\W{0,3}\Z|[:=]\s?\Z", before, re.IGNORECASE) is not None
    return (
        found["any"] is None
        and sure
        and len(value) >= 5
        and re.fullmatch(r"[\d.,:/%-]*|\d+(?:st|nd|rd|th|mg|ml|am|pm|h|x)", value.lower()) is None
    )


_GROUP = r"(?:[A-Z]{1,4}|\d{1,6}|[A-Z]{1,4}\d{1,5}[A-Z]{0,3}|\d{1,5}[A-Z]{1,4}\d{0,4})"
_CAPITAL_PLATE = re.compile(rf"(?<![\w./+-]){_GROUP}(?:[ ·•-]{_GROUP}){{0,3}}(?![\w/@%]|[.,-]\w)")
"""Up to four groups of capital letters and digits, as states, emirates and provinces put them on a car."""


def _in_capitals(text: str, ends: Sequence[int], *, least: int) -> Iterator[Span]:
    """Groups of capitals and digits, at least so many, right behind a word for the plate, the car, or where one
    parks."""
    at = 0
    for found in _CAPITAL_PLATE.finditer(text) if ends else ():
        while at < len(ends) - 1 and ends[at + 1] <= found.start():
            at += 1
        value = found[0]
        letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
        words = _WORD.findall(value)
        if (
            0 <= found.start() - ends[at] <= _NEAR_CUE
            and letters
            and digits
            and least <= letters + digits <= 9
            and letters <= 5
            and (least < 5 or (letters > 1 and digits > 1))
            and not re.fullmatch(r"[A-Z]\d{1,2}(?:[ -][A-Z]\d{1,2})*", value)
            and not any(len(word) > 1 and (_NO_PLATE.fullmatch(word) or word.lower() in COMMON) for word in words)
            and not (
                words[0] in ("A", "I")
                and value[0] in "AI"
                and not text[max(found.start() - 4, 0) : found.start()].rstrip()[-1:].isalpha()
            )
            and not _MEASURED.match(text, found.end())
        ):
            yield Span(found.start(), found.end(), PLATE)


_PARKED = word_set("permit barrier valet bay anpr")
"""Where the plate of a car is asked for."""


def _plates(text: str, said: Set[str]) -> Iterator[Span]:
    cued, vehicle = not said.isdisjoint(_PLATE_CUES), not said.isdisjoint(_VEHICLE_WORDS)
    shouted = text.isupper()
    if not shouted:
        for found in _STRONG_PLATE.finditer(text):
            if not _NO_PLATE.match(found[0][:2] + "\0") and not _everyday(found[0]):
                yield Span(found.start(), found.end(), PLATE)
    if not (cued or vehicle):
        return
    places = [
        (word.start(), word.end(), word[0].lower() in _PLATE_CUES)
        for word in _WORD.finditer(text)
        if word[0].lower() in _PLATE_CUES or word[0].lower() in _VEHICLE_WORDS
    ]
    at = 0
    for found in _PLATE.finditer(text):
        while at < len(places) and places[at][1] < found.start() - _NEAR_CAR:
            at += 1
        near = [place for place in places[at : at + 8] if place[0] <= found.end() + _NEAR_CAR]
        called = any(
            -_NEAR_CUE <= found.start() - end <= _NEAR_CUE or -_NEAR_CUE <= found.end() - start <= 0
            for start, end, cue in near
            if cue
        )
        if (
            near
            and _is_a_plate(found["value"], called=called, shouted=shouted)
            and not _MEASURED.match(text, found.end())
        ):
            yield Span(found.start(), found.end(), PLATE)
    if not shouted:
        yield from _in_capitals(text, [place[1] for place in places], least=5)
        asked = [end for start, end, cue in places if cue or text[start:end].lower() in _PARKED]
        yield from _in_capitals(text, asked, least=4)
        for start, end, cue in places:
            vanity = _VANITY.match(text, end) if cue and text[start:end].lower().startswith(_PLATES_OWN) else None
            if vanity is not None and not _everyday(vanity["value"]):
                yield Span(vanity.start("value"), vanity.end("value"), PLATE)


_PLATES_OWN = ("plate", "tag", "reg", "number", "nummer", "kenn", "targa", "placa", "matr", "plaque")


def _everyday(value: str) -> bool:
    return any(len(word) > 1 and word.lower() in COMMON for word in _WORD.findall(value))


def _is_a_plate(value: str, *, called: bool, shouted: bool) -> bool:
    """Whether letters and digits are a car's: near the word for it in any case, near a car in capital letters only."""
    letters = "".join(filter(str.isalpha, value))
    digits = sum(map(str.isdigit, value))
    groups = re.split(r"[ ·•-]+", value)
    if all(re.fullmatch(r"[A-Za-z]\d{1,2}", group) for group in groups):
        return False  # vertebrae, vitamins
    if len(letters) + digits < (4 if called else 5) or len(letters) + digits > 10 or digits < 1 or _YEAR.search(value):
        return False
    for group in groups:
        alone = group.isalpha()
        if alone and (
            _NO_PLATE.fullmatch(group) or (len(group) > 1 and group.lower() in COMMON and not group.isupper())
        ):
            return False
        if _MEASURED.match(group.lstrip("0123456789")) and group.lower() == group and not alone:
            return False
        if alone and _MEASURED.fullmatch(group) and group.islower():
            return False
    if letters.isupper() and not shouted:
        first = value[: next((place for place, sign in enumerate(value) if not sign.isalpha()), len(value))]
        return (called or len(letters) >= 2) and not (first and _NO_PLATE.fullmatch(first))
    mixed = any(not group.isalpha() and not group.isdigit() for group in groups) or "-" in value
    return called and len(letters) >= 2 and digits >= 2 and (mixed or len(groups) >= 2)
