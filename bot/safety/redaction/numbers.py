"""Numbers that lead to somebody: telephones, cards, accounts,
identity, insurance and record numbers, plates, places on the map.

A reviewer needs doses, years, prices, blood values and the numbers of papers and laws, so a row of digits is judged by
its shape, by its check digits, and by the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from bot.safety.redaction.spans import PAPER_ON_THE_NET, Span, Word
from bot.safety.redaction.words import COMMON, word_set

NUMBER, PLACE = "[number]", "[location]"

_REGIONS = (
    *(
        "US",
        "GB",
        "DE",
        "FR",
        "ES",
        "IT",
        "NL",
        "BE",
        "CH",
        "AT",
        "PL",
        "PT",
        "SE",
        "NO",
        "DK",
        "FI",
        "IE",
        "AU",
        "NZ",
        "IN",
        "BR",
        "MX",
        "AR",
        "CL",
    ),
    *(
        "CO",
        "PE",
        "ZA",
        "NG",
        "KE",
        "EG",
        "MA",
        "TR",
        "GR",
        "CZ",
        "HU",
        "RO",
        "UA",
        "RU",
        "IL",
        "AE",
        "SA",
        "PK",
        "PH",
        "MY",
        "SG",
        "HK",
        "JP",
        "KR",
        "CN",
    ),
)
"""Countries whose way of writing a telephone number is known, besides every number that begins with a plus."""

_DATE = (
    r"(?:(?:19|20)\d\d[./-][01]?\d[./-][0-3]?\d|[0-3]?\d[./-][0-3]?\d[./-](?:19|"
    r"20)\d\d)(?:[T ]{1,2}\d{1,2}:\d\d(?::\d\d)?)?(?![().-]?\d)"
)
_REGISTERS = (
    r"NCT|PMID|PMC|ISRCTN|ACTRN|PACTR|CTRI|ChiCTR|DRKS|JPRN|UMIN|jRCTs?|KCT|IRCT|SLCTR|TCTR|RBR|NTR|EUCTR|EudraCT|CRD|"
    r"PROSPERO|PubMed|arXiv|DOI|ISBN|ISSN|Cochrane(?:\sCD)?|ISO|EN|IEC|ASTM|DIN|NPN|RFC|CAS|UNII|UN|EC|EU|MDR|SOR|"
    r"LOINC|"
    r"SNOMED|ATC|ICD-?1[01]|CPT|HCPCS|MBS|PBS|ARTG|AUST\s?[LR]|TGA|FDA|NAFDAC|HPRA|MHRA|SAHPRA|EMA|PZN|NDC|UDI|GTIN|"
    r"EAN|"
    r"SKU|Directive|Regulation|(?<!you )(?<!your )(?<!that )(?<!whole )(?<!a )lot|batch|part|model|catalog(?:ue)?|"
    r"item|product|trial|study|protocol|registry|device|"
    r"serial|machine|generator|AMM|Anvisa|GB(?:/?T)?|YY(?:/?T)?|Vnr|varenr|RVG|CIP|COFEPRIS|INVIMA|ANMAT|AIC|Swissmedic"
)
"""Registers of studies, papers, standards, medicines and devices, whose numbers a reviewer needs."""
_OF_A_REGISTER = re.compile(
    rf"(?<![^\W_])(?:{_REGISTERS}|510\(k\))(?![^\W\d_])(?:\s?(?:510\(k\)|CPR|licen[cs]e|registration|reg|approval|"
    rf"no\.?|nos\.?|nr\.?|numbers?|id|"
    rf"registry|"
    r"is|called|[:#./-])){0,3}\s?(?:[A-Z]{1,4}[-/ ]?)?(?:\d{1,6}[/-]){0,3}\Z",
    re.IGNORECASE,
)
_STAYS = re.compile(
    rf"(?<![\w+])(?:{_DATE}|10\.\d{{4,9}}/\S{{1,80}}|\d{{1,2}}\s?CFR\s?(?:parts?\s?|§\s?)?\d+(?:\.\d+)*+|"
    rf"\d{{1,2}}:\d\d(?::\d\d)?(?:\s?-\s?\d{{1,2}}:\d\d)?"
    r"|(?:ISO|EN|IEC|ASTM|DIN|NCT|PMID|PMC|ISRCTN|ISBN|ISSN|CAS|DOI|RFC|EC|EU|EudraCT|PubMed|Directive|"
    r"Regulation|arXiv|ICD-10|lot|batch)(?:\s?(?:no\.?|nr\.?|number|id|registry|:|"
    r"#)){0,2}\s?-?[\d.:/-]{3,40}"
    rf"|{PAPER_ON_THE_NET}"
    r"|[$€£¥₹]\s?\d[\d.,' ]{0,20}\d"
    r"|\d{1,4}\.\d{1,3}(?:(?:[,;]?\s|\s?[(\[]\s?|\s?[-–]\s?|\sto\s)\d{1,4}\.\d{1,3}){1,}+(?![\d.]))",
    re.IGNORECASE,
)
"""What is never somebody's number, however many digits it has."""

