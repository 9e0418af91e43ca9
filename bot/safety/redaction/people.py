"""Who somebody is: names behind cues, in greetings and signatures, first names with a surname."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.safety.redaction.spans import Span, Word
from bot.safety.redaction.words import (
    COMMON,
    DOUBTFUL_NAMES,
    EPONYMS,
    NOBODY_HERE,
    NOT_AFTER_A_NAME,
    OF_THE_FIELD,
    PARTICLES,
    SURNAMES,
    WORDS_AS_SURNAMES,
    first_names,
    german_role,
    letters_without_accents,
    like_a_state,
    names,
    no_name,
    of_english,
    of_two_words,
    unheard_of,
    word_set,
)

NAME = "[name]"

_MOST_WORDS = 4

_TITLES = word_set("""
    mr mrs miss mx dr dr. doctor prof professor sir madam herr frau señor señora senor senora sr sra monsieur
    dottor dott dottoressa docteur docteure doctora pani fru señorita senorita dokter dra dr.a drs dhr mevr mevrouw
    meneer mijnheer mnr mej juffrouw smt shri sri shrimati begum hanım hanim kyria kyrios rouva hra tannie
    madame mme mlle signor signora signore sig doktor dra
    """)
_MORE_TITLES = word_set("dr prof med dent rer nat habil mag ing")
_BEFORE_A_NICKNAME = word_set("big little lil lil' young old ol crazy tall uncle auntie aunt papa mama miss mister")
_KIN = word_set("""
    wife husband son daughter mother father mum mom dad brother sister partner friend baby boyfriend girlfriend
    fiance fiancé fiancée aunt uncle grandma grandpa grandmother grandfather niece nephew cousin boss neighbour
    neighbor granddaughter grandson mama papa stepson stepdaughter caregiver carer therapist nurse doctor esposa
    receptionist physio physiotherapist colleague manager assistant secretary coordinator flatmate roommate
    landlord landlady teacher coach trainer osteopath acupuncturist midwife dentist oncologist cardiologist gp
    consultant practitioner buddy mate bestie stepmother stepfather stepmum stepdad grandad granddad nan nana gran
    granny auntie twin mother-in-law father-in-law sister-in-law brother-in-law daughter-in-law son-in-law ex-wife
    ex-husband ex schwester bruder tochter oma opa freund freundin kollege kollegin nachbar nachbarin
    schwiegermutter hermana hermano abuela abuelo amiga amigo vecina sœur soeur frère amie ami voisine mère père
    sorella fratello nonna nonno amica irmã irmão mãe pai avó avô moeder vader zus broer vriend vriendin zoon
    dochter min søster bror esposo marido hija hijo madre padre frau mann sohn femme mari fils fille moglie marito
    figlio figlia momma mumma mam mammy mummy daddy pops hubby wifey missus vrou man seun dogter ouma oupa fru
    sambo kone datter sønn søn flicka pojke żona mąż córka syn brat siostra babcia dziadek eşim kızım oğlum annem
    babam kardeşim asawa anak nanay tatay lola lolo beti beta bhabhi bhaiya didi amma appa ammi abbu chacha mausi
    filho filha namorado namorada novio novia pareja compagne compagnon copain copine conjoint fidanzato fidanzata
    compagno compagna kamerad partnerin lebensgefährte ehemann ehefrau enkel enkelin neffe nichte vriendje zwager
    schoonmoeder schoonzus kleindochter kleinzoon жена муж сын дочь мама папа сестра брат бабушка дедушка prima
    primo tía tío suegra suegro nuera yerno nieta nieto cunhada cunhado sogra sogro neta neto tia tio zia zio
    cugina cugino suocera suocero nipote mormor farmor morfar farfar moster morbror farbror svärmor svärfar sambon
    mammaen äiti isä mummo vaari ema isa vanaema vanaisa mamo seanmháthair nain taid mamgu tadcu mamaw papaw meemaw
    peepaw gido teta jaddah dede anneanne babaanne teyzem amcam dayım halam yenge enişte babu mjomba shangazi boeta
    sissie gogo mkhulu bunica bunicul fratele soția soțul nagyi nagymama nagypapa férjem feleségem fiam lányom
    húgom bátyám szomszéd cousine oncle tante neveu nièce beau-père belle-mère beau-frère belle-sœur petit-fils
    petite-fille ninem nenem dedem ablam abim kayınvalidem kayınpederim yengem eniştem
    """)
_AROUND = word_set("""
    girl boy lad lass cleaner driver housekeeper lodger tenant nanny babysitter pastor priest vicar rabbi imam
    supervisor
    tutor lecturer solicitor lawyer accountant builder gardener hairdresser interpreter translator son-in-law kid
    toddler
    baby one youngest eldest oldest middle husband-to-be wife-to-be other-half hubby wifey missus mrs pal chum
    """)
"""Who is somebody's too, and without a "my" before it anybody."""
_OWNS = word_set("""
    my our his her their your ma me wee little lovely dear late older younger elder own old poor youngest eldest oldest
    mon ma notre meine mein unsere mi nuestra nuestro mia mio minha meu
    """)
_HONORIFICS = word_set("""
    kuya tita tito lolo didi bhaiya bhai zio zia tía tío tia tio tante onkel tonton tata abla abi teyze dayı hajji haji
    hadji sheikh sheikha reverend rev sgt capt captain lt cpl pastor rabbi imam sensei don doña dona sister brother
    father nurse coach matron abu umm
    """)
"""What people say before a name, in many countries."""
_BEFORE_NAME = word_set("""
    my full first last patient patient's her his the family middle maiden given real legal preferred our
    husband's wife's son's daughter's mother's father's child's your
    """)
_OTHER_NAMES = word_set("""
    medicine drug brand product device clinic company generic trade file domain user street doctor's supplement
    treatment hospital pharmacy therapy
    """)
GREETINGS = word_set("""
    hi hello hey hallo hola bonjour ciao dear ola olá hoi hej hei heya hiya howdy salut salam salaam namaste namaskar
    merhaba selam ahoj ahoy cześć czesc szia servus moin aloha g'day shalom marhaba privet привет oi buenas bonsoir
    tere sveiki zdravo bok bună buna kia
    """)
FAREWELLS = word_set("""
    regards thx xoxo tks ta thanks thank cheers sincerely best love yours saludos grüße gruß gruss cordialement truly
    faithfully mvh hilsen groet groeten groetjes pozdrawiam pozdrav saludo abrazo atentamente abraços abraço
    bisous amitiés
    cordialmente salutations hälsningar lg vg mfg hugs ciao
    groete atte att warmly fondly hugs rgds regds brgds terveisin ystävällisin üdvözlettel pozdravem pozdravom
    poważaniem szacunkiem hälsning vänligen vennlig venlig sevgiler saygılar saygılarımla teşekkürler shukran
    dhanyavad atenciosamente obrigada obrigado abs beijos bjs saludito salu2 besos cdlt bàt amicalement
    bedankt dank takk tack tak kiitos dziękuję děkuji köszönöm grazie yrs
    wishes respectfully blessings you advance merci danke gracias saluti bye
    """)
_SAYS_NAME = word_set("""
    m'appelle s'appelle t'appelle llamo llama heiße heisse heiss heißt appelle chiamo chiama chamo chama heet heter
    hedder называ зовут nazywam nazywa numesc jmenuji jmenuju adım adim ismim nimeni olen
    """)

_BOOKED = re.compile(r"\b(?:book|appointment|reserv|regist|file)\w{0,8}\b", re.IGNORECASE)
_IS_OR_HAS = re.compile(r"\s(?:is|has|had|was)\b|[,.]|\Z", re.IGNORECASE)
_LISTED_AS = word_set("""
    patient client contact kin guardian caller customer holder cardholder beneficiary insured physician attn attention
    passenger sender recipient parent companion guest patientin paciente cliente
    """)
_CLAUSE_ENDS = re.compile(r"\s?[,.;!?\n)]|\s{0,2}\Z")
_SPEAKS = word_set(
    "ask asked speak talk meet spoke spoken speaking talked talking chatted dealt emailed dealing met chat"
)
_SPOKE = _SPEAKS - {"ask", "asked", "meet"}

_THINGS = word_set("""
    machine device generator unit model ozonosan ozonator protocol method technique diet cure kit apparatus system
    concentrator lamp gerät
    """)

