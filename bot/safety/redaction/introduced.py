"""Names by what introduces them in languages that `people` does not read, by the end of a message, and by what stands
beside them: a telephone, a bell, an age."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.safety.redaction.people import FAREWELLS, GREETINGS, NAME
from bot.safety.redaction.spans import Span
from bot.safety.redaction.words import (
    ARABIC_NAMES,
    COMMON,
    DOUBTFUL_NAMES,
    EPONYMS,
    NOBODY_HERE,
    NOT_AFTER_A_NAME,
    OF_THE_FIELD,
    PARTICLES,
    first_names,
    in_latin,
    names,
    no_name,
    of_english,
    unheard_of,
    word_set,
)

_CAP = r"(?![a-zß-öø-ÿα-ώа-яѐ-џґ])[^\W\d_][^\W\d_]{1,19}(?:['’-][^\W\d_]{1,15}){0,2}(?!\w)"
_INITIAL = r"(?:[^\W\d_a-z]\.\s?)"
_ROW = (
    rf"{_INITIAL}{{0,3}}{_CAP}(?:\s(?:[\"“'(][^\W\d_]{{2,15}}[\"”')]\s)?{_INITIAL}?"
    rf"(?:(?:de|da|dos|das|do|van|von|der|den|el|al|la|le|du|di|ten|bin|binti|ibn|ap|ní|ó|mac)\s){{0,2}}"
    rf"(?:d['’])?{_CAP}){{0,4}}"
)
"""One or more words with capital letters, with initials and a nickname between them."""

_OF_FAMILIES = r"(?:van|von|der|den|de|di|del|della|du|dos|ter|ten|te|zu|af|av|al|el|bin|ben|'t)\s"
"""What stands before a surname; behind a first name alone it may be a town that follows, which goes with it."""

_RANKS = (
    r"Barr|Enf|Uzm|Ecz|Dott|Dipl|Psych|Fisio|Engr|Arch|Atty|Adv|Hon|Pst|Evang|Cllr|Rev|Fr|Br|Capt|"
    r"Col|Maj|Lt|Sgt|Cpl|Insp|Det|Ing|Lic|Mtro|Mtra|Arq|Dipl|"
    r"Alhaji|Alhaja|Hajiya|Mallam|Malam|Oga|Mang|Aling|Gogo|Mkhulu|Oom|Tannie|Ate|Kuya|Ading|"
    r"Manong|Manang|Inang|Amang|Ka|Sis|Bro|Cik|Encik|Puan|Tuan|Datuk|Dato|Pak|Bapak|Bu|Ibu|Mbak|Mas|"
    r"Khun|Ustaz|Ustadh|"
    r"Maulana|Sayyid|Sheikh|Lala|Baba|Mama|Papa|Aunty|Auntie|Uncle|Nonna|Nonno|Oma|Opa|Ouma|Oupa|Pani|Pan|Bà|Ông|Cô|"
    r"Chú|Anh|Chị|Bác|Deacon|Deaconess|Elder|Bishop|Canon|Brother|Sister|Father|Granny|Nana|Nan"
)
_TITLES = r"Mr|Mrs|Ms|Miss|Mx|Dr|Prof"
_RANKED = re.compile(rf"(?<![\w-])(?:{_RANKS})\.?\s(?:\((?:Mrs?|Ms|Miss|Dr|Prof)\.?\)\s)?(?P<name>{_ROW})")
"""What people of many countries put before a name, with a capital letter: "Barr. (Mrs) Chinyere", "Aling Nena"."""

_MY_NAME_IS = re.compile(
    r"(?<!\w)(?:"
    r"ako (?:po )?(?:ay )?si|ang (?:pangalan|ngalan) ko(?: po)?(?: ay)?(?: si)?|(?:pangalan|"
    r"ngalan) ko(?: po)?(?: ay)?|"
    r"igama lam[ií]? (?:ngu-?|u-?)|ndingu-?|ngingu-?|ng(?=u-[^\W\d_a-z])u-|lebitso la ?ka ke|"
    r"leina la ?me ke|zita rangu"
    r"(?: ndi)?|ndinonzi|jina langu(?: ni)?|n[ai]?naitwa|naitwa|sunana|suna na|oruk[oọ] mi ni|aha m b[uụ]|"
    r"my name (?:na|be)|magacaygu(?: waa)?|nama (?:saya|aku)(?: adalah)?|saya bernama|perkenalkan,? saya|"
    r"t[eê]n (?:t[oô]i|em|m[iì]nh|ch[aá]u|con)(?: l[aà])?|(?:t[oô]i|em|m[iì]nh|ch[aá]u) t[eê]n(?: l[aà])?|"
    r"(?:benim )?ad[ıi]m|ismim|m[eə]nim ad[ıi]m|mening ismim|esm[ei]? ?man|(?:ana )?[ie]smi|"
    r"mera (?:shubh )?(?:naam|nam|naa)|amar na+m|en(?:noda)? pe(?:ya|)r|na+ p[eo]+ru|nanna hesaru|ente peru|"
    r"ma[jzs]h?[aei] na+v|ma+ru na+m|mero na+m|mag[eē] nama|good name is|my good name|"
    r"jmenuj[iu] se|moje jm[eé]no je|vol[aá]m sa|moje meno je|nazywam si[eę]|mam na imi[eę]|zovem se|moje ime je|"
    r"ime mi je|a nevem|m[aă] numesc|numele meu (?:este|e)|m[aă] cheam[aă]|казвам се|името ми е|"
    r"мене зв?ати|мене звуть|"
    r"με λένε|το όνομά μου είναι|ονομάζομαι|quhem|emri im [eë]sht[eë]|mano vardas|mani sauc|m[aā]ns v[aā]rds ir|"
    r"m(?:in)?u nimi on|nimeni on|jag heter|mitt navn er|mit navn er|jeg he[td](?:er|der)|[eé]g heiti|mijn naam is|"
    r"ik heet|my naam is|is mise|(?:fy )?enw i yw|em dic|el meu nom [eé]s|ch[aá]mome|mwen rele|non mwen se|"
    r"toku ingoa ko|ko hoku hingoa ko|kuv lub npe hu ua|je ireumeun|watashi wa|boku wa|namae wa|wo jiao|ngo giu|"
    r"(?:they|folks|everyone|everybody|friends|people|mates) calls? me|goes by|go by|answers? to|known as|real name|"
    r"legal name|maiden name|(?:in|on) (?:the |your |my |our )?(?:records?|file|system|books|form|"
    r"passport|id|papers?|"
    r"card)(?: as| under|,? it'?s| is| says| shows)?|signed,?|name as (?:on|in) (?:the |my )?\w{2,10}"
    r")(?:[\s:,-]{1,3}|(?<=-)|(?<=ngu))(?:po |si |is |called )?"
    r"(?P<name>[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_])){1,24}(?:\s(?:[^\W\d_]\.\s)?[^\W\d_](?:[^\W\d_]|"
    r"['’-](?=[^\W\d_])){1,24}){0,3})",
    re.IGNORECASE,
)
"""How people tell their name all over the world; what stands behind is a name if it is no word of every day."""

_MARKED = {
    r"(?:என்\s|என்னுடைய\s)?(?:பெயர்|பேர்)": "\u0b80-\u0bff",
    r"(?:నా\s)?పేరు": "\u0c00-\u0c7f",
    r"(?:ನನ್ನ\s)?ಹೆಸರು": "\u0c80-\u0cff",
    r"(?:എന്റെ\s)?പേര്": "\u0d00-\u0d7f",
    r"(?:আমার\s)?নাম": "\u0980-\u09ff",
    r"(?:મારું\s|મારુ\s)?નામ": "\u0a80-\u0aff",
    r"(?:ਮੇਰਾ\s)?(?:ਨਾਮ|ਨਾਂ)": "\u0a00-\u0a7f",
    r"(?:मेरा|मेरो|माझे|माझं)\s(?:शुभ\s)?(?:नाम|नाव)": "\u0900-\u097f",
    r"(?:මගේ\s)නම": "\u0d80-\u0dff",
    r"(?:ผม|ดิฉัน|ฉัน|หนู)?ชื่อ": "\u0e00-\u0e7f",
    r"(?:ຂ້ອຍ)?ຊື່": "\u0e80-\u0eff",
    r"(?:ខ្ញុំ)?ឈ្មោះ": "\u1780-\u17ff",
    r"(?:နာမည်|အမည်)(?:က|မှာ)?": "\u1000-\u109f",
    r"(?:ჩემი სახელია|მე მქვია|მქვია)": "\u10a0-\u10ff",
    r"(?:[Իի]մ\s)?[Աա]նուն[սը]ս?": "\u0530-\u058f",
    r"ስሜ": "\u1200-\u137f",
    r"(?:اسمي|إسمي|نام من|اسم من|میرا نام|نامم)": "\u0620-\u06ff",
    r"(?:שמי|קוראים לי|השם שלי)": "\u0590-\u05ff",
    r"(?:меня зовут|моё имя|мое имя|мене звуть|мене звати|с уважением,?|з повагою,?|намайг)": "\u0400-\u04ff",
    r"(?:με λένε|ονομάζομαι|λέγομαι|με εκτίμηση,?)": "\u0370-\u03ff\u1f00-\u1fff",
}
"""Words for one's name, and the letters in which it goes on."""
_NO_MORE = r"है|हूँ|हूं|आहे|हो|છે|ਹੈ|ครับ|ค่ะ|คะ|வயது|نے|ہے|و|и|από|είμαι|но|я|мне"
"""What follows a name in these letters and is none."""
_IN_THESE_LETTERS = re.compile(
    "|".join(
        rf"(?<!\w){cue}\s{{0,2}}[:：-]?\s{{0,2}}(?P<n{number}>[{letters}]{{2,24}}(?:"
        rf"\s(?!{_NO_MORE})[{letters}]{{2,24}})?)"
        for number, (cue, letters) in enumerate(_MARKED.items())
    ),
    re.IGNORECASE,
)
_FAMILIES = (
    "王李张劉刘陳陈杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許邓鄧韩韓冯馮曹彭曾萧蕭田董潘袁蔡蒋"
    "余于杜叶葉程魏苏蘇吕丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦贾夏付方邹熊孟秦邱侯江尹薛闫段雷龙龍黎史陶贺毛郝顾顧龚"
)
_HAN = re.compile(
    rf"(?:我是|我叫|本人|这里是|這裡是)(?P<i>[{_FAMILIES}][\u4e00-\u9fff]{{1,2}})(?=[，。,.!！、\s]|\Z)"
    rf"|(?P<sir>[{_FAMILIES}][\u4e00-\u9fff]{{0,2}})(?=先生|女士|小姐|太太|医生|醫生|阿姨|老师)"
    r"|(?P<san>[\u4e00-\u9fff]{2,5}|[\u30a0-\u30ff]{2,8})(?=と申します|といいます)"
    r"|(?<![\u4e00-\u9fff])(?P<ja>[\u4e00-\u9fff]{2,3}(?<!患者)(?<!医者)(?<!子供)(?<!皆)(?<!奥)(?<!看護師)(?<!客))(?=さん)"
    r"|(?:मैं|मी|હું|আমি|ਮੈਂ|میں)\s(?P<hi>[\u0600-\u0aff]{2,20}(?:\s[\u0600-\u0aff]{2,20})?)(?=\s(?:बोल|बात|બોલ|বলছি|"
    r"ਬੋਲ|بول))"
    r"|(?P<ko>[김이박최정강조윤장임한오서신권황안송류홍전고문손양배백허유남심노하곽성차주우구민진][가-힣]{2})"
    r"(?=입니다|이라고|라고|이에요|예요|\s?씨(?![가-힣]))"
)
"""Names of China, Japan and Korea behind "I am" and before what one says of people."""