_RUN = re.compile(r"(?<![\w.])(?<!\d[,/])\+?\(?\d(?:(?:[ ().*_·•~|…\u20e3-]{1,3}|,(?! )|)\d){5,}+(?!\w)|\d{7,}+")
_EXTENSION = re.compile(
    r"[ ,]{0,2}(?:ext\.?|extension|x|durchwahl|poste|int\.?|anexo|#)[ .:]{0,2}\d{1,6}\b", re.IGNORECASE
)
_GROUPS = re.compile(r"\d+")
_UNITS = re.compile(
    r"\s{0,2}(?:-\s?)?(?:mg|mcg|µg|μg|ug|g|ml|l|cc|i\.?u\.?|units?|ppm|ppb|gamma|gammas|micro\w*|milli\w*|"
    r"%|percent|mmhg|bpm|cm|mm|m|kg|lbs?|people|patients?|persons?|cells?|copies|times|days?|weeks?|"
    r"months?|"
    r"years?|hours?|mins?|minutes?|sessions?|dollars?|bucks|euros?|pounds|usd|eur|gbp|chf|zł|pln|rupees|"
    r"pesos|per|/|µ|°|degrees?|kcal|steps|inhabitants|participants|treatments|women|men|children|visitors|"
    r"doses?|"
    r"passes|pass|mmol|studies|cases|deaths|platelets|€|\$|£)(?![a-z])",
    re.IGNORECASE,
)
_ABOUT_A_DOSE = re.compile(
    r"\b(?:doses?|dosage|mcg|µg|ug|mg|ml|gamma|concentrations?|levels?|from|between|pressure|bp|values?|"
    r"readings?|glucose|sugar|pulse|psa|crp|ferritin|platelets?|count|wbc|years?|in|since)\W{0,3}(?:of|"
    r"was|is|were|are|went|like|goes)?\W{0,3}\Z",
    re.IGNORECASE,
)
_PHONE_CUE = re.compile(
    r"\b(?:phones?|telephones?|tel|tele|mobile|cell|cellphone|handy|whats ?app|viber|signal|telegram|"
    r"texts?|sms|ring|call|calls|calling|called|reach|reached|contact|fax|dial|landline|line|number|"
    r"numbers|no|nr|num|ph|mob|"
    r"m[oó]vil|tel[eé]fono|celular|n[uú]mero|num[eé]ro|portable|t[eé]l[eé]phone|handynummer|telefon|"
    r"telefonnummer|rufnummer|nummer|cellulare|telefone|numer|номер|телефон|tlf|tlph|puh|hp|cel|fono|fone|"
    r"gsm|natel|llame|llamar|appelez|anrufen|ruf)\b\.?[^.!?\n]{0,24}\Z",
    re.IGNORECASE,
)
_CRISIS = frozenset(
    {
        "116123",
        "116117",
        "116111",
        "116000",
        "116006",
        "131114",
        "741741",
        "686868",
        "838255",
        "999999",
        "18002221222",
        "8002221222",
        "18002738255",
        "08001111",
        "131126",
        "1300224636",
    }
)

_HELPLINE = re.compile(
    r"\b(?:poison (?:control|cent(?:er|re)|line|info\w*)|samaritans|lifeline|life line|crisis (?:line|text)|"
    r"help ?lines?|"
    r"suicide \w{4,10}|emergency (?:line|number)|nhs 111|telefonseelsorge|giftnotruf|sos amitié|"
    r"kids ?help)\b[^.!?\n]{0,25}\Z",
    re.IGNORECASE,
)
"""What everybody may ring."""

