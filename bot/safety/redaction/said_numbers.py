"""Numbers said in words, in many languages: telephones by digits, tens and hundreds, with doubles and with pauses.

"zéro six, quarante-quatre, dix-sept", "null eins fünf eins, dann fünf mal die null", "sześćset, zero czterdzieści":
what counts is how many digits the words stand for, and that a telephone, a nought or a repetition is spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.safety.redaction.spans import Span, Word
from bot.safety.redaction.words import word_set

NUMBER = "[number]"

NOUGHTS = word_set("""
    zero null zéro cero nul noll nolla sıfır sifir zer nula ноль нуль нулі нулів нуля нулей нула μηδέν صفر शून्य
    אפס zéros ceros zeros zeri nullen nuller nollor zera zer nuly không kosong sifuri nulla sero
    """)
ENGLISH_ONES = "one|two|three|four|five|six|seven|eight|nine"
ENGLISH_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
"""As alternatives of a rule."""

ONES = frozenset(ENGLISH_ONES.split("|")) | word_set("""
    oh eins ein eine zwei zwo drei vier fünf fuenf sechs sieben acht neun
    un une deux trois quatre cinq sept huit neuf uno una dos tres cuatro cinco seis siete ocho nueve due tre quattro
    cinque sei sette otto nove um uma dois duas três quatro sete oito meia een één twee drie vijf zes zeven negen
    ett två fyra fem sex sju åtta nio én ein to fire seks syv otte åtte ni yksi kaksi kolme neljä viisi kuusi seitsemän
    kahdeksan yhdeksän jeden jedna dwa dwie trzy cztery pięć sześć siedem osiem dziewięć dva dvě tři čtyři pět šest sedm
    osm devět jedan tri četiri pet šest sedam osam devet egy kettő két három négy öt hat hét nyolc kilenc unu doi două
    trei patru cinci șase sase șapte sapte opt nouă noua bir iki üç dört beş altı yedi sekiz dokuz один одна два две дві
    три четыре чотири пять п'ять шесть шість семь сім восемь вісім девять дев'ять един една четири пет шест седем осем
    девет ένα δύο τρία τέσσερα πέντε έξι επτά εφτά οκτώ οχτώ εννέα εννιά واحد اثنين اثنان ثنين تنين ثلاثة تلاتة ثلاث
    أربعة اربعة خمسة ستة سبعة ثمانية تمانية ثمانيه تسعة یک دو سه چهار پنج شش هفت هشت نه אחת אחד שתיים שתים שלוש ארבע
    חמש שש שבע שמונה תשע एक दो तीन चार पांच पाँच छह छः सात आठ नौ ek do teen chaar char paanch panch chhe saat aath nau
    một hai ba bốn năm lăm sáu bảy tám chín satu dua tiga empat lima enam tujuh delapan sembilan moja mbili tatu nne
    tano sita saba nane tisa isa dalawa tatlo apat anim pito walo siyam
    """)
TENS = frozenset(ENGLISH_TENS.split("|")) | word_set("""
    ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen fourty
    zehn elf zwölf zwoelf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn
    zwanzig dreißig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig dix onze douze treize quatorze quinze seize
    vingt vingts trente quarante cinquante soixante septante huitante nonante diez once doce trece catorce quince
    dieciséis dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintiuna veintidós veintidos veintitrés
    veintitres veinticuatro veinticinco veintiséis veintiseis veintisiete veintiocho veintinueve treinta cuarenta
    cincuenta sesenta setenta ochenta noventa dieci undici dodici tredici quattordici quindici sedici diciassette
    diciotto diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta dez doze treze catorze quinze
    dezesseis dezasseis dezessete dezassete dezoito dezenove dezanove vinte trinta quarenta cinquenta sessenta oitenta
    tien twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig
    zeventig tachtig negentig tio elva tolv tretton fjorton femton sexton sjutton arton nitton tjugo trettio fyrtio
    femtio sextio sjuttio åttio nittio ti elleve tretten fjorten femten seksten sytten atten nitten tyve tjue tredive
    tretti førti fyrre femti halvtreds seksti tres sytti halvfjerds åtti firs nitti halvfems kymmenen dziesięć
    jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście
    dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt deset
    jedenáct dvanáct třináct čtrnáct patnáct šestnáct sedmnáct osmnáct devatenáct dvacet třicet čtyřicet padesát šedesát
    sedmdesát osmdesát devadesát tíz húsz harminc negyven ötven hatvan hetven nyolcvan kilencven zece unsprezece
    doisprezece treisprezece douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci on yirmi otuz kırk
    elli altmış yetmiş seksen doksan десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать
    семнадцать восемнадцать девятнадцать двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто
    одинадцять дванадцять тринадцять чотирнадцять п'ятнадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять двадцять
    тридцять п'ятдесят шістдесят сімдесят вісімдесят дев'яносто δέκα έντεκα δώδεκα είκοσι τριάντα σαράντα πενήντα εξήντα
    εβδομήντα ογδόντα ενενήντα عشرة عشرين ثلاثين تلاتين أربعين اربعين خمسين ستين سبعين ثمانين تمانين تسعين بیست سی چهل
    پنجاه شصت هفتاد هشتاد نود עשר עשרים שלושים ארבעים חמישים שישים שבעים שמונים תשעים mười mươi belas puluh
    """)
HUNDREDS = word_set("""
    hundred hundert einhundert zweihundert dreihundert vierhundert fünfhundert sechshundert siebenhundert achthundert
    neunhundert cent cents cien ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos
    ochocientos novecientos cento duecento trecento quattrocento cinquecento seicento settecento ottocento novecento cem
    duzentos trezentos quatrocentos quinhentos seiscentos oitocentos novecentos honderd hundra hundre sto dwieście
    trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset dvě stě száz sută sute yüz сто двести триста
    четыреста пятьсот шестьсот семьсот восемьсот девятьсот двісті чотириста п'ятсот шістсот сімсот вісімсот дев'ятсот
    εκατό διακόσια مية مئة مائة ميتين صد
    """)
_AGAIN = word_set("""
    double triple treble quadruple doppel doppelt dreifach zweimal dreimal viermal fünfmal mal double doble dobles
    doppio doppia triplo tripla duplo dobro dubbel dubbele driemaal tweemaal drie-maal dubbelt dobbelt dvakrát podwójne
    podwójna potrójne potrójna razy fois veces volte vezes keer gånger ganger kertaa kez kere tane двойной тройной
    дважды трижды двічі тричі рази раз kali lần دبل مرتين مرات פעמיים
    """)
_BETWEEN = word_set("""
    and then und dann die das der am ende zum schluss et puis y luego después con e poi alla fine depois en dan og så
    och sedan sen ja sitten i potem a na końcu pak és aztán și apoi ve sonra и потом затем та потім і و ثم بعدين the
    plus
    """)
_AMBIGUOUS = word_set("""
    a i e y on to do en die das der the and sei set ni ti con nine do ba hat opt un une uma um ein eine una uno two ten
    sex six elf once acht fire meia arton sto hai isa nau char cent cents cem mal raz razy am in o plus cien ek ja na
    """)
"""What is another word as well: a row neither begins nor ends with it unless a telephone is spoken of."""

_COMPOUND = re.compile(
    r"(?:ein|zwei|drei|vier|fünf|fuenf|sechs|sieben|acht|neun)und(?:zwanzig|drei(?:ß|ss)ig|vierzig|fünfzig|sechzig|"
    r"siebzig|achtzig|neunzig)"
    r"|(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen)[eë]n(?:twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|"
    r"negentig)"
    r"|(?:vent|trent|quarant|cinquant|sessant|settant|ottant|novant)[iao]?(?:uno?|due|tr[eé]|quattro|cinque|sei|sette|"
    r"otto|nove)"
    r"|(?:en|to|tre|fire|fem|seks|syv|otte|ni)og(?:tyve|tredive|fyrre|halvtreds|tres|halvfjerds|firs|halvfems)"
    r"|(?:tjugo|trettio|fyrtio|femtio|sextio|sjuttio|åttio|nittio|tjue|tretti|førti|femti|seksti|sytti|åtti|nitti)"
    r"(?:ett|en|två|to|tre|fyra|fire|fem|sex|seks|sju|syv|åtta|åtte|nio|ni)"
    r"|(?:kaksi|kolme|neljä|viisi|kuusi|seitsemän|kahdeksan|yhdeksän)kymmentä\w{0,10}|\w{3,9}toista"
    r"|(?:huszon|harminc|negyven|ötven|hatvan|hetven|nyolcvan|kilencven|tizen)(?:egy|kett[őo]|két|három|négy|öt|hat|"
    r"hét|"
    r"nyolc|kilenc)"
    r"|(?:yirmi|otuz|kırk|elli|altmış|yetmiş|seksen|doksan|on)(?:bir|iki|üç|dört|beş|altı|yedi|sekiz|dokuz)"
    r"|و(?:عشرين|ثلاثين|تلاتين|[أا]ربعين|خمسين|ستين|سبعين|ثمانين|تمانين|تسعين|[أا]ربعة|خمسة|ستة|سبعة|تسعة)"
)
_CUE = re.compile(
    r"\b(?:phones?|telephon\w{0,4}|tel|mobile|cell\w{0,5}|handy\w{0,6}|whats ?app|text|sms|ring|call\w{0,3}|reach|dial|"
    r"number|m[oó]vil|tel[eé]fono|celular|n[uú]mero|num[eé]ro|portable|t[eé]l[eé]phone|telef[oó]\w{0,3}|rufnummer|"
    r"nummer\w{0,2}|cellulare|numer|номер\w?|телефон\w?|тел|tlf|puhelin\w{0,4}|fono|gsm|ll[aá]m\w{1,5}|appelez|joindre|"
    r"anrufen|erreich\w{0,5}|bel|bellen|mobil\w{0,4}|numara\w{0,3}|telefonum|cep|liga\w{0,2}|zadzwo\w{0,4}|telemóvel|"
    r"apunt\w{1,3}|notez|annot\w{1,3}|anote|zapisz|zapiszcie|запиш\w{0,4}|τηλέφωνο|κινητό|telefonszám\w{0,3}|số|"
    r"nomor)\b"
    r"|رقم\w{0,3}|جوال\w{0,2}|هاتف\w{0,2}|تلفون\w{0,2}|电话|手机|電話|携帯|전화|טלפון|फोन|नंबर",
    re.IGNORECASE,
)
_CUE_NEAR = 70
"""Characters before a row in which a telephone is spoken of."""
_LEAST, _LEAST_WITH_CUE = 8, 6
"""Digits that a row stands for, to be somebody's."""
_IN_SIGNS = re.compile(
    r"[零〇幺一二三四五六七八九](?:[\s,、，-]{0,2}[零〇幺一二三四五六七八九两兩](?:个|個)?){6,}"
    r"|(?:ゼロ|レイ|マル|イチ|ニイ?|サン|ヨン|ゴー?|ロク|ナナ|ハチ|キュウ|キュー)"
    r"(?:[\s、,のｰ-]{0,2}(?:ゼロ|レイ|マル|イチ|ニイ?|サン|ヨン|ゴー?|ロク|ナナ|ハチ|キュウ|キュー)){6,}"
    r"|[공영](?:[\s,-]{0,2}[공영일이삼사오육륙칠팔구]){7,}"
    r"|(?:ศูนย์|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า)(?:\s?(?:ศูนย์|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า)){6,}"
)
"""Digits in words of languages that set no spaces between them."""