_END = re.compile(
    rf"(?:(?P<dash>(?:\A|[\s.!?])[-–—~]\s?)|[.!?…)\]\0,]\s{{1,2}}|\n\s{{0,2}})"
    rf"(?P<title>(?:{_RANKS}|{_TITLES})\.?\s)?(?P<name>{_ROW}|{_INITIAL}{{1,3}}{_CAP})(?P<behind>[^\w?]{{0,6}})\Z"
)
"""What stands alone at the end: ". Fidelma", "- Cherry Pie Magbanua :)", ". D. Twomey"."""
_BEGINS_WITH_AN_INITIAL = re.compile(r"[A-Z]\.")
_BESIDE_A_NUMBER = re.compile(
    rf"(?:\d[\d().\s-]{{5,18}}\d)[\s,;:(/|-]{{1,3}}(?P<behind>{_CAP}(?:\s{_INITIAL}?{_CAP}){{1,3}})"
    rf"|(?P<before>{_CAP}(?:\s{_INITIAL}?{_CAP}){{1,3}})(?=\s?[,;:(/|–-]{{0,2}}"
    rf"\s?(?:\+?\(?\d(?:[\d().\s-]{{6,16}})\d))"
)
"""A full name right before or behind a telephone, an account or an address."""

_SHOWN = re.compile(
    r"\b(?i:buzzer|bell|doorbell|letter ?box|mail ?box|name ?plate|nameplate|intercom|card|passport|badge|label|name)"
    r"(?i:\s(?:on|of)\s(?:the\s|my\s|our\s)?\w{2,12})?(?i:\s(?:says?|reads?|is|shows?|marked|"
    r"labelled|labeled|under))?"
    r"(?:\s?[:=])?\s[\"“']?(?P<name>[A-ZÀ-Þ]{1,3}[A-ZÀ-Þ*'’-]{0,20}(?:\s[A-ZÀ-Þ][A-ZÀ-Þ*.'’-]{0,20}){0,4})(?![\w*])"
)
"""A name as it stands on a bell or a card, in capitals, and with some letters hidden: "name on card R S DHALIWAL"."""