_ID_NAMES = (
    "mrn|medical record|record|patient|chart|file|hospital|clinic|case|member|membership|subscriber|"
    "group|policy|insurance|insurer|health card|health insurance|medicare|medicaid|ohip|msp|nhs|chi|"
    "ssn|social security|social|sin|social insurance|national insurance|ni|nino|passport|"
    "driver's license|drivers license|driver license|driver's licence|drivers licence|driving licence|"
    "driving license|"
    "license|licence|id|identity|identity card|id card|national id|tax|tax id|tin|itin|ein|account|acct|"
    "iban|swift|bic|sort code|routing|card|credit card|debit card|visa|mastercard|amex|booking|reference|"
    "ref|"
    "confirmation|invoice|claim|order|customer|client|student|employee|staff|badge|dni|nie|nif|cif|curp|"
    "rfc|rut|cpf|rg|cnpj|cedula|cédula|pesel|bsn|personnummer|cpr|codice fiscale|tessera|nir|"
    "numéro de sécurité sociale|sécurité sociale|sécu|securite sociale|carte vitale|versichertennummer|"
    "versicherungsnummer|sozialversicherungsnummer|krankenkasse|steuer-id|steuernummer|ausweis|"
    "personalausweis|"
    "reisepass|patientennummer|aktenzeichen|historia clínica|historia clinica|tarjeta sanitaria|póliza|"
    "poliza|seguridad social|aadhaar|aadhar|pan|emirates id|hkid|nric|tfn|ihi|dva|carte d'identité|"
    "passeport|"
    "pasaporte|passaporto|reisepassnummer|npi|dea|sample|specimen|accession|vin|imei|"
    "license plate|licence plate|number plate|plate|plates|registration|reg|car reg|car|kennzeichen|"
    "matrícula|matricula|"
    "immatriculation|targa|vehicle|"
    "dossier|num[ée]ro de dossier|expediente|fascicolo|cartella|akte|fallnummer|journalnummer|journal|ticket|"
    "voucher|request|complaint|"
    "soc sec|ss|pps|ppsn|ahv|avs|ahv-nummer|svnr|sv-nummer|versicherungsnr|rentenversicherungsnummer|rvnr|"
    "fødselsnummer|fodselsnummer|henkilötunnus|hetu|rodné číslo|rodne cislo|rč|taj|cnp|egn|егн|jmbg|oib|amka|afm|"
    "tc kimlik|tc kimlik no|kimlik no|snils|снилс|inn|инн|cuil|cuit|run|rut|niss|insz|rijksregisternummer|"
    "numero national|numéro national|registre national|ird|nhi|ramq|inami|kennitala|isikukood|asmens kodas|"
    "teudat zehut|"
    "iqama|nik|ktp|nin|bvn|cnic|nic|mynumber|sss|philhealth|umid|voter id|epic|ration card|abha|uan|"
    "nss|imss|curp|ine|cc|tarjeta de identidad|bi|cartão de cidadão|cartao de cidadao|niss|sns|utente|sus|"
    "krankenversicherungsnummer|kvnr|gesundheitskarte|european health card|ehic|ghic|green card|visa number|"
    "resident permit|"
    "collar|warrant|shoulder|force|service|payroll|clock|regimental|army|pran|gstin?|ckyc|"
    "paszport|dowód|dowod|nip|ufi|national identity|social insurance number|numer pesel|burgerservicenummer"
)
_ID_CUE = re.compile(
    rf"\b(?P<name>{_ID_NAMES})"
    r"(?:\s?(?:number|numbers|num|no\.?|nr\.?|nummer|número|numero|numéro|n°|nº|#|id|code|card|plate|"
    r"plates|record|registration)){0,2}"
    r"(?P<said>\s{0,2}(?:is|was|ist|es|est|é|è|:|=|#|-|are|reads)\s?(?:[:#]\s?)?|\s)"
    r"(?P<value>(?:[a-z]{1,3}[ /-]|[a-z]{1,6}(?=\d)){0,2}\d[a-z0-9]*+(?:[ ./-](?:[a-z]{0,3}\d[a-z0-9]*+|"
    r"(?<=[-/])[a-z]{1,3}\b)){0,7}+)",
    re.IGNORECASE,
)
_DOUBTFUL_IDS = word_set("""
    record patient chart file hospital clinic case member membership group policy insurance insurer social id
    tax license licence account card visa booking reference ref confirmation invoice claim order customer client
    student employee staff badge pan sample specimen device car reg registration vehicle routing identity sin
    nie serial chi ni rg nir dea plate plates medicare medicaid subscriber dossier expediente fascicolo cartella akte
    journal ticket appointment voucher request complaint run inn nik nin nic ine cc bi sus epic nip sss taj
    shoulder force service payroll clock regimental army gst
    """)
"""Words that stand before other numbers as well: theirs are longer, or called a number."""
_PLATES = frozenset(
    [
        "license plate",
        "licence plate",
        "number plate",
        "kennzeichen",
        "matrícula",
        "matricula",
        "immatriculation",
        "targa",
        "plate",
        "registration",
        "reg",
        "car reg",
    ]
)
_OF_LAWS_TOO = frozenset(["reg", "registration"])
"""What stands before a car's plate and before the paragraph of a regulation, which has no letters: "reg 12"."""
_ID_WORDS = frozenset(name.split()[0].split("-")[0] for name in re.sub(r"\[\w+\]", "é", _ID_NAMES).split("|"))
_NOT_AN_ID = re.compile(
    r"\s{0,2}(?:%|percent|am\b|pm\b|mg|ml|mcg|days?|weeks?|months?|years?|hours?|minutes?|mins?|people|"
    r"times|sessions?|o'?clock|euros?|dollars|pounds|kg|cm|ago|passes|pass|patients?)\b",
    re.IGNORECASE,
)

_FORMS = re.compile(
    r"(?<![\w-])(?:"
    r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?"  # IBAN
    r"|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"  # national insurance
    r"|[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]"  # codice fiscale
    # NIE, DNI, KVNR, CURP
    r"|[XYZ]-?\d{7}-?[A-Z]|\d{8}-?[A-HJ-NP-TV-Z]|[A-Z]\d{9}|[A-Z]{4}\d{6}[A-Z0-9]{8}"
    # India's PAN, TAN and driving licence
    r"|[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]|[A-Z]{4}\d{5}[A-Z]|[A-Z]{2}-?\d{2} ?(?:19|20)\d{9}"
    r"|"
    # Medicare
    r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}"
    # a vehicle's, and whatever else is as long
    r"|(?=(?:[A-Z]*\d){5})(?=\d*[A-Z])[A-Z\d]{13,30}"
    r"|[A-Z]{1,4}-?\d{6,12}[A-Z]?|\d{2,3}[A-Z]{1,2}\d{4,8}"
    r")(?![\w-])"
)
_PAPERS = re.compile(
    r"(?:NCT|PMC|PMID|ISO|EN|IEC|ASTM|DIN|ISRCTN|CAS|ISBN|ISSN|DOI|RFC|EC|EU|LOT|CRD|ACTRN|ARTG|MDR)\b|(?:NCT|PMC|"
    r"ISRCTN|CRD|ACTRN|PACTR|CTRI|ChiCTR|DRKS|JPRN|UMIN|jRCTs?|KCT|IRCT|SLCTR|TCTR|RBR|NTR|CD(?=00|01))[\d/-]",
    re.IGNORECASE,
)