def _digits(word: str) -> int | None:
    """How many digits a word (lower case) stands for; none if it is no number."""
    for kinds, digits in ((NOUGHTS, 1), (ONES, 1), (TENS, 2), (HUNDREDS, 3)):
        if word in kinds:
            return digits
    if word.isdigit():
        return len(word) if len(word) <= 4 else None
    if "-" in word:
        parts = [_digits(part) for part in word.split("-") if part not in _BETWEEN]
        told = [part for part in parts if part is not None]
        return max(told) if told and len(told) == len(parts) else None
    return 2 if len(word) > 4 and _COMPOUND.fullmatch(word) else None


def is_number_word(word: str) -> bool:
    """Whether a word (lower case) is a number in some language."""
    return _digits(word) is not None


def telephones_said(text: str, words: Sequence[Word]) -> Iterator[Span]:
    """All rows of such words in a plain text that stand for the digits of a telephone or an account."""
    row: list[tuple[Word, int]] = []
    between = 0
    for word in [*words, None]:
        digits = None if word is None else 0 if word.lower in _AGAIN else _digits(word.lower)
        joined = word is not None and (not row or _near(text, row, word))
        if word is not None and digits is not None and joined:
            row.append((word, digits))
            between = 0
            continue
        if word is not None and row and between < 3 and word.lower in _BETWEEN and joined:
            between += 1
            continue
        yield from _told(text, row)
        row = [(word, digits)] if word is not None and digits is not None else []
        between = 0
    if not text.isascii():
        for found in _IN_SIGNS.finditer(text):
            yield Span(found.start(), found.end(), NUMBER)