_SAID_OF = re.compile(
    rf"(?:\A|[.!?;:\n]\s{{0,2}}|\b(?i:he|she|baby|patient|client|it'?s|its|hi|hello|hey|so|and|but|because|that|if|"
    rf"when)"
    rf"(?i:'s|\sis)?,?\s)(?P<name>{_CAP}(?:\s{_CAP})?)"
    r"(?=\s(?i:is|just\sturned|turns|turned)\s(?:\d{1,3}|\0)|\s(?i:from|of|out\sof|taga-?)\s?[A-Z]|\s(?i:po\s?(?:ito|"
    r"to)\b)|"
    r"\s(?i:again|btw)\b|\s(?:faints?|fainted|sees|feels|felt|says|said|told|asked|wants|weighs|suffers|lives|came|"
    r"cried|"
    r"fell|hates|loves|wonders|swears|thinks|takes)\b)"
)
"""Somebody whose age or town is told: "MawMaw is 96", "Mikisew from Fort Chip"."""
_HE_IS = re.compile(rf"\b(?i:he|she)(?i:'s|\sis|\swas|\swill\sbe)\s(?P<name>{_CAP}(?:\s{_CAP}){{0,2}})")

_DOUBLE = re.compile(
    rf"(?P<name>(?:{_CAP}\s|[A-Z]\.?\s)(?:{_INITIAL}|{_CAP}"
    rf"\s){{0,2}}[^\W\d_a-z][^\W\d_]{{2,15}}-[^\W\d_a-z][^\W\d_]{{2,15}})(?!\w)"
)
"""A first name and a surname of two: "Jean-Guy Bourassa-Tremblay"."""