_COORDINATES = re.compile(
    r"(?<![\w.])(?:[-+]?\d{1,3}\.\d{3,}+°?\s?[NSns]?\s{0,2}[,;/ ]\s{0,2}(?:(?:lon|lng|"
    r"long)\w{0,6}\W{0,3})?[-+]?\d{1,3}\.\d{3,}+°?(?:\s?[EWew]\b)?"
    r"|\d{1,3}\s?°\s?\d{1,2}(?:\.\d+)?\s?['′’](?:\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″”]|"
    r"''))?\s?[NSEWO](?:\W{1,4}\d{1,3}\s?°\s?\d{1,2}(?:\.\d+)?\s?['′’](?:\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″”]|"
    r"''))?\s?[NSEWO])?"
    r"|\d{1,2}\.\d{2,}+\s?°?\s?[NS]\W{1,3}\d{1,3}\.\d{2,}+\s?°?\s?[EWO]\b)"
)
_HEMISPHERES = re.compile(
    r"(?<!\w)[NS]\s?\d{1,2}(?:[°\s]\s?\d{1,2}(?:\.\d+)?['′’]?|\.\d{2,}°?)(?:\s\d{1,2}(?:\.\d+)?[\"″]?)?[\s,;/]{1,3}"
    r"[EWO]\s?\d{1,3}(?:[°\s]\s?\d{1,2}(?:\.\d+)?['′’]?|\.\d{2,}°?)(?:\s\d{1,2}(?:\.\d+)?[\"″]?)?(?!\w)"
    r"|(?<![\w.])\d{1,2}\s\d{1,2}(?:\.\d+)?\s?[NS][\s,;/]{1,3}\d{1,3}\s\d{1,2}(?:\.\d+)?\s?[EWO](?!\w)"
)
"""Degrees and minutes behind the letter of the hemisphere, as a receiver shows them."""
_LATITUDE = re.compile(
    r"\blat(?:itude)?\W{0,3}-?\d{1,2}\.\d+\W{1,4}(?:and\s)?lon(?:g|gitude)?\W{0,3}-?\d{1,3}\.\d+", re.IGNORECASE
)
_THREE_WORDS = re.compile(r"///\w{2,20}\.\w{2,20}\.\w{2,20}")
_PLUS_CODE = re.compile(r"(?<!\w)[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}(?!\w)")

_DIGIT_WORDS = word_set("""
    zero oh o one two three four five six seven eight nine double triple treble nought null eins zwei zwo drei nul
    een twee drie vijf zes zeven negen noll ett två tre fyra fem sju åtta nio fire syv otte nolla yksi kaksi kolme
    neljä viisi kuusi seitsemän kahdeksan yhdeksän jeden dwa trzy cztery pięć sześć siedem osiem dziewięć jedna dva
    tři čtyři pět šest sedm osm devět sıfır bir iki üç dört beş altı yedi sekiz dokuz ноль один два три четыре пять
    шесть семь восемь девять duas sifuri moja mbili tatu nne tano sita saba nane tisa teen paanch chhe saat aath
    nau shunya dalawa tatlo apat lima anim pito walo siyam nol satu dua tiga empat enam tujuh delapan sembilan
    kosong lapan vier fünf funf sechs sieben acht neun cero uno dos tres cuatro cinco seis siete ocho nueve un deux
    trois quatre cinq sept huit neuf due quattro cinque sei sette otto nove dois três quatro sete oito plus
    """)
_SPOKEN_AT_LEAST = 7

_SIGN_SAID = r"(?:dot|dash|hyphen|space|punkt|punto|tiret|strich|slash)"
_SIGNS_SAID = re.compile(
    rf"(?<![\w.])\+?\d{{2,6}}(?:,?\s{_SIGN_SAID}\s\d{{1,6}}){{1,7}}(?!\w|[.,]\d)",
    re.IGNORECASE,
)
"""Groups of digits with the names of signs between them: "085 dot 091 dot 2277"."""
_BETWEEN_DIGITS = re.compile(rf"[\s,.;-]{{1,3}}(?:(?:{_SIGN_SAID}|um|uh|er|erm)[\s,]{{1,2}})?", re.IGNORECASE)
"""What people say between the digits of a number."""


def numbers_of(text: str, words: Sequence[Word], said: Set[str]) -> Iterator[Span]:
    """All of them in a plain text, of which web addresses and the like are already taken out."""
    for span in _all_numbers(text, words, said):
        before = text[max(span.start - 40, 0) : span.start]
        if span.label == PLACE or not (_OF_A_REGISTER.search(before) or _PAPERS.match(text, span.start, span.end)):
            yield span