_PLACES_TOO = word_set("""
    victoria sydney georgia florence adelaide santiago carolina virginia lourdes charlotte jordan chelsea paris
    kent austin
    houston madison lincoln alexandria valencia milan lorraine charleston luka israel china asia india kenya brittany
    burgundy dakota montana odessa augusta alma vienna siena san
    """)
"""First names that are towns and countries as well."""

_NO_PERSON_BEHIND = re.compile(
    r"(?:'s)?\s(?i:the\s(?:\w{3,8}(?:st|nd|rd|th|ond|ird)|great)|and\s\w+\s(?:monarch|dynast|king|queen)|"
    r"moon|rising|disease|syndrome|method|protocol|diet|hospital|clinic|street|road|avenue|airport|university|college|"
    r"station|park|beach|island|laws?|theory|palsy|sign|test|river|lake|bay|valley|creek|hills?|fever|virus|flu|"
    r"lily|tea|oil|dose|dosage|price|amount|limit|yoga|juice|water|cream|soap|leaf|leaves|seeds?|petals?|mountains?|"
    r"forest|harbou?r|bridge|castle|square|county|city|town|institute|foundation|trial|score)|"
    r"\s(?:II|III|IV|VI{0,3}|IX|X)\b"
)
"""What follows a first name that is a king's, a sign's, a place's or an illness's."""

_NOBODY = re.compile(rf"\b(?:{'|'.join(map(letters_without_accents, NOBODY_HERE))})\b", re.IGNORECASE)
_SAYING = 22
"""Characters on both sides of a name in which the rest of a saying, or of somebody famous, stands."""
_LEARNED = word_set(
    "dr.a drs dott dokter doctor's docteure doctora dottoressa doktorin professorin professeur profesor profesora dr "
    "doctor prof professor doktor docteur doctora dottor dra"
)
_TOLD_OF_THE_LEARNED = re.compile(
    r"(?:'s)?\s(?:book|books|paper|papers|study|studies|trial|protocol|theory|lecture|podcast|video|videos|method)\b|"
    r"'s\swork\b|(?:'s)?\s(?:"
    r"(?:really |first |once |also )?(?:wrote|writes|published|invented|discovered|pioneered|proved|claimed?s?|"
    r"showed|recommends? in)\b)|,?\s(?:et al|\(?(?:19|20)\d\d)",
    re.IGNORECASE,
)
"""What is told of an author, and hardly of one's own doctor: "Professor Maurice Iwu wrote about it"."""

_OF_RESEARCH = re.compile(
    r"\b(?:gepubliceerd|publicer\w*|publishe?\w*|escribi[óo]|escreveu|schrieb|geschrieben|[ée]crit|scri[st]se|"
    r"napisa[łl]\w?|"
    r"написал\w?|invent[óo]|erfand|erfunden|inventou|descubri[óo]|entdeckt\w*|d[ée]couvert|estudios?|studien?|"
    r"[ée]tudes?|studi|"
    r"estudos?|libros?|livres?|livros?|buch|bücher|libri|auflage|edici[óo]n|editions?|konzept\w*|concepts?|verfahren|"
    r"m[ée]todos?|m[ée]thodes?|metoda|protocolos?|protokoll\w*|revistas?|zeitschrift|vortr[aä]g\w*|conferencias?|"
    r"congres\w*|"
    r"kongress|conference|pioner[oa]s?|pionnier\w*|trenches|guidelines?|19[0-4]\d|the\s(?:first|one\swho|guy\swho|"
    r"man\swho|"
    r"woman\swho))\b",
    re.IGNORECASE,
)
"""What is told of the work of an author in many languages, near a doctor's full name."""
_NEAR_AN_AUTHOR = 70
"""Characters on both sides of a doctor's full name in which it is told what an author did."""
_OWN_DOCTOR = re.compile(
    r"\b(?:my|our|his|her|me|us|saw|see|seen|seeing|referr\w*|letter from|reply|appointments?|booked|patients? of|"
    r"under|"
    r"treats?|prescrib\w*|mein\w*|unser\w*|mich|uns|überw\w*|termin|mi|mis|nuestr[oa]|cita|mon|ma|mes|nous|rendez-vous|"
    r"mio|mia|appuntamento|meu|minha|consulta|i'?m|i am|call\w*|ring|from|regards|signed)\b",
    re.IGNORECASE,
)
"""What tells that a doctor is somebody's own, or writes themselves, and so no author."""
_MINE_BEFORE = re.compile(
    r"\b(?:my|our|mein\w{0,2}|unser\w{0,2}|mi|mon|ma|mio|mia|meu|minha|mijn|min|moj\w?|мой|"
    r"моя)\s(?:[^\W\d_]{2,16}[\s,.]{1,2}){0,3}\Z",
    re.IGNORECASE,
)
"""Whose doctor somebody is, right before the title."""
_YEAR_BEHIND = re.compile(r",?\s\(?(?:19|20)\d\d|\set al\b", re.IGNORECASE)
_TOLD_ME = re.compile(r"\s(?:told|asked|rang|called|texted|emailed|phoned|promised|advised)\s(?:me|us)\b")
_OFFICES = (
    "ist",
    "er",
    "or",
    "ers",
    "ors",
    "ists",
    "site",
    "ian",
    "ians",
    "line",
    "ion",
    "es",
    "ies",
    "net",
    "ity",
    "ce",
    "cy",
    "al",
    "desk",
)
_BY_THE_WAY = re.compile(r"\s(?:btw|by the way|fyi)\b", re.IGNORECASE)
_DETAILS_BEHIND = re.compile(
    r"\s?[,;|/-]\s?(?:\0|\+?\(?\d|members?\b|dob\b|born\b|age\b|patient\b|tel\b|phone\b|mob)", re.IGNORECASE
)
_INITIAL = re.compile(
    r"(?:\b(?:to|for|as|by|under|attn|from|name|signed|invoice|bill|patient|client|mr|mrs|ms|dr|from|am|i'm|regards|"
    r"thanks)\b[:,.]?\s{1,2}|\A|\n)"
    r"(?P<name>(?:[A-ZÀ-Ý]\.[\s-]?){1,3}[A-ZÀ-Ý][\w'-]{2,25})(?!\w)",
)
_SPELLED_NAME = re.compile(r"(?<![\w-])[^\W\d_](?:-[^\W\d_]){3,20}(?![\w-])")
_SPELLED_OUT = re.compile(
    r"\b(?:spell\w*|spelt|name|surname|buchstabier\w*|"
    r"letters)\b[^.!?\n]{0,25}?[\s:](?P<name>[^\W\d_](?:[ ,.-]{1,2}[^\W\d_]){2,20})(?!\w)",
    re.IGNORECASE,
)
_AND = word_set("and & und y e et or och og i ja ve en")

_WHO_GOES_ON = re.compile(
    r",?\s(?:again|here|from|calling|writing|speaking|texting|back)\b|"
    r",\s(?:i|i'm|im|i've|ive|my|we|we're|can|could|just|do|did|the|your|is|are|please|who|quick)\b",
    re.IGNORECASE,
)
"""What people say after they have said who they are."""

_A_PUBLIC_PERSON = re.compile(
    r"\b(?:evidence|claims? that|claimed|pioneer\w*|according to|treated [a-z]{4,20} (?:with|using)|train(?:ed|"
    r"s)? with|"
    r"stud(?:y|ies)|papers?|trials?|et al|(?:a|the|his|her|whose|on|of|recent|new|old|[0-9]{4}) book|books|"
    r"wrote|writes|publish\w*|invent\w*|built|discover\w*|nobel|authors?|"
    r"articles?|journals?|theor\w+|protocols?|methods?|machines?|podcasts?|videos?|youtube|famous|reviews?|research\w*|"
    r"publicó|publié|pubblicato|publicou|veröffentlich\w*|opublikowa\w*|опублик\w*|опублік\w*|"
    r"lectures?|declaration|myth|century|18\d\d|celebrit\w*|actors?|singers?|documentary|film|movie|episode|novel)\b"
    r"|\b(?:read|watched) (?:about |of |that |up on )?\w",
    re.IGNORECASE,
)
"""Near it, a full name is that of an author, which a reviewer needs."""