_CLAN = re.compile(
    rf"(?P<name>{_CAP}\s(?:O['’]|M[ac]{{1,2}}|Fitz|Ó\s|Ní\s|Nic\s|Mac\s|ap\s|"
    rf"Ap\s)[A-Z][^\W\d_]{{2,15}}(?:-[A-Z]\w{{2,15}})?)(?!\w)"
)
"""A surname of Ireland, Scotland or Wales, with a first name before it: "Hyacinth O'Dwyer"."""
_REACHED = re.compile(
    rf"\b(?i:reach|remind|inform|notify|invite|contact|message|text|told|tell|ask|give|pass (?:it|this) (?:on )?to)\s"
    rf"(?P<name>{_CAP})(?=\s(?i:at|on|that|about|by|if|my|i|we|to|not)\b|[.,!])"
)
"""Who is to be told something: "you can reach Hiromi at ..."."""
_FAMILY = re.compile(
    r"(?i:\b(?:we'?re|we are|it'?s|this is))\s(?i:the)\s(?P<name>[^\W\d_a-z][^\W\d_]{2,18}s)"
    r"(?=[,.!;]|\Z|\s(?i:from|family|again|here|at|for|are|have|will|want)\b)"
)
"""All of a family: "we are the Ostrowskis"."""
_BOTH = re.compile(
    rf"(?:\A|[.!?:]\s|\n)(?P<name>{_CAP})\s(?:and|&)\s(?P<other>{_CAP}(?:\s{_CAP})?)(?=\s(?:both|want|wants|need|are|"
    rf"would|will|"
    r"have|had|can|were|here|from|want|booked|came|loved|say|send|together)\b)"
)
"""Two of whom something is told at once: "Siôn and Mared both want Thursday"."""
_IT_IS_I = re.compile(
    r"(?<!\w)(?i:aqu[ií] (?:[eé]|es|est[aá]) (?:[oa]|la|el)?|fala [oa]|quem fala [eé] ?[oa]?|(?:eu )?sou [oa]|"
    r"sono (?:la |il )?|"
    r"parla|ici|c'est|m[oó]wi|tu|z tej strony|(?:le |lhe )?habla|soy (?:la |el )?|je suis|eu sunt|vagyok|ja sam|"
    r"tukaj|zde|"
    rf"εδώ|είμαι [ηοh]|это|говорит|вас (?:турбує|беспокоит)|пише вам|пишет вам|benim|ben|olen|t[äa]ss[äa]|her er|"
    rf"det [äe]r|dit is|met|ek is|fi yw|is mise)\s?(?P<name>{_CAP}(?:\s(?:{_OF_FAMILIES}){{0,2}}{_CAP}){{0,3}})"
    r"(?=\s?[,.!;]|\Z|\s(?i:i|e|y|et|und|en|och|og|ve|from|de|da|z|aus|uit|από|και|з|із|из|та|і|и)\s)"
)
"""Who writes, in languages in which a word within a sentence has no capital letter but a name."""
_IT_IS_PERHAPS_I = re.compile(
    rf"(?<!\w)(?i:jestem|jsem|som|jaz sem|ja sam|esmu|a[šs] esu|ma olen|min[äa] olen|jag [äa]r|jeg er|[ée]g er|аз "
    rf"съм|це|я|"
    rf"z tej strony|s[óo]c (?:la |el |en )?|jsem to já,?|main|mein naam hai)\s(?P<name>{_CAP}(?:\s{_CAP})?)"
    r"(?=\s?[,.!;]|\Z|\s(?i:i|a|och|og|ja|med|z|ze|från|fra|iz|z tej|hoon|hun|hu|і|та|от)\b)"
)
"""The same where a nation or an illness may stand as well, so that the name must be a known one."""
_I_AM_BEHIND = re.compile(
    rf"(?:\A|[\n.!?,:;]\s{{0,2}}|\b(?i:napot|reggelt|estét|szia|üdv|namaste|namaskar|kaixo|merhaba)[,!]?\s)"
    rf"(?P<name>{_CAP}(?:\s{_CAP}){{0,2}})"
    r"(?=,?\s(?i:vagyok|a nevem|néven|hívnak|jelentkezem|írok|naiz|nahi dut|desu|imnida|mluví|u telefonu|pri telefóne|"
    r"z tej strony|на связи|на зв'язку|вас турбує|вас беспокоит|пише вам|пишет вам|skriver här|skriver her|am apparat|"
    r"vermek istiyorum|bol rah[ai] h[ou]+n?)(?!\w))"
)
"""Who says behind the name that it is theirs, often with the surname first: "Kelemen Ildikó vagyok"."""
_DAY_GREETED = (
    r"(?:witam|witajcie|приветствую|здравия|доброго времени суток|добр(?:ого|ый|ий|ое|и|рый)\s(?:дня|день|ранку|утро|"
    r"вечора|вечер|ден)|здравствуйте|вітаю|привіт|привет|здравейте|"
    r"dzień\sdobry|dobr[ýyi]\s(?:den|deň|dan|večer)|jó\s(?:napot|reggelt|estét)(?:\skívánok)?|üdvözlöm|"
    r"bun[ăa]\s(?:ziua|seara)|"
    r"guten\s(?:tag|morgen|abend)|grüß\sgott|goede(?:n|r)?\s?(?:dag|morgen|middag|avond)|goeie\s(?:dag|m[ôo]re)|"
    r"god\s(?:dag|morgon|morgen|kväll)|hyvää\späivää|buen[oa]s?\s(?:d[íi]as?|tardes|noches)|bom\sdia|boa\s(?:tarde|"
    r"noite)|"
    r"buon\s?giorno|buonasera|bonjour|bonsoir|good\s(?:day|morning|afternoon|evening)|hello|hi|hey|hallo|hola|ciao|olá|"
    r"merhaba|iyi\sgünler|selam|sveiki|labas|laba\sdiena|tere|καλησπέρα|καλημέρα|γεια\s?σας|γεια)"
)
_AFTER_A_GREETING = re.compile(
    rf"(?:\A|[\n.!?]\s{{0,2}})(?i:{_DAY_GREETED})\s?[,.!:-]{{1,3}}\s{{1,2}}"
    rf"(?P<name>{_CAP}\s(?:{_OF_FAMILIES}){{0,2}}{_CAP}(?:\s{_CAP})?)(?=\s?(?:[,.;:(\n–—-]|\Z)(?!\w))"
)
"""A full name right behind a greeting: "Доброго дня! Ганна Коваль, ми живемо ..."."""
_SLAVIC_SURNAME = re.compile(
    r"\w{2,16}(?:енк[оаиу]|[оеє]в[аі]?|ін[аі]?|ин[аы]?|ськ(?:ий|а)|ск(?:ий|ая|а)|цьк(?:ий|а)|[чц]ук|ю[кч]|ч[аеи]к|"
    r"[оиі]вич|ец[ья]|"
    r"дзе|швілі|швили|ян|аль|ра|ук|ко|[иі]шин[а]?|их|ых|ко|"
    r"ova|ov[áa]|sk[áaiy]|ski|cki|cka|wicz|czyk|enko|chuk|ić|ic|ovi[ćc]|ák|ková)"
)
"""How surnames of Slavic countries end, in their letters and in Latin ones."""
_ARABIC = re.compile(
    rf"(?<!\w)(?:أنا|انا|معك|معاك|معكم|معاكم|هنا|وياك|أخوك|اخوك|أختك|اختك|أخوكم|"
    rf"أختكم)\s(?P<name>(?:{'|'.join(sorted(ARABIC_NAMES))})"
    r"(?:\s(?!من|عندي|و|عمري|في|ابي|بدي|اريد|أريد|حابب|محتاج|ابغى|عاوز|عايز|سكان|"
    r"ساكن)[\u0620-\u064a]{2,14}(?=\s?[،,.!؛]|\s?\Z|\s(?:من|عندي|عمري)\s))?)"
    r"(?![\u0620-\u064a])"
)
"""Who says "I am" in Arabic: letters without capitals, so that the name must be a known one and no illness or trade."""
_LED_TO_ELSEWHERE = re.compile(
    r"(?<!\w)(?i:here writes|writes you|writes to you|it is|this side is|intestat[oa] a|titulaire|"
    r"citofono|klingel|sonnette|"
    r"timbre|domofon na|dzwonek|t\.n\.v\.|alıcı|отримувач|получатель|одержувач|podpisan[oa]|"
    r"unterzeichnet|signé|firmad[oa]|"
    r"firmato|assinado|undertecknad|allekirjoittanut|referente|ansprechpartner|empfänger|destinatario|destinataire|"
    r"odbiorca|mottagare|saajan?|seu|dona|doña|don|aqui é|aquí|aqui fala|(?:фоп|ип)|тел\.? (?:сына|"
    r"дочери|мужа|жены|сина|"
    r"дочки|чоловіка|дружини|мами|мамы)|(?:сын|дочь|муж|жена|син|дочка|чоловік|дружина|сестра|брат|бабус[яі]))"
    rf"[:,]?\s(?:(?i:enf|uzm|ecz|sr|sra|pan|pani)\.?\s){{0,2}}(?P<name>{_ROW}(?:"
    rf"\s(?:{_INITIAL}){{1,2}}|\s(?:Snc|Srl|GmbH))?)"
)
"""What stands behind these in other languages is somebody's name, or that of a small house."""
_FROM_A_TOWN = re.compile(
    r"(?:\A|[.!?\n]\s?)(?i:hei|hej|hallo|hoi|hola|ciao|salut|bonjour|olá|oi|cześć|ahoj|merhaba|"
    r"привіт|привет|hi|hello)[,!]?\s"
    rf"(?P<name>{_CAP}(?:\s{_CAP})?)(?=\s(?:fra|från|von|aus|uit|da|di|de|z|ze|iz|din|з|із|из)\s[^\W\d_a-z])"
)
"""Who greets, and from where: "Hei, Torgeir fra Bardu"."""
_BY_FATHER = re.compile(
    r"(?<!\w)(?P<name>(?:[А-ЯІЇЄҐ][а-яіїєґё'’-]{1,20}\s){1,2}[А-ЯІЇЄҐ][а-яіїєґё'’]{2,16}"
    r"(?:[оеєё]вич\w{0,2}|[оеєё]вн\w{1,2}|івн\w{1,2}|ївн\w{1,2}|ичн\w{1,2})(?:\s[А-ЯІЇЄҐ][а-яіїєґё'’-]{1,20})?)(?!\w)"
)
"""A first name and that of the father, as nobody but a person is called."""
_WITHOUT_CAPITALS = re.compile(
    r"(?:معك|معاك|معكم|أنا|انا|تحياتي|مع تحيات|أخوكم|أختكم)\s(?P<um>(?:أم|أبو|ام|ابو)"
    r"\s[\u0620-\u064a]{2,14}(?:\sال[\u0620-\u064a]{2,14})?)"
    r"|(?:تحياتي|مع تحيات|أخوكم|أختكم)[،,:]?\s(?P<ar>[\u0620-\u064a]{2,14}(?:\s[\u0620-\u064a]{2,14}){0,2})\s?\.?\Z"
    r"|(?:祖母|祖父|母|父|妻|夫|娘|息子|姉|兄|妹|弟)の(?!カルテ|データ|アレルギ|リウマチ|ガン|パーキンソン|ケア|ベッド)"
    r"(?P<kin>[\u30a1-\u30fa-]{2,6}|[\u4e00-\u9fff]{1,3}[子美江代郎男夫介香奈])(?=[はがもをに、,])"
    rf"|(?:家属|患者|病人|联系人|收件人|收货人|落款)[:：是叫\s]{{0,2}}(?P<zh>小[\u4e00-\u9fff]{{1,2}}|"
    rf"[{_FAMILIES}][\u4e00-\u9fff]{{1,2}})(?=[,，.。!！\s]|\Z)"
    r"|[a-z)][.!]\s(?P<end>[\u4e00-\u9fff]{1,4})\s?\Z"
)
"""Names in letters that have no capitals, behind a greeting, somebody's kin, or alone at the end."""
_WORD = r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_])){1,19}"
_SMALL = re.compile(
    rf"\b(?:put|write|book|print|enter|add|register|list|use)\s(?:(?:it|me|us|down|as|just|"
    rf"only)\s){{0,2}}(?P<put>{_WORD}(?:\s{_WORD})?)\s"
    r"(?:on|in|for|under)\s(?:the|my|your|his|her|our)\s(?:[\w'-]{2,12}\s)?(?:booking|appointment|form|file|list|"
    r"label|card|"
    r"invoice|receipt|bill|record|system|diary|calendar|sheet|chart|slot)(?!\w)"
    rf"|\b(?:call|ring|text|phone|contact|message|whats ?app|email|reach|try|bell|buzz|ask)\s(?:(?:my|her|his|"
    rf"our)\s\w{{2,12}}\s)?"
    rf"(?P<call>{_WORD}(?:\s{_WORD})?)\s?(?:on|at|@|under|:)\s?(?:her|his|their)?\s?(?=[+(]?\d\d|\0)"
    rf"|\b(?:yes|yep|yeah|yup|aye|it'?s|its|tis)\s?,?\s(?:that|the\s(?:same|other|one\sand\sonly|famous|"
    rf"real))\s(?P<that>{_WORD})"
    r"(?=\s(?:lol|again|haha\w*|here|from|with|who)|\s?[-–—,.!)]|\Z)"
    rf"|(?:\A|[\n.!?]\s{{0,2}}|\b(?:hi|hello|hey|hallo|morning|afternoon|evening|yes|"
    rf"yeah)[,!.]?\s)(?P<speaks>{_WORD})\s"
    r"(?:speaking|calling|on\sthe\s(?:phone|line)|this\sside)(?=\s?(?:[,.!;:–-]|\Z)|\s(?:from|about|again|re)\b)"
    rf"|(?:\A|[\n]\s{{0,2}}|\b(?:hi|hello|hey|hallo)[,!.]?\s)(?P<here>{_WORD})\shere(?=\s?(?:[,.!;:–-]|\Z)|\s(?:from|"
    rf"about|again)\b)"
    r"|\b(?:i'?m|i am|this is|it'?s|am)\s(?P<whose>[^\W\d_]{2,20})(?=['’]s\s(?:mum|mummy|mom|mother|dad|daddy|father|"
    r"wife|husband|"
    r"daughter|son|sister|brother|carer|partner|boyfriend|girlfriend|gran|nan|friend|neighbou?r)(?!\w))",
    re.IGNORECASE,
)
"""A first name by what is done with it, in whatever letters: "put mo on the booking", "Rose speaking"."""
_NOT_HERE = word_set(
    "summer april may june august dawn art hope joy grace will long mini sunny spring bill gene mo trip"
)
"""First names that are as often a season, a feeling or a thing, so that "... here" does not tell one."""
_LIKE_A_TRADE = ("ist", "er", "or", "ian", "man")
_LIKE_A_DRUG = ("ine", "ol", "ate", "mab", "ium", "pril", "tan", "xaban", "vir", "cin", "statin", "zole", "ide", "ase")
_FILIPINO = re.compile(rf"\b(?:si|ni|kay|sina|kina|nina)\s(?P<name>{_ROW})")
_SURE = (_RANKED, _FILIPINO, _CLAN, _LED_TO_ELSEWHERE, _FROM_A_TOWN)
_KNOWN_ONLY = (_IT_IS_PERHAPS_I, _I_AM_BEHIND)
_SAID_THERE = word_set("po ako ko ito opo ang ng mga lang naman ba kasi yung pwede salamat magkano")