def _all_numbers(text: str, words: Sequence[Word], said: Set[str]) -> Iterator[Span]:
    if sum(word.lower in _DIGIT_WORDS for word in words) >= 3:
        yield from _spoken(text, words)
    for said_so in _SIGNS_SAID.finditer(text):
        if sum(map(str.isdigit, said_so[0])) >= _SPOKEN_AT_LEAST:
            yield Span(said_so.start(), said_so.end(), NUMBER)
    if _PLUS_OR_SLASHES.search(text):
        yield from (
            Span(found.start(), found.end(), PLACE)
            for kind in (_THREE_WORDS, _PLUS_CODE)
            for found in kind.finditer(text)
        )
    digits = sum(map(str.isdigit, text))
    if digits < 2:
        return
    if digits >= 6 and ("." in text or "°" in text or _HEMISPHERES.search(text)):
        places = [
            Span(found.start(), found.end(), PLACE)
            for kind in (_COORDINATES, _LATITUDE, _HEMISPHERES)
            for found in kind.finditer(text)
        ]
        yield from places
        for place in places:
            text = text[: place.start] + "\0" * (place.end - place.start) + text[place.end :]
    if not said.isdisjoint(_ID_WORDS):
        yield from _with_a_cue(text)
    yield from _called_a_number(text)
    if not said.isdisjoint(_PAPER_WORDS):
        yield from _near_a_paper(text)
    for found in _LAST_FOUR.finditer(text):
        group = found.lastgroup or "value"
        of_a_number = group != "value" or _OF_A_NUMBER.search(found[0]) is not None
        if of_a_number and not _UNITS.match(text, found.end(group)) and not _is_a_date(found[group]):
            yield Span(found.start(group), found.end(group), NUMBER)
    if digits >= _LEAST_OF_A_FORM:
        yield from (
            Span(found.start(), found.end(), NUMBER)
            for found in _FORMS.finditer(_without_what_stays(text).upper())
            if _is_a_form(text, found)
        )
    if digits >= 6:
        yield from _runs(text)


_LEAST_OF_A_FORM = 4
"""Digits of the shortest form, India's PAN: more letters than digits."""

_LAST_FOUR = re.compile(
    r"\b(?:last|first)\s(?:four|4|five|5|three|3|six|6|two|2|digits|numbers|bit|"
    r"part)\b[^\d.!?\n]{0,40}?\s(?P<value>\d[\d -]{0,8}\d)(?![\w%:/]|[.,]\d)"
    r"|\b(?:ssn|social|card|visa|mastercard|account|iban|phone|number|passport)\s(?:number\s)?(?:that\s)?(?:ends?|"
    r"ending|starts?|starting|finish\w*)\s"
    r"(?:in|with|on)?\s?(?P<end>\d{2,6})(?!\w)"
    r"|\b(?:the\srest|second\s(?:half|bit|part)|other\shalf)\s(?:is|are|:|=|"
    r"being)\s(?P<rest>\d[\d -]{1,10}\d)(?![\w%.,:/]|\s?(?:mg|ml|min|days|weeks|euro|pass))",
    re.IGNORECASE,
)
"""A part of a number: "last four of social 8830"."""

_OF_A_NUMBER = re.compile(
    r"\b(?:digits?|numbers?|bit|part|social|ssn?|soc|card|account|phone|insurance|passport|iban|nhs)\b", re.IGNORECASE
)

_CALLED_A_NUMBER = re.compile(
    r"(?<![\w-])(?P<of>[^\W\d_]{0,24}-?)(?:nr|nummer|numbers?|num[ée]ro|n[úu]mero|numer|n[°º]|(?<=-)no)(?![^\W\d_])"
    r"\.?(?:\s(?:de|of|for)\s[^\W\d_]{2,15})?\s{0,2}(?:(?:is|was|ist|lautet|es|est|er|är|é|è|jest|:|=|#|-)\s{0,2}){0,2}"
    r"(?P<value>(?:[a-z]{1,4}[ /.-]?)?\d[a-z0-9]*+(?:[ ./-][a-z]{0,3}\d[a-z0-9]*+){0,7}+)",
    re.IGNORECASE,
)
"""Whatever is called a number of anything: "Vers-Nr. 77.308.912", "Vorgangsnummer VN-20240917-003"."""

_SOME_NO = re.compile(
    r"(?<!\w)(?P<of>[A-Za-z]{2,20})\s?(?:no|nos|num|nr)\b\.?\s{0,2}[:#=-]?\s?"
    r"(?P<value>(?:[A-Z]{1,5}[ /.-]?){0,2}\d[A-Z0-9]{0,15}(?:[ ./-][A-Z]{0,3}\d[A-Z0-9]{0,11}){0,7})(?![\w%])"
)
"""The number of whatever stands before "no.": "CR no. 2024/7832/6616"."""

_NOBODYS_NUMBER = re.compile(
    r"(?:room|lot|batch|model|session|page|part|chapter|article|trial|version|step|line|floor|chargen?|zimmer|seiten?|"
    r"artikel|modell|notruf|emergency|hotline|cas|pubmed|catalog|item|product|hausnummer|question|phase|magic|total|"
    r"large|small|high|low|the|un|protocol|cpt|hcpcs|icd)-?\s?\Z",
    re.IGNORECASE,
)