_MONTHS_TOO = frozenset(("april", "may", "june", "august", "summer"))
_ILLNESS_BEHIND = re.compile(
    r"['’]s?(?!\w)|\s(?:disease|syndrome|thing|illness|palsy|diet|protocol|test|patient|sufferer|symptoms?|flare|"
    r"thyroid\w*|"
    r"meds|medication|fever|sign|score|method|phenomenon|lymphoma|\d)",
    re.IGNORECASE,
)

_NAME_JOINS = frozenset((" ", ". ", ".", "  "))
_OPENS = re.compile(r"[ \t]{0,3}(?:[:=–—,-]|is\b|'s\b)?[ \t]{0,2}[\"'(*_]{0,2}")
_ENDS_HERE = re.compile(
    r"[ \t\"')*_]{0,3}(?:[.,;:!?)\n]|\Z|-|–|—)|[ \t]{1,2}(?:and|but|from|i|i'm|im|with|born|dob|age|aged|"
    r"please|pls|plz|on|at|in|the|yesterday|today|last|this|about|that|to|for|said|told|is|was|has|had|btw|when|"
    r"because|if|"
    r"so|or|he|she|they|earlier|can|could|a|of|nimmt|hat|takes|"
    r"here|speaking|phone|tel|email|my|we|who|again|calling|writing|\d|und|y|et|e|on behalf)\b",
    re.IGNORECASE,
)

_OTHER_SCRIPTS = re.compile(
    r"(?:我叫|我的名字是|我的名字叫|名字[:：]|姓名[:：])(?P<han>[\u4e00-\u9fff·]{2,4})|(?:私の名前は|名前は|"
    r"わたしは)(?P<ja>[\u3040-\u30ff\u4e00-\u9fff]{2,8}?)(?:です|と申|。|、|\s|\Z)|(?:제 이름은|내 이름은|"
    r"저는)\s?(?P<ko>[가-힣]{2,4})(?=입니다|이에요|예요|\s|\Z)"
    r"|(?:اسمي|أنا اسمي|انا اسمي|نام من)\s(?P<ar>[\u0620-\u06ff]+(?:\s[\u0620-\u06ff]+)?)|"
    r"(?:मेरा नाम)\s(?P<hi>[\u0900-\u097f]+(?:\s[\u0900-\u097f]+)?)(?=\sहै|\s|\Z)"
    r"|(?:меня зовут|моё имя|мое имя|мене звати|με λένε|ονομάζομαι|שמי|קוראים לי|"
    r"ชื่อ)\s{0,2}(?P<cy>[\w]{2,20}(?:\s[А-ЯЁІЇЄΑ-Ω]\w{1,20}){0,2})",
    re.IGNORECASE,
)


_CAPITAL = r"[^\W\d_a-z][\w'’-]{1,24}+(?!\w)"
_NAMES = (
    rf"(?:[B-HJ-ZÀ-Ý]\.?\s){{0,2}}{_CAPITAL}(?:\s(?:[^\W\d_a-z]\.?\s)?(?:(?:de|da|van|von|der|den|el|al|la|le|du|di|"
    rf"ten|bin|"
    rf"ibn)\s){{0,2}}{_CAPITAL}){{0,3}}"
)
_A_TITLE = r"(?:(?i:an?|the|our|my|mr|mrs|ms|miss|dr|herr|frau|madame|m|mme|señora?|sr|sra)\.?\s){0,2}"