def introduced_names(text: str, said: frozenset[str] | set[str]) -> Iterator[Span]:
    """All of them in a plain text, of which addresses and the like are already taken out; `said` are its words."""
    cased = any(letter.islower() for letter in text)
    for found in _MY_NAME_IS.finditer(text):
        end = _told(found["name"], cased=cased)
        if end:
            yield Span(found.start("name"), found.start("name") + end, NAME)
    if not text.isascii():
        for kind in (_IN_THESE_LETTERS, _HAN, _BY_FATHER, _WITHOUT_CAPITALS, _ARABIC):
            for found in kind.finditer(text):
                group = found.lastgroup or ""
                yield Span(found.start(group), found.end(group), NAME)
    yield from _in_any_letters(text)
    if not cased:
        return
    yield from _at_the_end(text)
    for found in _AFTER_A_GREETING.finditer(text):
        if _is_full_name(found["name"]):
            yield Span(found.start("name"), found.end("name"), NAME)
    english = _is_english(text)
    shapes = (
        _RANKED,
        _SAID_OF,
        _HE_IS,
        _DOUBLE,
        _BESIDE_A_NUMBER,
        _CLAN,
        _BOTH,
        _FAMILY,
        _REACHED,
        _IT_IS_I,
        _IT_IS_PERHAPS_I,
        _I_AM_BEHIND,
        _LED_TO_ELSEWHERE,
        _FROM_A_TOWN,
    )
    for kind in shapes if said.isdisjoint(_SAID_THERE) else (*shapes, _FILIPINO):
        for found in kind.finditer(text):
            group = next(name for name, written in found.groupdict().items() if written)
            other = found["other"] if kind is _BOTH else ""
            if _is_somebody(
                f"{found[group]} {other}",
                english=(english and kind not in _KNOWN_ONLY) or kind in (_IT_IS_I, _LED_TO_ELSEWHERE),
                sure=kind in _SURE,
            ):
                yield Span(found.start(group), found.end(group), NAME)
                if other:
                    yield Span(found.start("other"), found.end("other"), NAME)
    for found in _SHOWN.finditer(text):
        words = [word for word in re.split(r"[\s.*]+", found["name"].lower()) if word]
        if sum(map(len, words)) > 3 and not any(len(word) > 2 and _everyday(word) for word in words):
            yield Span(found.start("name"), found.end("name"), NAME)