_PAPER_WORDS = word_set("""
    passport passports passeport pasaporte passaporto reisepass pass ausweis personalausweis cédula cedula dni permit
    visa document documento dokument licence license id identity nino insurance ni paszport dowód cni carnet
    report chart sample slip specimen lab labs file files record records case reference ref booking confirmation claim
    policy invoice receipt order ticket member membership referral requisition accession barcode label wristband
    bracelet folder dossier befund akte auftrag rechnung vorgang analyse bilan expediente informe factura dossiernummer
    carta identità identita tessera karta kort kaart bilhete cartão cartao kimlik karte
    complaint request authorisation authorization contract policyholder participant prescription rezept
    """)
"""Papers that carry somebody's number."""

_PAPER_WORD = re.compile(r"[^\W\d_]{2,24}")
_NEAR_A_PAPER = 70
"""Characters between the word for a paper and the number on it."""

_ON_A_PAPER = re.compile(
    r"(?<![\w./-])(?:\d{2,4}/\d{5,8}|[A-Z]{1,4}[-/]\d{3,10}(?:[-/][A-Z\d]{1,8}){0,2}|"
    r"[A-Z]{1,4}[-/]\d{2,4}(?:[-/]\d{2,8}){1,2}"
    r"|[A-Z]{2}\d{0,3} \d{4,8}|[A-Z]{1,3}\d{2,4}-\d{3,8}|[A-Z]{1,3}\d{5,10}[A-Z]?|(?=[A-Z]{0,3}\d{1,6}[A-Z])"
    r"(?=(?:[A-Z]{0,9}\d){3})[A-Z0-9]{7,14}|\d{2,6}-[A-Z]{2,4}-\d{2,6}|(?:[A-Z]{2}|[a-z]{2}) ?\d{2} \d{2} \d{2})"
    r"(?![\w/]|-\w|[.]\d)"
)
"""Letters and digits as passports, reports and samples carry them, in capitals, and hardly a device or a chemical."""


def _called_a_number(text: str) -> Iterator[Span]:
    text = _without_what_stays(text)
    for found in (*_CALLED_A_NUMBER.finditer(text), *_SOME_NO.finditer(text)):
        value = found["value"]
        before = text[max(found.start() - 14, 0) : found.start()] + found["of"]
        if (
            sum(map(str.isdigit, value)) >= 5
            and not _NOBODYS_NUMBER.search(before)
            and not _PAPERS.match(value)
            and not _is_a_date(value)
            and not _is_cas(value)
            and not _UNITS.match(text, found.end())
            and re.sub(r"\D", "", value) not in _CRISIS
        ):
            yield Span(found.start("value"), found.end("value"), NUMBER)


def _near_a_paper(text: str) -> Iterator[Span]:
    """Numbers near the word for the paper on which they stand: "my report H-7719-24", "a slip with QN 0092"."""
    papers = [word.span() for word in _PAPER_WORD.finditer(text) if word[0].lower() in _PAPER_WORDS]
    at = 0
    for found in _ON_A_PAPER.finditer(_without_what_stays(text)):
        while at < len(papers) - 1 and papers[at][1] < found.start() - _NEAR_A_PAPER:
            at += 1
        near = papers and (
            -_NEAR_A_PAPER <= found.start() - papers[at][1] <= _NEAR_A_PAPER
            or 0 <= papers[at][0] - found.end() <= _NEAR_A_PAPER
        )
        first = _PAPER_WORD.match(found[0])
        if (
            near
            and not _PAPERS.match(found[0])
            and not _UNITS.match(text, found.end())
            and not (
                first is not None
                and (first[0].lower() in COMMON or (first[0].upper() in _NO_PAPERS and found[0][-1].isdigit()))
            )
            and not re.fullmatch(r"[A-Za-z]{1,4}[ -]?(?:19|20)\d\d", found[0])
        ):
            yield Span(found.start(), found.end(), NUMBER)


_NO_PAPERS = frozenset(
    [
        "UN",
        "CHF",
        "EUR",
        "USD",
        "GBP",
        "NZ",
        "AUD",
        "CAD",
        "COVID",
        "IL",
        "CD",
        "HBA",
        "BD",
        "AM",
        "PM",
        "CA",
        "MK",
        "TNF",
        "NF",
        "PSA",
        "CRP",
        "BPC",
        "TB",
        "SARS",
    ]
)

_PLUS_OR_SLASHES = re.compile(r"///|\w\+\w")


def _with_a_cue(text: str) -> Iterator[Span]:
    """Whatever is called somebody's number: "MRN: 12345", "policy no. AB-1234", "plate is B-XY 123"."""
    for found in _ID_CUE.finditer(text):
        value = found["value"]
        digits = sum(map(str.isdigit, value))
        name, behind = found["name"].lower(), text[found.end("name") : found.start("said")]
        called = name not in _DOUBTFUL_IDS or behind.strip() != "" or bool(re.search(r"[:#=]", found["said"]))
        if name in _OF_LAWS_TOO and value.isdigit() and digits < 4:
            continue
        mixed = any(map(str.isalpha, value)) and _MIXED.fullmatch(value) is not None
        called = called or (mixed and digits >= 3)
        least = 2 if name in _PLATES or "plate" in behind.lower() else 3 if called else 5
        if (
            digits < least
            or re.fullmatch(r"\d{1,3}\.\d{1,2}", value)
            or value.lower() in COMMON
            or re.fullmatch(r"(?:in )?[a-z]\d{1,2}(?:[ -][a-z]\d{1,2})*", value, re.IGNORECASE)  # a plate in C5 C6
            or re.match(r"(?:chf|eur|usd|gbp|aud|cad|nz|for|at|on) ", value, re.IGNORECASE)
            or (digits < 6 and _NOT_AN_ID.match(text, found.end("value")))
            or _PAPERS.match(value)
            or _is_a_date(value.rpartition(" ")[2] if value[:1].isalpha() else value)
        ):
            continue
        ends = _LETTERS_BEHIND.match(text, found.end("value"))
        yield Span(found.start("value"), ends.end() if ends else found.end("value"), NUMBER)