_SURNAMES_SAID = re.compile(
    rf"\b(?i:(?:my|our|his|her|their|maiden|last|family|married)\s(?:(?:last|sur|family|maiden|married|full|own|birth)"
    rf"[\s-]?)?(?:sur)?name(?:'s|\sis|\swas|\s?[:=])|(?:surname|nachname|apellidos?|cognome|nazwisko|nom\sde\sfamille)"
    rf"(?:\sis|\sist|\ses|\sest|\sè)?\s?[:=]?|(?:mr|mrs|ms|miss|herr|mme|mevrouw|pan|pani|signora?|señora?)\.?)\s"
    rf"(?P<behind>{_CAPITAL}(?:\s{_CAPITAL}){{0,2}})(?![’'])"
    rf"|(?<!\w)(?P<before>{_CAPITAL})\s(?i:is|ist|es|est|was|as)\s(?:(?i:in)\s)?(?i:my|our|his|her|mein|"
    rf"a)\s(?i:[\w'-]{{3,10}}\s)?"
    rf"(?i:(?:sur|last\s|family\s|maiden\s|married\s)?name|nachname|apellido)(?!\w)"
)
"""Where a word is said to be somebody's surname, though an illness is called so too: "Graves is my surname"."""
_LED_TO = re.compile(
    r"(?<!\w)(?i:née|nee|geborene|formerly|aka|a\.k\.a\.|maiden name|"
    r"(?:put|register|book|list|enter|save) (?:me|us|him|her|it) (?:down )?as|signs? (?:off )?as|myself,?|[sdw]/o:?|"
    r"(?:made?|make|making) (?:it |them |that )?out to|address(?:ed)? (?:it )?to|billed to|in the name of|"
    r"under the name(?: of)?|"
    r"au nom de|a nombre de|auf (?:den )?namen|em nome de|a nome di|op naam van|na nazwisko|account holder|c/o|"
    r"cardholder|policyholder|name (?:on|for|of|in) (?:it|them|this|that|(?:the |that |my |our )?(?:card|account|"
    r"booking|"
    r"voucher|form|file|passport|envelope|policy|order|invoice|parcel|cheque|check|ticket|appointment|bell|door|"
    r"buzzer))|"
    r"emergency contact|"
    r"next of kin|ya (?:boy|girl|man)|(?:ur|your) (?:boy|girl|old (?:friend|patient)|favou?rite (?:patient|client))|"
    r"caller (?:was|is)|message (?:for|from)|voicemail (?:for|from)|referred by|recommended by|"
    r"(?:carer|guardian|interpreter|translator|driver|lawyer|solicitor|accountant|pa|assistant|roommate|"
    r"witness|gate ?(?:man|keeper)|security(?: (?:man|guard|guy))?|guard|watchman|door ?man|porter|caretaker|concierge|"
    r"receptionist|house ?keeper|house ?help|maid|nanny|cook|gardener|chauffeur|courier|landlord|landlady|supervisor|"
    r"line manager|contact(?: person)?|agent|broker|surveyor|key ?holder|neighbou?r|cleaner|tenant|lodger) (?:is|"
    r"will be|"
    r"is called)|"
    r"it'?s under|filed under|listed under|registered under|registered as|this time (?:for|as)|hier spricht|"
    r"hier schreibt|le escribe|te escribe|le saluda|it'?s me,?|c'est moi,?|"
    r"soy yo,?|ich bin'?s,?)"
    rf"(?:\s(?:is|says|reads|shows|will be|should be|must be)|\s?[:=]|\s-)?\s{_A_TITLE}(?P<name>{_NAMES})"
)
"""What stands behind these is somebody's name, if it begins with a capital letter."""
_PERHAPS_LED_TO = re.compile(
    r"(?<!\w)(?i:ici|aqu[ií]|qui|hier|habla|fala|parla|c'est|det är|det er|greetings from|regards from|love from|"
    r"write|put|print|"
    r"ask for|asked for|looking for|spoke (?:with|to)|friend of|colleague of|mother of|father of|parents? of|"
    r"moi c'est|daughter of|son of|wife of|"
    r"husband of|widow of|widower of|sister of|brother of|niece of|nephew of|"
    r"booked (?:for|by|with|under)|sent by|signed by|seen by|treated by|cc|to be collected by|payable to|"
    rf"appointment for|slot for|patient|client)\s{_A_TITLE}(?P<name>{_NAMES})"
)
"""Behind these a name, a town or an illness stands: two words with capitals, or a known name."""
_WITH_DETAILS = re.compile(
    rf"(?:\A|[\n:;,.!?(]\s{{0,2}}|-\s)(?P<name>{_CAPITAL}(?:\s[^\W\d_a-z]\.?)?(?:\s{_CAPITAL}){{1,2}})"
    r"(?=,?\s?\(?(?i:born|dob|d\.o\.b|geb\b|née?\b|nacid|nata?o?\b|ur\.|aged?\b|\d{1,2}\s?(?:yo|y/o|years|jahre|ans|"
    r"años)\b|"
    r"\d{1,2}[./-]\d{1,2}[./-]\d|nhs\b|mrn\b|tel\b|mobile|mob\b|passport\b|patient\b|room\s\d))"
)
"""A first name and a surname, and then what else a form asks for."""
_WANTS = re.compile(
    rf"(?:\A|[\n.!?:]\s{{0,2}})(?P<name>{_CAPITAL}\s{_CAPITAL})(?=\s(?:wants|needs|would like|booked|has booked|"
    rf"is booked|"
    r"has an app|asked me|here\b|speaking|calling|writing|again\b|wrote to you|came in|comes on))"
)
"""A first name and a surname of somebody who wants something of a clinic."""
_TELLS_NAME = re.compile(
    rf"(?<!\w)(?P<name>{_NAMES})\s(?i:is\s(?:what\s(?:they|everyone|everybody|people|friends|family|"
    rf"my\s\w+)\s(?:all\s)?"
    r"calls?\s(?:me|him|her|us)|(?:my|his|her)\s(?:nick|first|last|sur|full|real|middle|maiden|birth|stage)?\s?name|"
    r"short\sfor|how\s(?:i|he|she)\s(?:am|is)\s(?:known|called))|heter\sjag|heiße\sich|heisse\sich|is\smijn\snaam|"
    r"ist\smein\sname|es\smi\snombre|è\sil\smio\snome|é\so\smeu\snome)(?!\w)"
)
"""The name before what tells that it is one: "Thea is what they call me"."""
_WHOSE = re.compile(
    rf"(?<!\w)(?P<name>{_CAPITAL})(?<!s)'s\s(?i:mum|mummy|mom|mommy|mother|dad|daddy|father|wife|husband|daughter|son|"
    r"sister|brother|carer|caregiver|partner|boyfriend|girlfriend|parents|appointment|birthday)(?!\w)"
)
"""Whose mother somebody is."""
_AND_I = re.compile(
    rf"(?<!\w)(?:(?i:me|myself|i|us)\s(?:and|&)\s(?P<name>{_CAPITAL})(?=\s[a-z]|[,.!?]|\Z)|"
    rf"(?<!\bto )(?<!\bin )(?<!\bat )(?<!\bof )(?<!\bthe )(?<!\bfrom )(?<!\ba )(?<!\bnear )"
    rf"(?P<first>{_CAPITAL})\s(?:and|&)\s(?i:i|me|myself)(?!\w|'))"
)
"""Who comes along: "Oskar and I"."""
_AT_WORK = re.compile(
    rf"(?<!\w)(?P<name>{_CAPITAL}(?:\s{_CAPITAL})?)\s(?i:from\s(?:the\s|your\s)?(?:front\sdesk|reception|"
    r"desk|billing|accounts|office|team)|(?:be\s)?(?:in|working|on\s(?:duty|shift)|around|there)\s(?:today|tomorrow|"
    r"this\s(?:week|morning|afternoon)|on\s\w{3,6}day))(?!\w)"
)
"""Who works there: "is Fenna in today"."""
_WRITTEN_AS = re.compile(
    rf"\b(?i:writ(?:e|ten)|put|print|enter|use|say|spell|sign(?:s|ed)?|book|register|list|save|file)\s"
    rf"(?i:(?:it|me|us|him|her|that|down|under|as)\s){{0,3}}(?P<name>{_NAMES})"
    r"(?=\s(?i:on|in)\s(?i:the|my|your|his|her)\s(?i:chart|form|file|label|card|invoice|receipt|bill|folder"
    r"|envelope|list|"
    r"record|records|appointment|booking|door|paperwork|letter)\b|\s(?i:instead|not)\b)"
)
"""What is to be written on a paper."""
_SPELT_WRONG = re.compile(
    r"\b(?:names?|spell(?:ed|ing|t)?|misspell(?:ed|ing|t)?|typo|wrote|written|called me)\b[^?!\n]{0,40}\Z",
    re.IGNORECASE,
)
"""Somebody tells how a name is really written."""
_CORRECTED = re.compile(
    r"(?:,|\s?\.{2,4}|…|\s?-)?\s(?:(?:no|oh|oops|sorry|ah)\s?,?\s)?(?:no\swait|wait|i\smean|sorry|or\srather|actually|"
    r"correction|not|make\sthat|scratch\sthat|(?:no|nope|rather|pardon|nein|non)(?=,)),?\s",
    re.IGNORECASE,
)
_HERE = re.compile(
    rf"(?:\A|[\n.!?,:;]\s{{0,2}}|\b(?i:good\s(?:day|morning|evening|afternoon)|hello|hi|hey|hoi|hej|hei|hallo"
    rf"|salut|bonjour|"
    rf"hola|oi|ciao|namaste|salam)[,!.]?\s)(?P<name>{_NAMES})"
    r"(?=,?\s(?i:here|speaking|calling|writing|again|on\sthe\s(?:line|phone)|this\sside)\b|"
    r"\s(?i:hier|aquí|aqui|ici|qui|täällä|tutaj|am\sapparat)\b)"
)
"""Who says that it is them: "Pieter van Wyk speaking"."""
_KIN_WORDS = "|".join(sorted(_KIN, key=len, reverse=True))
_IS_KIN = re.compile(
    rf"(?<![\w'-])(?P<name>{_CAPITAL}(?:\s{_CAPITAL})?)(?:,\s|\s\(|\s-\s)(?:my|his|her|our|your|meine?|mon|ma|mi|min|"
    rf"mia)\s"
    rf"(?:[a-z]{{2,10}}\s)?(?:{_KIN_WORDS})(?=[,).!?;]|\Z|\s(?:is|was|needs|and|has|had|who|faints|wants|will|would)\b)"
)
"""Told who it is behind the name: "Rosalind, my late wife", "Keiran (my son)"."""
_KIN_IS = re.compile(
    rf"\b(?i:my|his|her|our|your|meine?|mon|ma|mi|mia)\s(?:[a-z]{{2,10}}\s)?(?:{_KIN_WORDS})(?:\s\((?:called\s)?|,\s|"
    rf"\s-\s|\sis\s)"
    rf"(?P<name>{_NAMES})(?=[),.;!?]|\Z|\s[a-z])"
)
_SOMEBODY_CALLED = re.compile(
    r"\b(?i:girl|lady|nurse|guy|gentleman|woman|man|person|receptionist|doctor|therapist|tech|phlebotomist|lad|chap|"
    r"fellow|"
    r"one|colleague|physio|boy|kid|patient|client|surgeon|consultant)"
    rf"(?:[^\W\d_]|[ ]){{0,30}}(?:(?P<told>,)|\s(?:is\s)?(?:called|named|by the name of))\s"
    rf"(?P<name>{_CAPITAL}(?:\s{_CAPITAL})?)(?=[,.;!?)]|\Z|(?(told)(?!)|\s[a-z]))"
)
"""Somebody of whom the name is told after what they do: "the girl at the desk, Fenella, said"."""
_SHAPES = (
    *(_LED_TO, _PERHAPS_LED_TO, _WITH_DETAILS, _WANTS, _IS_KIN, _KIN_IS, _SOMEBODY_CALLED),
    *(_TELLS_NAME, _HERE, _WHOSE, _AND_I, _AT_WORK, _WRITTEN_AS),
)
_LINE_OF_A_NAME = re.compile(
    rf"\n[ \t]*+\n?[ \t]*+(?P<dash>[-–—~*][ \t]?)?(?P<name>(?:[^\W\d_a-z]\.[ ]?){{0,3}}{_NAMES}"
    rf")[ \t]{{0,2}}(?:x{{1,4}}|[.,!]|:\)|\(.{{0,60}}\))?[ \t]{{0,2}}(?=\n|\Z)"
)
_WISHES = word_set("""
    liebe lieber viele grüße beaucoup mit freundlichen vriendelijke cordiali saluti bonne buona buen gute guten noche
    tarde jour journée soirée sent iphone outlook android ps nb re fwd subject attached best
    """)
_LIKE_A_DRUG = re.compile(r"(?:ine|one|ol|ide|ate|in|an|ab|um|ic|ex|is|ix|yl|us|ium|pril|tan)\Z")

_OPENING = re.compile(
    r"(?:\W{0,3}(?:hi|hello|hey|hallo|hola|bonjour|ciao)[,!.]?\s)?(?P<name>[^\W\d_]{3,20}(?:\s[^\W\d_]{3,20})?),\s",
    re.IGNORECASE,
)
"""A message that begins with who it is from."""