def _in_any_letters(text: str) -> Iterator[Span]:
    for found in _SMALL.finditer(text):
        group = found.lastgroup or ""
        if _is_known(found[group], capital_tells=group in ("call", "speaks", "here"), here=group == "here"):
            yield Span(found.start(group), found.end(group), NAME)


def _is_known(written: str, *, capital_tells: bool, here: bool) -> bool:
    """Whether words in whatever letters are a name: each is one, or in no list of English."""
    words = written.split()
    lower = [word.lower() for word in words]
    if here and (not words[0][0].isupper() or lower[0] in _NOT_HERE):
        return False
    return all(
        word in names()
        or (word in DOUBTFUL_NAMES and (word not in COMMON or (capital_tells and shown[0].isupper())))
        or (not here and unheard_of(word))
        for word, shown in zip(lower, words, strict=True)
    )


def _is_full_name(written: str) -> bool:
    """Whether two or three words behind a greeting are a first name and a surname, in Latin or Cyrillic letters."""
    words = [word.lower() for word in written.split() if word.lower() not in PARTICLES]
    if any(_everyday(word) for word in words) or not _begin_with_capitals(written):
        return False
    if any(word in first_names() or in_latin(word) in first_names() for word in words):
        return True
    return not written.isascii() and any(_SLAVIC_SURNAME.fullmatch(word) for word in words)