_MIXED = re.compile(r"[A-Z0-9]{1,6}(?:[-/][A-Z0-9]{1,10}){1,3}|[A-Z]{1,4}\d{4,10}")
"""Capital letters and digits joined by signs, as a house numbers its files."""

_LETTERS_BEHIND = re.compile(r" (?!I\b)[A-Z]{1,3}\b|[ -][a-z]{3}(?=[.,;!?]|\Z)")
"""The end of a plate: AB12 CDE."""


def _is_a_date(value: str) -> bool:
    return bool(re.fullmatch(rf"{_DATE}|(?:19|20)\d\d(?:\s?-\s?(?:19|20)?\d\d)?", value.strip()))


def _is_a_form(text: str, found: re.Match[str]) -> bool:
    """Whether a row of letters and digits in some country's form is that, and no paper, dose or standard."""
    original = text[found.start() : found.end()]
    if len(found[0]) > 12 and " " not in original and not original.isupper():
        return False
    if _PAPERS.match(original) or _UNITS.match(text, found.end()):
        return False
    if re.fullmatch(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?", found[0]) and not re.fullmatch(
        r"[A-Z]{1,4}-?\d{6,12}[A-Z]?", found[0]
    ):
        return _is_iban(found[0].replace(" ", "")) or bool(
            re.search(r"\biban\W", text[: found.start()][-12:] + " ", re.IGNORECASE)
        )
    return True


def _is_iban(value: str) -> bool:
    """Whether the check digits (ISO 7064, mod 97-10) are right."""
    from stdnum.iso7064 import mod_97_10

    return bool(mod_97_10.is_valid(value[4:] + value[:4]))


def _without_what_stays(text: str) -> str:
    return _STAYS.sub(lambda found: "\0" * len(found[0]), text)


def _runs(text: str) -> Iterator[Span]:
    """Rows of digits, with whatever people put between them, that are no dose, year, price or value."""
    text = _without_what_stays(text)
    for found in _RUN.finditer(text):
        end = found.end()
        if _leads_to_somebody(text, found.start(), end):
            extension = _EXTENSION.match(text, end)
            yield Span(found.start(), extension.end() if extension else end, NUMBER)
    for found in _SLASHED.finditer(text):
        if sum(map(str.isdigit, found[0])) >= 8:
            yield Span(found.start(), found.end(), NUMBER)


_SLASHED = re.compile(
    r"(?<![\w./])(?:\+\d{1,3}[ -]?)?\(?0\)?\d{1,5} ?/ ?\d{2,}(?:[ .-]?\d{2,}){0,4}(?![\w/]|[.]\d)"
    r"|(?<![\w./])\d{3}/\d{3}/\d{4}(?![\w/])"
)
"""Telephone numbers as they are written in German and in Belgium, and nothing else."""


_LONGEST_TOLD, _MOST_GROUPS = 24, 64
"""Digits in a row that may be a value, and groups by which a row is judged."""


def _leads_to_somebody(text: str, start: int, end: int) -> bool:
    written = text[start:end]
    groups = _GROUPS.findall(written)
    digits = "".join(groups)
    if max(map(len, groups)) > _LONGEST_TOLD:
        return True
    groups = groups[:_MOST_GROUPS]
    values = [int(group) for group in groups]
    before, after = text[max(start - 60, 0) : start], text[end : end + 20]
    if digits in _CRISIS or _HELPLINE.search(before):
        return False
    if written.startswith("+"):
        return True
    if 13 <= len(digits) <= 19 and _passes_luhn(digits):
        return True
    counted = _UNITS.match(after) is not None and (max(map(len, groups)) < 9 or digits.endswith("000"))
    if (
        counted
        or _is_cas(written)
        or all(1900 <= value <= 2100 and len(group) == 4 for value, group in zip(values, groups, strict=True))
    ):
        return False
    cued = _PHONE_CUE.search(before) is not None and digits not in _CRISIS
    if cued and len(digits) >= 6 and not _ABOUT_A_DOSE.search(before):
        return True
    if len(digits) < 7 or _is_a_quantity(written, groups) or _is_a_series(written, groups, values):
        return False
    if _ABOUT_A_DOSE.search(before) and len(groups) > 1 and max(map(len, groups)) <= 3:
        return False
    if (
        len(groups) >= 3
        and max(map(len, groups)) <= 3
        and not groups[0].startswith("0")
        and "(" not in written
        and written.count("-") < 2
    ):
        return all(len(group) == 1 for group in groups) or _is_written_like_a_phone(digits, groups)
    return True


def _passes_luhn(digits: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(digits))