def _near(text: str, row: Sequence[tuple[Word, int]], word: Word) -> bool:
    gap = text[row[-1][0].end : word.start]
    return len(gap) <= 25 and "\n" not in gap and not any(sign in gap for sign in "?!()\0")


def _told(text: str, row: Sequence[tuple[Word, int]]) -> Iterator[Span]:
    spelled = [word.lower for word, _digits_told in row if not word.lower.isdigit()]
    if len(spelled) < 3 or len(row) < 4:
        return
    start = row[0][0].start
    cued = _CUE.search(text, max(start - _CUE_NEAR, 0), start) is not None
    while not cued and row and row[0][0].lower in _AMBIGUOUS:
        row = row[1:]
    while row and row[-1][0].lower in _AMBIGUOUS - ONES:
        row = row[:-1]
    if len(row) < 4:
        return
    again = sum(word.lower in _AGAIN for word, _digits_told in row)
    digits = sum(told for _word, told in row) + again
    nought = any(part in NOUGHTS for word in spelled for part in word.split("-"))
    numbers = {word.lower for word, told in row if told}
    single = any(word.lower in ONES for word, _digits_told in row)
    marked = (cued and single) or nought or (again and len(numbers) > 2)
    if marked and digits >= (_LEAST_WITH_CUE if cued else _LEAST) and len(numbers) > 2:
        yield Span(row[0][0].start, row[-1][0].end, NUMBER)