def _everyday(word: str) -> bool:
    return no_name(word) or any(word in kind for kind in (COMMON, NOT_AFTER_A_NAME, FAREWELLS, GREETINGS))


def _begin_with_capitals(written: str) -> bool:
    return all(word.lstrip("\"'“(")[:1].isupper() for word in written.split() if word.lower() not in PARTICLES)


def _told(written: str, *, cased: bool) -> int:
    """How many characters of what stands behind a cue are a name: 0 if none."""
    end = 0
    capital = cased and written[0].isupper()
    for word in re.finditer(r"\S+", written):
        lower = word[0].lower().strip(".")
        bare = len(lower) == 1 or lower in PARTICLES
        shown = capital and word[0][0].isupper() and not _everyday(lower)
        if not (bare or shown or lower in names() or (not capital and unheard_of(lower))):
            break
        if not bare:
            end = word.end()
    return end


def _is_english(text: str) -> bool:
    """Whether a text is so English that a word in no list is hardly one of another language."""
    words = [word for word in re.findall(r"(?<!\[)\b[^\W\d_]{3,}", text[:400]) if word.islower()]
    return len(words) > 1 and sum(map(of_english, words)) > 0.6 * len(words)


def _is_somebody(written: str, *, english: bool, sure: bool = False) -> bool:
    """Whether words with capital letters are a name: none of them is of every day, and one is known or in no list."""
    words = [word.lower().strip(".\"'“”()") for word in written.split()]
    told = [word for word in words if len(word) > 1 and word not in PARTICLES]
    if (
        not told
        or not _begin_with_capitals(written)
        or any(_everyday(part) or part in EPONYMS for word in told for part in (word, *word.split("-")[1:]))
    ):
        return False
    known = any(word in first_names() or in_latin(word) in first_names() for word in told)
    if len(told) == 1 and not known and told[0].endswith((*_LIKE_A_DRUG, *_LIKE_A_TRADE)):
        return False
    if " ".join(told) in NOBODY_HERE or told[-1] in OF_THE_FIELD:
        return False
    if any(word.isupper() for word in written.split() if len(word.strip(".")) > 1):
        return False
    return sure or known or (english and any(unheard_of(word) for word in told))


def _at_the_end(text: str) -> Iterator[Span]:
    """The name with which a message ends."""
    beginning = max(len(text) - 90, 0)
    found = _END.search(text, beginning)
    if found is None or "?" in found["behind"]:
        return
    before = re.findall(r"[^\W\d_]+", text[max(found.start() - 20, 0) : found.start()].lower())[-1:]
    if text[found.start()] == "," and FAREWELLS.isdisjoint(before):
        return
    words = [word.lower().strip(".\"'“”()") for word in found["name"].split()]
    last = words[-1]
    if found["dash"] or found["title"] or _BEGINS_WITH_AN_INITIAL.match(found["name"]):
        if not _everyday(last) and last not in EPONYMS and _begin_with_capitals(found["name"]):
            yield Span(found.start("name"), found.end("name"), NAME)
    elif words[0] not in DOUBTFUL_NAMES and _is_somebody(found["name"], english=_is_english(text)):
        yield Span(found.start("name"), found.end("name"), NAME)