def _is_cas(written: str) -> bool:
    """Whether it is the number of a chemical: 10028-15-6 is ozone. Its last digit checks the others."""
    parts = written.split("-")
    if (
        len(parts) != 3
        or not 2 <= len(parts[0]) <= 7
        or (len(parts[1]), len(parts[2])) != (2, 1)
        or not all(map(str.isdigit, parts))
    ):
        return False
    return sum(place * int(digit) for place, digit in enumerate(reversed(parts[0] + parts[1]), 1)) % 10 == int(parts[2])


def _is_a_quantity(written: str, groups: Sequence[str]) -> bool:
    """Thousands ("1 000 000"), round numbers, decimals, a day without signs (20240512), ranges of round numbers."""
    digits = "".join(groups)
    if (
        len(groups) > 1
        and len(groups[0]) <= 3
        and all(len(group) == 3 for group in groups[1:])
        and not groups[0].startswith("0")
    ):
        by_commas = written.count(",") == len(groups) - 1
        if groups[-1] == "000" or by_commas:
            return True
    if len(groups) == 1:
        round_number = digits.endswith("00000") and len(digits) <= 10
        return round_number or (
            len(digits) == 8
            and re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", digits) is not None
        )
    if len(groups) == 2:
        one, other = groups
        if "." in written and "-" not in written:
            return len(one) <= 2
        between = "-" in written and not one.startswith("0") and not other.startswith("0")
        return between and int(one) < int(other) and int(one) % 5 == 0 and int(other) % 5 == 0
    return len(groups[0]) < 5 and min(map(int, groups)) >= 100 and all(int(group) % 50 == 0 for group in groups)


def _is_a_series(written: str, groups: Sequence[str], values: Sequence[int]) -> bool:
    """Doses that climb or fall, blood pressures in pairs, a day with its hour."""
    if len(groups) < 3 or "(" in written or groups[0].startswith("0"):
        day = re.fullmatch(
            r"(?:0?[1-9]|[12]\d|3[01])[ .-](?:0?[1-9]|1[0-2])[ .-](?:19|20)\d\d(?:[ -]{1,3}\d{1,2}[ .-]\d\d)?", written
        )
        return day is not None
    if re.fullmatch(
        r"(?:0?[1-9]|[12]\d|3[01])[ .-](?:0?[1-9]|1[0-2])[ .-](?:19|20)\d\d(?:[ -]{1,3}\d{1,2}[ .-]\d\d)?", written
    ):
        return True
    if max(map(len, groups)) > 4:
        return False
    steps = [later - earlier for earlier, later in pairwise(values)]
    if len(set(steps)) == 1 or (
        max(map(len, groups)) <= 3
        and len(groups) >= 4
        and (all(step >= 0 for step in steps) or all(step <= 0 for step in steps))
    ):
        return True
    pairs = list(zip(values[::2], values[1::2], strict=False))
    if len(values) % 2 == 0 and all(80 <= high <= 230 and 35 <= low <= 130 and high > low for high, low in pairs):
        return True
    return len(groups) >= 4 and max(map(len, groups)) <= 3 and all(value % 5 == 0 for value in values)


def _is_written_like_a_phone(digits: str, groups: Sequence[str]) -> bool:
    """Whether some country groups a valid telephone number of its own in this way."""
    import phonenumbers

    for region in _REGIONS if len(digits) <= 13 else ():
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
            if _GROUPS.findall(national) == list(groups):
                return True
    return False


def _spoken(text: str, words: Sequence[Word]) -> Iterator[Span]:
    """Digits in words: "two one two, five double five". Counting up tells nobody anything."""
    row: list[Word] = []
    for word in [*words, None]:
        if word is not None and row and word.lower in _SAID_BETWEEN and word.start - row[-1].end <= 3:
            continue
        digit = word is not None and (word.lower in _DIGIT_WORDS or (word.lower.isdigit() and len(word.lower) <= 4))
        if word is not None and digit and (not row or _BETWEEN_DIGITS.fullmatch(text, row[-1].end, word.start)):
            row.append(word)
            continue
        if _tells_a_number(text, row):
            yield Span(row[0].start, row[-1].end, NUMBER)
        row = [word] if word is not None and digit else []


_SAID_BETWEEN = word_set("dot dash hyphen space punkt punto tiret strich slash um uh er erm")
_DIGITS_TOLD = {"double": 1, "triple": 2, "treble": 2, "plus": 0}
"""Digits that a word stands for, where it is not one; the digit that is doubled is a word of its own."""
_COUNTING = ("one two three", "uno dos tres", "eins zwei drei", "un deux trois", "nine eight seven")


def _tells_a_number(text: str, row: Sequence[Word]) -> bool:
    spelled = [word.lower for word in row if not word.lower.isdigit()]
    if len(spelled) < 3:
        return False
    cued = _PHONE_CUE.search(text[max(row[0].start - 60, 0) : row[0].start]) is not None
    counting = " ".join(word.lower for word in row).startswith(_COUNTING) and not cued
    told = sum(_DIGITS_TOLD.get(word.lower, 1) if not word.lower.isdigit() else len(word.lower) for word in row)
    return told >= (5 if cued else _SPOKEN_AT_LEAST) and not counting