def _name_words(written: str) -> list[str]:
    """The words of what may be a name, in small letters; none if one of them is plainly something else."""
    words = [word.lower().strip(".").removesuffix("'s") for word in written.split()]
    told = [word for word in words if len(word) > 1 and word not in PARTICLES]
    known = bool(told) and told[0] in names()
    if any(no_name(word) or (like_a_state(word) and word not in names() and not known) for word in told):
        return []
    shown = [word for word in written.split() if word.lower() not in PARTICLES]
    if any(not word[0].isupper() or (word.isupper() and len(word.strip(".")) > 1) for word in shown):
        return []
    return [] if told and told[0] in _TITLES else told


def _plain_word(written: str) -> bool:
    """Whether it is one word of English that nobody is called: "my neighbour is Away"."""
    return of_english(written.lower()) and written.lower() not in DOUBTFUL_NAMES


class People:
    """The names in one plain text.

    Args:
        text: as `spans.plain` makes it.
        words: its words.
    """

    def __init__(self, text: str, words: Sequence[Word]) -> None:
        self._text, self._words = text, words
        self._plain_letters = letters_without_accents(text)
        letters = [word for word in words if word.text.isalpha()]
        self._cased = any(not word.text.isupper() for word in letters if len(word.text) > 1) if letters else False
        """Whether capital letters tell anything: not in a message all in capitals."""

    def names(self) -> Iterator[Span]:
        """Names behind cues, in greetings and signatures, and first names with a surname."""
        for place, word in enumerate(self._words):
            start = self._cue(place, word) or self._first_alone(place, word)
            if start is None or (start[0] == place and self._is_public(*start)) or self._is_nobody_here(*start):
                continue
            yield Span(self._words[start[0]].start, self._words[start[1] - 1].end, NAME)
            other = self._another(start[1])
            if other is not None:
                yield Span(self._words[other[0]].start, self._words[other[1] - 1].end, NAME)
        yield from self._by_shape()
        yield from self._called_like_an_illness()
        for kind in (_INITIAL, _SPELLED_NAME, _SPELLED_OUT):
            for found in kind.finditer(self._text):
                group = "name" if "name" in kind.groupindex else 0
                last = found[group].rpartition(".")[2].strip().lower()
                if not (kind is _INITIAL and (no_name(last) or _YEAR_BEHIND.match(self._text, found.end()))):
                    yield Span(found.start(group), found.end(group), NAME)

    def _called_like_an_illness(self) -> Iterator[Span]:
        """A surname after which an illness is called, wherever it stands once somebody has said that it is theirs."""
        if not self._cased:
            return
        said = {
            word.rpartition(" ")[2].lower()
            for found in _SURNAMES_SAID.finditer(self._text)
            for word in (found["behind"] or found["before"],)
        }
        own = {word for word in said if word in EPONYMS}
        for place, word in enumerate(self._words) if own else ():
            if word.lower in own and word.capital and not _ILLNESS_BEHIND.match(self._text, word.end):
                first = place
                while first and self._is_first(self._words[first - 1]) and self._gap(first - 1) == " ":
                    first -= 1
                yield Span(self._words[first].start, word.end, NAME)

    def _by_shape(self) -> Iterator[Span]:
        """Names that the words around them, or the line on which they stand alone, tell to be names."""
        if not self._cased:
            return
        for kind in _SHAPES:
            for found in kind.finditer(self._text):
                group = "name" if found["name"] else "first"
                written = _name_words(found[group])
                known = any(word in names() for word in written)
                behind = self._text[found.end() : found.end() + 1]
                unsure = kind is _PERHAPS_LED_TO or (
                    kind is _KIN_IS and (" is " in found[0] or behind not in (",", ")", "."))
                )
                if not written or (unsure and not (known or len(written) > 1)) or len(found[group]) < 3:
                    continue
                if kind is _LED_TO and " is " in found[0] and not known and _plain_word(found[group]):
                    continue
                known = known or (kind is _HERE and len(written) == 1 and unheard_of(written[0]))
                if kind is _HERE and not known and (len(written) < 2 or written[-1] in _KIN | _AROUND | _HONORIFICS):
                    continue
                if written[0] in _PLACES_TOO or any(word in NOT_AFTER_A_NAME for word in written):
                    continue
                if not self._is_a_study(found.start(group), found.end(group)):
                    yield Span(found.start(group), found.end(group), NAME)
        yield from self._lines()
        opening = _OPENING.match(self._text)
        if opening is not None:
            one, *more = opening["name"].lower().split()
            if self._is_a_study(opening.start("name"), opening.end("name")):
                return
            if one in names() and not any(no_name(word) or like_a_state(word) for word in more):
                yield Span(opening.start("name"), opening.end("name"), NAME)

    def _is_a_study(self, start: int, end: int) -> bool:
        return _YEAR_BEHIND.match(self._text, end) is not None or bool(
            _A_PUBLIC_PERSON.search(self._text, max(start - 30, 0), end + 30)
        )

    def _lines(self) -> Iterator[Span]:
        """Lines with nothing but a name on them, as one signs a letter."""
        found = list(_LINE_OF_A_NAME.finditer(self._text))
        for line in found if len(found) < 4 else ():
            written = _name_words(line["name"])
            before = self._text[max(line.start() - 60, 0) : line.start()].rstrip()
            closed = before.endswith((",", "!", ".", "?")) or line[0].startswith("\n\n")
            known = any(word in names() for word in written)
            wished = any(word.strip(",.!") in FAREWELLS for word in before.lower().split()[-7:])
            if any(word in FAREWELLS or word in _WISHES for word in written):
                continue
            sure = wished or known or line["dash"] or "." in line["name"]
            alone = (
                line[0].startswith("\n\n")
                and line.end() == len(self._text)
                and not _LIKE_A_DRUG.search(written[0] if written else "")
            )
            if (
                written
                and before
                and (sure or (closed and (len(written) > 1 or alone)))
                and len(written) + len(line["name"]) > 3
            ):
                yield Span(line.start("name"), line.end("name"), NAME)

    def _is_public(self, first: int, end: int) -> bool:
        """Whether a name without a cue is that of an author or a celebrity."""
        start, last = self._words[first].start, self._words[end - 1].end
        return (
            _YEAR_BEHIND.match(self._text, last) is not None
            or _A_PUBLIC_PERSON.search(self._text, max(start - 50, 0), last + 50) is not None
        )

    def _is_nobody_here(self, first: int, end: int) -> bool:
        """Whether everybody has heard of somebody, or of a doctor or an author with a first name something is told."""
        start, last = self._words[first].start, self._words[end - 1].end
        around = _NOBODY.finditer(self._plain_letters, max(start - _SAYING, 0), last + _SAYING)
        if any(saying.start() < last and start < saying.end() for saying in around):
            return True
        before = self._words[first - 1].lower if first else ""
        if before not in _LEARNED:
            return False
        surname = self._words[end - 1].lower.removesuffix("'s")
        if surname in OF_THE_FIELD or (surname.removesuffix("s") in OF_THE_FIELD and surname not in names()):
            return True
        if end == first + 1 or _MINE_BEFORE.search(self._text, max(start - 40, 0), start) is not None:
            return False
        if _TOLD_OF_THE_LEARNED.match(self._text, last) is not None:
            return True
        if _OWN_DOCTOR.search(self._text, max(start - 45, 0), last + 45) is not None:
            return False
        near = max(start - _NEAR_AN_AUTHOR, 0), last + _NEAR_AN_AUTHOR
        return any(kind.search(self._text, *near) is not None for kind in (_A_PUBLIC_PERSON, _OF_RESEARCH))

    def _another(self, place: int) -> tuple[int, int] | None:
        """A second name after one: "Tom and Ellie", "Tanja, no wait, Tanya"."""
        words = self._words
        corrected = _CORRECTED.match(self._text, words[place - 1].end) if place else None
        if corrected is not None:
            behind = next(
                (at for at in range(place, min(place + 4, len(words))) if words[at].start >= corrected.end()), 0
            )
            return (behind, self._end(behind)) if behind and self._capital(behind) else None
        if place + 1 >= len(words) or words[place].lower not in _AND or self._gap(place) != " ":
            return None
        word = words[place + 1]
        if not (word.capital and self._cased) or word.lower in NOT_AFTER_A_NAME:
            return None
        known = word.lower in first_names() or unheard_of(word.lower)
        known = known or (word.lower in DOUBTFUL_NAMES - COMMON and self._ends_after(place + 1))
        return (place + 1, self._end(place + 1)) if known else None

    def _first_alone(self, place: int, word: Word) -> tuple[int, int] | None:
        """A first name alone with a capital letter, of somebody who says or does something, and "Keisha btw"."""
        lower = word.lower.removesuffix("'s")
        if not (word.capital and self._cased) or word.text.isupper() or len(lower) < 3:
            return None
        if no_name(lower) or word.lower in EPONYMS:
            return None
        words = self._words
        if (
            place
            and words[place - 1].capital
            and self._gap(place - 1) in (" ", ". ")
            and not no_name(words[place - 1].lower)
        ):
            return None
        if _BY_THE_WAY.match(self._text, word.end) or (
            _TOLD_ME.match(self._text, word.end) and lower not in _KIN and not lower.endswith(_OFFICES)
        ):
            return place, place + 1
        if place + 1 < len(words) and (place == 0 or self._gap(place - 1).endswith("\n")):
            surname = words[place + 1]
            if (
                self._gap(place) == " "
                and surname.capital
                and not surname.text.isupper()
                and not no_name(surname.lower)
                and surname.lower not in NOT_AFTER_A_NAME
                and _DETAILS_BEHIND.match(self._text, surname.end)
            ):
                return place, place + 2
        joined = "-" in lower and self._is_first(word)
        if not (lower in first_names() or joined) or lower in DOUBTFUL_NAMES or lower in COMMON or lower in _PLACES_TOO:
            return None
        follows = words[place + 1].lower if place + 1 < len(words) and self._gap(place) == " " else ""
        if _NO_PERSON_BEHIND.match(self._text, word.end) or follows in OF_THE_FIELD:
            return None
        if place and words[place - 1].lower in (
            "san",
            "santa",
            "saint",
            "st",
            "são",
            "in",
            "near",
            "the",
            "lake",
            "mount",
            "port",
        ):
            return None
        return place, place + 1

    def _cue(self, place: int, word: Word) -> tuple[int, int] | None:
        """The name (first word, one past the last) to which this word leads or with which it begins."""
        lower, words = word.lower, self._words
        before = words[place - 1].lower if place else ""
        if lower in (
            "name",
            "name's",
            "names",
            "surname",
            "lastname",
            "firstname",
            "forename",
            "nombre",
            "nom",
            "prénom",
            "prenom",
            "apellido",
            "apellidos",
            "nachname",
            "vorname",
            "cognome",
            "nome",
            "naam",
            "imię",
            "nazwisko",
        ):
            return self._after_name_word(place, lower, before)
        if lower in _SAYS_NAME:
            skip = 1 if place + 1 < len(words) and words[place + 1].lower in ("się", "mi", "me") else 0
            return self._strong(place + 1 + skip)
        if lower == "called" and (
            before in ("i'm", "im", "am", "is", "he's", "she's") or before.removesuffix("'s") in _KIN | _AROUND
        ):
            return self._strong(place + 1, capital=True)
        if lower in ("call", "calls") and place + 1 < len(words) and words[place + 1].lower in ("me", "him", "her"):
            return self._weak(place + 2, told=True)
        if lower in ("it's", "its") and _SPELT_WRONG.search(self._text, max(word.start - 60, 0), word.start):
            return self._weak(place + 1, told=self._capital(place + 1))
        if lower in ("day", "morning", "evening", "afternoon") and place == 1 and before in ("good", "gud"):
            return self._weak(place + 1)
        if lower in ("this", "it's", "its", "that's", "ich", "io", "eu", "je", "yo", "hier"):
            skip = (
                1
                if place + 1 < len(words)
                and words[place + 1].lower in ("is", "bin", "sono", "sou", "suis", "soy", "ist")
                else 0
            )
            if lower == "ich" and skip and self._is_a_role(place + 2):
                return None
            greeted = place == 0 or before in GREETINGS or not self._gap(place - 1).strip(" ").isspace()
            return (
                self._weak(place + 1 + skip, introduced=lower in ("this", "it's", "its") and (greeted or place < 4))
                if skip or lower in ("it's", "its")
                else None
            )
        if lower in ("i'm", "soy") or (lower == "im" and place + 1 < len(words) and words[place + 1].lower in names()):
            return self._weak(place + 1)
        if lower == "am" and (place == 0 or before in GREETINGS or before in ("i", "hiya")):
            return self._weak(place + 1)
        if lower in _TITLES:
            titled = self._after_title(place)
            return None if titled is not None and self._is_a_thing(titled[0], before) else titled
        if (
            word.text in ("Ms", "Sr")
            or (word.text == "M" and self._gap(place) == ". " and self._capital(place + 1))
            or (lower == "ms" and self._is_surname(place + 1))
        ):
            return self._after_title(place)
        if lower == "under" or (lower == "by" and before in ("go", "goes")):
            skip = 2 if self._are(place + 1, "the", "name") else 1 if self._are(place + 1, "name") else 0
            first = place + 1 + skip
            booked = skip > 0 or _BOOKED.search(self._text, max(word.start - 60, 0), word.start) is not None
            shown = lower == "by" or before in (
                "it",
                "us",
                "me",
                "him",
                "her",
                "that",
                "down",
                "booked",
                "probably",
                "maybe",
            )
            known = first < len(words) and (self._knows(words[first].lower) or (shown and self._capital(first)))
            return self._weak(first, told=booked or lower == "by") if booked or known else None
        if lower in ("for", "to", "with") and before in _SPEAKS:
            return self._weak(place + 1, told=before in _SPOKE and self._capital(place + 1))
        if lower in ("tell", "ask", "saw", "met", "told", "asked", "contact", "call", "ring", "text") and self._capital(
            place + 1
        ):
            return self._weak(place + 1)
        if lower in ("of", "named") and (
            before in _KIN or before in ("carer", "parent", "guardian", "relative", "mates")
        ):
            return self._weak(place + 1, told=self._capital(place + 1))
        if lower in _LISTED_AS and ":" in self._gap(place):
            return self._strong(place + 1, capital=True, listed=True)
        if place + 2 >= len(words) and re.search(r"(?:\A|\s)-\s?\Z", self._text[: word.start]) and self._knows(lower):
            return place, len(words)
        if lower == "signed" or (lower in GREETINGS and place == 0):
            return self._weak(place + 1)
        if lower in FAREWELLS and len(words) - place <= 5 and (lower != "you" or before == "thank"):
            signed = self._signature(place + 1)
            if signed is not None:
                return signed
        around = lower in _KIN or (lower == "law" and before == "in") or (lower in _AROUND and before in _OWNS)
        if around and place + 1 < len(words) and (found := self._kin(place + 1)) is not None:
            return found
        if (
            lower in _HONORIFICS or (lower == "ate" and before in ("for", "my", "our", "by", "with", "to", "from"))
        ) and ((titled := self._behind_an_honorific(place + 1)) is not None):
            return titled
        if lower in ("here", "speaking") and place and (spoken := self._speaking(place)) is not None:
            return spoken
        if lower in (
            "patient",
            "behalf",
            "attn",
            "attention",
            "contact",
            "for",
            "with",
            "by",
            "nurse",
            "from",
            "to",
        ) and place + 1 < len(words):
            skip = 1 if lower == "behalf" and words[place + 1].lower == "of" else 0
            if (told := self._full(place + 1 + skip)) is not None:
                return told
        return self._first_and_last(place)

    def _behind_an_honorific(self, first: int) -> tuple[int, int] | None:
        """ "tita Baby", "Sgt Ruiz": a word with a capital letter that is no other."""
        if not self._capital(first) or self._gap(first - 1) not in (" ", ". ") or self._words[first].text.isupper():
            return None
        lower = self._words[first].lower
        return (first, self._end(first)) if len(lower) > 2 and lower not in NOT_AFTER_A_NAME else None

    def _is_a_thing(self, place: int, before: str) -> bool:
        """Whether a title and a name are a maker's: "a Dr. Hänsler Ozonosan", "the Dr Wolff machine"."""
        behind = self._words[place + 1] if place + 1 < len(self._words) and self._gap(place) == " " else None
        return (
            before in ("a", "an", "the", "your", "this", "that", "new")
            and behind is not None
            and (behind.lower in _THINGS or (before != "the" and behind.capital and no_name(behind.lower)))
        )

    def _is_a_role(self, place: int) -> bool:
        """Whether a German noun tells what somebody is: "Diabetikerin", "Rentner"."""
        return place < len(self._words) and german_role(self._words[place].lower)

    def _capital(self, place: int) -> bool:
        return (
            place < len(self._words)
            and self._cased
            and self._words[place].capital
            and not no_name(self._words[place].lower)
        )

    def _are(self, place: int, *lower: str) -> bool:
        return [word.lower for word in self._words[place : place + len(lower)]] == list(lower)

    def _is_surname(self, place: int) -> bool:
        return place < len(self._words) and self._words[place].lower in SURNAMES - COMMON

    def _is_initial(self, place: int) -> bool:
        """Whether a word is a letter with a dot, as in "Mr T. Vale"."""
        word = self._words[place] if place < len(self._words) else None
        return word is not None and len(word.text) == 1 and word.capital and self._gap(place) in (". ", ".")

    @staticmethod
    def _knows(lower: str) -> bool:
        return lower in names()

    def _after_name_word(self, place: int, lower: str, before: str) -> tuple[int, int] | None:
        words = self._words
        if before in _OTHER_NAMES or place + 1 >= len(words):
            return None
        following, gap = words[place + 1], self._gap(place)
        if lower == "name's" or (lower == "names" and before in _BEFORE_NAME):
            return self._strong(place + 1)
        if any(sign in gap for sign in ":=-"):
            return self._strong(place + 1, listed=True)
        if gap.strip() == "?" and before in _BEFORE_NAME and self._capital(place + 1):
            return place + 1, self._end(place + 1)
        if following.lower in ("is", "was", "ist", "es", "est", "è", "é", "is:", "are") and (
            before in _BEFORE_NAME
            or not _KIN.isdisjoint((before, before.removesuffix("s"), before.removesuffix("'s"), before.rstrip("'")))
            or lower != "name"
            or place == 0
            or before in ("a", "and", "mi", "mon", "mein", "meu", "mio")
        ):
            return self._strong(place + 2)
        if lower == "imię" or (lower != "name" and lower != "nom" and lower != "nome"):
            return self._strong(place + 1, capital=True)
        if before in ("my", "full", "first", "last", "patient") or place == 0 or "\n" in self._gap(place - 1):
            return self._weak(place + 1, told=before in ("my", "full", "first", "last"))
        return None

    def _strong(self, first: int, *, capital: bool = False, listed: bool = False) -> tuple[int, int] | None:
        """A name that was announced: anything that is not plainly something else."""
        if first >= len(self._words) or (first and not _OPENS.fullmatch(self._gap(first - 1))):
            return None
        if (named := self._of_words(first)) is not None:
            return named
        word = self._words[first]
        if self._cased and word.text.isupper() and 2 < len(word.text) < 5 and word.lower not in names():
            return None  # "is called GPA now"
        particle = (
            word.lower in PARTICLES
            and word.lower not in ("a", "y", "e", "la", "do")
            and first + 1 < len(self._words)
            and not no_name(self._words[first + 1].lower)
        )
        if word.lower.isdigit() or (no_name(word.lower) and word.lower not in DOUBTFUL_NAMES and not particle):
            return None
        if (
            word.lower in DOUBTFUL_NAMES
            and not (word.capital and self._cased)
            and word.lower in COMMON
            and not self._ends_after(first)
        ):
            return None
        if (capital and not (word.capital and self._cased)) or (
            not word.capital and word.lower.endswith("ed") and word.lower not in first_names() and len(word.lower) > 4
        ):
            return None
        return first, self._end(first, listed=listed)

    def _of_words(self, first: int) -> tuple[int, int] | None:
        """A first name and a surname that may both be words of every day, with capitals: "Will May", "Grant Hollow"."""
        words = self._words
        if first + 1 >= len(words) or self._gap(first) != " " or not self._cased:
            return None
        one, two = words[first], words[first + 1]
        shown = one.capital and two.capital and not one.text.isupper() and len(two.text) > 1
        months = {one.lower, two.lower} <= _MONTHS_TOO or two.lower in NOT_AFTER_A_NAME
        if not shown or months or one.lower not in DOUBTFUL_NAMES:
            return None
        surname = two.lower in DOUBTFUL_NAMES | SURNAMES | WORDS_AS_SURNAMES or not no_name(two.lower)
        return (first, max(self._end(first), first + 2)) if surname and not two.lower.isdigit() else None

    def _end(self, first: int, *, listed: bool = False) -> int:
        """One past the last word of a name that begins at a place."""
        words, end = self._words, first + 1
        while end < len(words) and end - first < _MOST_WORDS + 1:
            _word, gap = words[end], self._gap(end - 1)
            if gap not in _NAME_JOINS or (gap.startswith(".") and len(words[end - 1].text) > 2):
                break
            behind = self._behind_particles(end)
            if (
                behind > end
                and behind < len(words)
                and self._gap(behind - 1) == " "
                and self._may_be_surname(behind, words[end])
            ):
                end = behind + 1
                continue
            if not self._may_be_surname(end, words[end - 1], listed=listed):
                chain = self._chain(end) if not words[end - 1].capital or not self._cased else end
                return chain
            end += 1
        return end

    def _chain(self, first: int) -> int:
        """One past the last of some unknown small words with which a clause ends; where there are none, the first."""
        end = first
        while end < len(self._words) and end - first < _MOST_WORDS - 1 and self._gap(end - 1) == " ":
            word = self._words[end]
            if (
                word.capital
                or word.lower.isdigit()
                or len(word.lower) < 2
                or no_name(word.lower)
                or like_a_state(word.lower)
                or word.lower in DOUBTFUL_NAMES
            ):
                break
            end += 1
        return end if end > first and _CLAUSE_ENDS.match(self._text, self._words[end - 1].end) else first

    def _behind_particles(self, place: int) -> int:
        """The first word from a place on that is no "van", "de", "la"."""
        while place < len(self._words) and self._words[place].lower in PARTICLES:
            place += 1
        return place

    def _may_be_surname(self, place: int, before: Word, *, listed: bool = False) -> bool:
        word = self._words[place]
        if word.lower.isdigit() or word.lower in NOT_AFTER_A_NAME:
            return False
        if len(word.text) == 1 and word.capital and word.text != "I" and self._gap(place) in (". ", "."):
            return True
        if word.lower in SURNAMES or word.lower in names():
            return word.capital or word.lower not in COMMON
        if word.capital and self._cased and before.capital and word.lower in DOUBTFUL_NAMES | WORDS_AS_SURNAMES:
            return _CLAUSE_ENDS.match(self._text, word.end) is not None
        if no_name(word.lower):
            return False
        if word.capital and self._cased:
            return True
        if before.capital and self._cased and before.lower not in PARTICLES:
            return False
        return len(word.lower) > 2 and not like_a_state(word.lower) and (listed or self._ends_after(place))

    def _ends_after(self, place: int) -> bool:
        return _ENDS_HERE.match(self._text, self._words[place].end) is not None

    def _introduced(self, first: int) -> bool:
        """Whether an unknown word in small letters is a name: "this is jas, i was in on tuesday", "its jas again"."""
        word = self._words[first]
        return (
            len(word.lower) > 2
            and not no_name(word.lower)
            and not like_a_state(word.lower)
            and word.lower not in DOUBTFUL_NAMES
            and _WHO_GOES_ON.match(self._text, word.end) is not None
        )

    def _weak(self, first: int, *, told: bool = False, introduced: bool = False) -> tuple[int, int] | None:
        """What may be a name or anything else: "I'm John Smith", "I'm tired", "this is Anna"."""
        words = self._words
        if first >= len(words) or not _OPENS.fullmatch(self._gap(first - 1)) or "\n" in self._gap(first - 1):
            return None
        if (named := self._of_words(first)) is not None:
            return named
        word = words[first]
        follows = words[first + 1] if first + 1 < len(words) and self._gap(first) in _NAME_JOINS else None
        if word.lower in _TITLES or word.lower.isdigit():
            return None
        if word.lower in names():
            if follows is not None and follows.lower in NOT_AFTER_A_NAME:
                return None
            return first, self._end(first)
        if word.lower in _BEFORE_A_NICKNAME and follows is not None and follows.lower in names():
            return first, self._end(first + 1)
        if word.lower in PARTICLES and follows is not None and follows.capital and not no_name(follows.lower):
            return first, self._end(first + 1)
        if not (word.capital and self._cased):
            if (
                told
                and not no_name(word.lower)
                and not of_two_words(word.lower)
                and word.lower not in DOUBTFUL_NAMES
                and len(word.lower) > 2
                and self._ends_after(first)
            ):
                return first, self._end(first)
            if introduced and self._introduced(first):
                return first, self._end(first)
            surname = (
                follows is not None
                and follows.lower in SURNAMES
                and follows.lower not in COMMON
                and word.lower in DOUBTFUL_NAMES
            )
            return (first, self._end(first)) if surname else None
        if (
            follows is not None
            and follows.capital
            and follows.lower not in NOT_AFTER_A_NAME
            and not no_name(follows.lower)
            and not follows.lower.isdigit()
        ):
            everyday = word.lower in COMMON and word.lower not in DOUBTFUL_NAMES
            if not everyday and not like_a_state(word.lower):
                return first, self._end(first)
        if (
            follows is not None
            and follows.lower in PARTICLES
            and first + 2 < len(words)
            and words[first + 2].capital
            and not no_name(word.lower)
            and not no_name(words[first + 2].lower)
        ):
            return first, self._end(first)
        alone = (
            not no_name(word.lower)
            and (told or word.lower in DOUBTFUL_NAMES or not like_a_state(word.lower))
            and not word.text.isupper()
            and len(word.text) > (1 if told else 2)
        )
        ends = told or self._ends_after(first)
        return (first, first + 1) if alone and ends and word.lower not in NOT_AFTER_A_NAME else None

    def _after_title(self, place: int) -> tuple[int, int] | None:
        first, words = place + 1, self._words
        if self._is_initial(first) and self._capital(first + 1):
            return first, self._end(first + 1)
        while first < len(words) - 1 and first < place + 4 and words[first].lower in _MORE_TITLES:
            place, first = first, first + 1
        if first >= len(words) or self._gap(place) not in (" ", ". ", "."):
            return None
        word, behind = words[first], self._behind_particles(first)
        if first < behind < len(words) and words[behind].capital and self._cased and not no_name(words[behind].lower):
            return first, self._end(behind)
        if word.lower.isdigit() or (
            no_name(word.lower) and not (word.lower in SURNAMES and word.capital and self._cased)
        ):
            return None
        if word.capital and self._cased:
            return first, self._end(first)
        if (
            words[place].lower in ("miss", "sir", "doctor", "madam", "sr", "sig", "frau", "madame", "doktor")
            and word.lower not in names()
        ):
            return None
        likely = word.lower in names() or not (word.lower.endswith(("s", "ed", "ing")) or like_a_state(word.lower))
        return (first, self._end(first)) if likely and len(word.lower) > 2 else None

    def _signature(self, first: int) -> tuple[int, int] | None:
        """A name with which the message ends."""
        words = self._words
        while (
            first < len(words)
            and words[first].lower
            in FAREWELLS | _WISHES | {"for", "in", "your", "help", "so", "much", "kind", "many", "very"}
            and words[first].lower not in names()
        ):
            first += 1
        if first >= len(words) or len(words) - first > 3 or first == 0 or len(self._gap(first - 1)) > 8:
            return None
        if any(word.lower in COMMON - DOUBTFUL_NAMES - PARTICLES for word in words[first:]) or any(
            word.lower.isdigit() for word in words[first:]
        ):
            return None
        if words[first].lower in names() and (
            len(words) - first == 1 or words[-1].lower in SURNAMES or self._gap(first).strip() == ""
        ):
            return first, len(words)
        return (
            (first, len(words))
            if all(
                word.capital and self._cased and (not no_name(word.lower) or word.lower in PARTICLES)
                for word in words[first:]
            )
            else None
        )

    def _kin(self, first: int) -> tuple[int, int] | None:
        words = self._words
        if self._gap(first - 1) not in (" ", ", ", ": ", " - ") and words[first].lower not in ("is", "called", "named"):
            return None
        if words[first].lower in ("called", "named"):
            return self._strong(first + 1)
        if (named := self._of_words(first)) is not None:
            return named
        word = words[first]
        if word.lower in names() or (word.lower in DOUBTFUL_NAMES - COMMON and _IS_OR_HAS.match(self._text, word.end)):
            return first, self._end(first)
        capital = (
            word.capital
            and self._cased
            and not no_name(word.lower)
            and len(word.text) > 2
            and not word.text.isupper()
            and not like_a_state(word.lower)
        )
        return (first, self._end(first)) if capital and self._gap(first - 1) in (" ", ", ") else None

    def _speaking(self, place: int) -> tuple[int, int] | None:
        """ "Anna Lopez here": the names before a place at the beginning of a sentence."""
        first = place
        while (
            first > 0
            and place - first < 3
            and self._gap(first - 1) in _NAME_JOINS
            and (
                self._words[first - 1].lower in names()
                or (self._words[first - 1].capital and self._cased and not no_name(self._words[first - 1].lower))
            )
        ):
            first -= 1
        told = place - first > 1 or any(word.lower in names() for word in self._words[first:place])
        return (first, place) if first < place and told else None

    def _full(self, first: int) -> tuple[int, int] | None:
        """Two words with capitals, neither of them an everyday one."""
        words = self._words
        if (
            first + 1 >= len(words)
            or not self._cased
            or self._gap(first - 1) not in (" ", ": ")
            or self._gap(first) != " "
        ):
            return None
        one, two = words[first], words[first + 1]
        told = (
            first > 1
            and words[first - 1].lower in ("patient", "behalf", "of")
            and one.capital
            and not no_name(one.lower)
        )
        fits = (
            (one.lower in names() or told)
            and two.capital
            and not no_name(two.lower)
            and two.lower not in NOT_AFTER_A_NAME
        )
        return (first, self._end(first)) if fits else None

    def _first_and_last(self, place: int) -> tuple[int, int] | None:
        """A first name and a surname, wherever they stand: "Maria Lopez wants to book"."""
        words = self._words
        word = words[place]
        if place + 1 >= len(words) or self._gap(place) != " " or not self._is_first(word):
            return None
        if (
            place
            and words[place - 1].lower in ("san", "santa", "saint", "st", "st.", "sao", "são")
            and self._gap(place - 1) in (" ", ". ")
        ):
            return None
        surname = words[place + 1]
        if surname.lower in OF_THE_FIELD:
            return None
        if surname.lower in EPONYMS:
            ill = _ILLNESS_BEHIND.match(self._text, surname.end) or surname.lower.endswith("'s")
            return (place, place + 2) if self._cased and word.capital and surname.capital and not ill else None
        known = surname.lower in SURNAMES and surname.lower not in COMMON
        capital = (
            self._cased
            and word.capital
            and surname.capital
            and not no_name(surname.lower)
            and surname.lower not in NOT_AFTER_A_NAME
            and len(surname.text) > 1
        )
        if known or capital:
            end = self._end(place)
            return (
                (place, end)
                if end > place + 1
                and not (end < len(words) and words[end].lower in NOT_AFTER_A_NAME and self._gap(end - 1) == " ")
                else None
            )
        return None

    def _is_first(self, word: Word) -> bool:
        """Whether a word is a first name, or two joined: "Jean-Baptiste"."""
        if "-" in word.lower and word.capital and self._cased:
            parts = word.lower.split("-")
            return parts[0] in first_names() and all(len(part) > 1 for part in parts)
        return word.lower in first_names() and word.lower in names()

    def _gap(self, place: int) -> str:
        """What stands between a word and the next."""
        return (
            self._text[self._words[place].end : self._words[place + 1].start]
            if 0 <= place < len(self._words) - 1
            else ""
        )


def other_scripts(text: str) -> Iterator[Span]:
    """Names behind a cue in scripts without capital letters."""
    for found in _OTHER_SCRIPTS.finditer(text):
        group = found.lastgroup
        if group is not None:
            yield Span(found.start(group), found.end(group), NAME)
