"""Where somebody is found on the net: e-mail addresses, however they are spelled, web addresses, handles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from bot.safety.redaction.spans import PAPER_ON_THE_NET, Span
from bot.safety.redaction.words import COMMON, first_names, of_english, word_set

E_MAIL, WEB, HANDLE = "[e-mail]", "[web address]", "[handle]"

_PROVIDERS = (
    "g mail|hot mail|out look|i cloud|gmail|googlemail|hotmail|yahoo|ymail|outlook|icloud|proton|protonmail|gmx|aol|"
    "live|msn|me|mac|"
    "yandex|qq|163|126|naver|rediffmail|comcast"
    "|verizon|btinternet|sky|orange|wanadoo|free|laposte|libero|virgilio|tiscali|t-online|web|freenet|"
    "bluewin|telia|wp|onet|seznam|uol|bol|mail"
)
_BY_NAME = "gmail|googlemail|g mail|hotmail|hot mail|yahoo|ymail|outlook|icloud|protonmail|gmx|aol"
_TLD = (
    "com|org|net|edu|gov|info|biz|io|co|uk|us|de|fr|es|it|nl|be|ch|at|pl|pt|se|no|dk|fi|ie|ca|au|nz|in|"
    "br|mx|ar|ru|jp|cn|kr|tr|gr|cz|hu|ro|za|eu|me|example|test|health|clinic"
)

_EMAIL = re.compile(r"[\w.+'%&=~-]++(\s?@\s?[\w-]++(?:\.[\w-]++)++)?")
"""Each word and what makes it an address, so that all is looked at once: a search would begin anew at each letter."""
_HALF = re.compile(
    rf"(?<=[\w.+-])\s{{0,2}}@\s{{0,2}}(?:(?:{_PROVIDERS})\b(?:\s?[.,]\s?(?:{_TLD})\b)*+|"
    rf"[\w-]{{1,63}}+(?:\s?[.,]\s?|\s?[\[(]?(?:dot|punkt|punto|point|ponto)[\])]?\s?)"
    rf"(?:{_TLD})\b(?:\.(?:{_TLD})\b)?+)(?![\w])",
    re.IGNORECASE,
)
"""From the at sign on: addresses with spaces, commas or no end, as people type them on a telephone."""
_LOCAL_BEFORE = re.compile(r"[\w.+'%&=~-]{1,64}\Z")

_AT_SAID = (
    r"at\s(?:the\s)?rate(?:\sof)?|at|ät|arroba|arobase|arrobas|chiocciola|chiocciolina|klammeraffe|malpa|małpa"
    r"|apenstaartje|apestaartje|aapje|"
    r"snabel-?a|krøllalfa|miukumauku|kukac|zavin[aá][cč]|παπάκι|собака|kanelbulle|ludo a|alfa"
)
"""How the at sign is called in many languages."""
_DOT_SAID = r"dot|punkt|punto|point|ponto|kropka|punt|punktum|piste|pont|tečka|tecka|bodka|точка|τελεία|nokta|prik"
_AT = rf"(?:[\[({{<]\s{{0,2}}(?:@|a|{_AT_SAID})\s{{0,2}}[\])}}>]|\b(?:{_AT_SAID}|sign)\b)"
_DOT = rf"(?:[\[({{<]\s{{0,2}}(?:\.|{_DOT_SAID})\s{{0,2}}[\])}}>]|\b(?:{_DOT_SAID}|period)\b|\.)"
_SPOKEN = re.compile(
    rf"\s{{0,2}}{_AT}\s{{0,2}}(?:sign\s)?"
    rf"(?P<host>[a-z0-9][\w-]{{1,40}}+(?:\s[a-z]\b){{0,3}})(?:\s{{0,2}}{_DOT}\s{{0,2}}(?P<top>[a-z]{{2,10}}+"
    rf")(?:\s{{0,2}}{_DOT}\s{{0,2}}[a-z]{{2,6}}+)?+)?+",
    re.IGNORECASE,
)
_PROVIDER = re.compile(rf"(?:{_BY_NAME})\Z", re.IGNORECASE)
_TOP = re.compile(rf"(?:{_TLD})\Z", re.IGNORECASE)
_LOCAL_SPOKEN = re.compile(
    r"(?:(?<![\w.+'-])[^\W_]{1,40}+(?:\s?[\[(]?\b(?:dot|punkt|punto|point|ponto|underscore|dash|hyphen|"
    r"minus|plus|period|gui[oó]n|tiret|unterstrich)\b[\])]?\s?[^\W_]{1,40}+"
    r"|[._+'-][^\W_]{1,40}+){0,6}(?:\s\d{1,4})?|(?:\b\w\s){2,30}\w?)\s{0,2}\Z",
    re.IGNORECASE,
)
_E_MAIL_IS = re.compile(
    r"\b(?:e-?mails?|mail|correo|adresse|address|email id|mailadresse|courriel|почта)\b(?:\s(?:address|id|"
    r"electr[oó]nico|adresse))?(?:\s(?:me|us|them)\b)?(?:\s?(?:(?:is|are|was|ist|est|es|é|è|at|on|to)\b|"
    r"[:=,-])){0,2}\s{0,3}",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[\w.+-]{1,64}\s?[\[({<]\s?@\s?[\])}>]\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_HYPHENED = re.compile(r"(?<![\w-])[\w.+]{1,64}-at-[a-z0-9]{1,40}-dot-[a-z]{2,10}(?![\w-])", re.IGNORECASE)
_SHORT_AT = re.compile(r"\w[\[({<]a[\])}>]\w", re.IGNORECASE)
_PAYS_AT = re.compile(r"(?<![\w.@+-])[a-z][\w.-]{2,40}@(?P<host>[a-z]{3,20})(?![\w@.])", re.IGNORECASE)
"""An address for payments, whose host has no end: "venkat90@okbank"."""
_AT_WORDS = word_set("""
    at ät arroba arrobas arobase chiocciola chiocciolina klammeraffe malpa małpa apenstaartje apestaartje aapje
    snabel-a snabela snabel krøllalfa miukumauku kukac zavináč zavinac zavináč παπάκι собака kanelbulle ludo alfa
    """)

_TOKEN = re.compile(r"\S+")
_BEGINS_WEB = re.compile(r"[(<\[\"']{0,4}+(?:https?:/{0,2}|hxxps?:/{0,2}|ftp://|www\.)", re.IGNORECASE)
_HOST_AND_PATH = re.compile(
    r"[(<\[\"']{0,4}+(?:[a-z0-9_-]{1,63}+\.){1,5}+[a-z]{2,12}+(?::\d{2,5})?(?P<path>[/?#]\S*)", re.IGNORECASE
)
_PERSONAL_SITE = re.compile(
    r"[(<\[\"']{0,4}+(?:t\.me|wa\.me|m\.me|fb\.(?:me|com)|telegram\.me|bit\.ly|tinyurl\.com|goo\.gl|"
    r"(?:\w{1,10}\.)?(?:facebook|instagram|linkedin|twitter|x|tiktok|youtube|youtu|snapchat|"
    r"pinterest|reddit|github|threads|vk|skype|discord|medium)\.(?:com|net|be|gg))/",
    re.IGNORECASE,
)
_TELLS_SOMEBODY = re.compile(
    r"[?&;#](?:\w{1,20}=)|/(?:users?|u|visit|profile|patients?|account|reset|verify|invite|share|doc|document|"
    r"file|d|id|booking|order|appointments?|results?|session|login|portal|my)/|\w{20,}|\d{5,}|/@|/~|@",
    re.IGNORECASE,
)
_END = ".,;:!?)\"'>]"

_AT_NAME = re.compile(r"(?<![\w.@+'%&=~-])@[A-Za-z][\w]{2,30}(?:[.-]\w{1,30}){0,3}(?![\w@])")
_CASH_TAG = re.compile(r"(?<![\w$])\$(?!USD|AUD|CAD|NZD|US)[A-Za-z][\w-]{3,20}(?!\w)")
_HANDLE_IS = re.compile(
    r"\b(?:instagram|insta|ig|twitter|telegram|tele ?gram|tiktok|tik tok|snap ?chat|snap|skype|discord|"
    r"wechat|we chat|line id|kik|reddit|facebook|fb|messenger|threads|mastodon|linkedin|viber|zoom|imo|zalo|"
    r"kakao(?: ?talk)?|weibo|vk|clubhouse|display name|nick|"
    r"user ?name|user ?id|screen ?name|handle|benutzername|usuario|identifiant|pseudo|nickname|gamertag|"
    r"signal|whats ?app|bluesky|bsky|twitch|steam|xbox|psn|tinder|bumble|onlyfans|spotify|strava|youtube|slack|teams|"
    r"login name|"
    r"user|log ?in|revolut|wise|monzo|tikkie|swish|bizum|interac|gcash|maya|paytm|phonepe|gpay|mpesa|m-pesa|vipps|"
    r"patreon|etsy|ebay|paypal|venmo|cash ?app|zelle|insta name)\b(?:\s(?:handle|name|id|account|user ?name|user|"
    r"profile|page|acc|konto|tag|channel|login|nick|insta|ig|messenger|snap|telegram|discord|twitter|tiktok)){0,2}"
    r"(?:\s(?:on|for|at|in|with|there|here)(?:\s(?:your|the|my|this|our))?(?:\s\w{2,15}){1,2}?(?=\s(?:is|was|=)\s))?"
    r"(?P<said>\s?(?:(?:is now|is|ist|es|est|c'est|é|è|er|är|jest|lautet|heißt|heisst|will be|used to be|was|now|:|=|"
    r"-|at|"
    r"as|under|called)(?![\w'])|(?<=\s)['\"]|:|=)\s?|\s)(?P<value>(?:live:)?@?[\w.#-]{3,40})",
    re.IGNORECASE,
)
_PLATFORM = (
    r"(?:instagram|insta|ig|twitter|telegram|tik ?tok|snap ?chat|snap|skype|discord|we ?chat|kik|reddit|facebook|fb|"
    r"messenger|threads|mastodon|linkedin|viber|signal|bluesky|bsky|twitch|steam|xbox|psn|tinder|strava|youtube|slack|"
    r"zoom|vk|the forum|your forum|your app|your portal|the portal)"
)
_HANDLE_ON = re.compile(
    rf"(?<![\w.@/-])(?P<value>(?=[a-z_.-]{{0,30}}[\d_.-])[a-z][\w.-]{{3,39}})\s(?:is\s(?:me|my name)\s)?"
    rf"(?:on|at|over on|auf|sur|en|su|no|na|op|på)\s(?:my\s)?{_PLATFORM}(?!\w)",
    re.IGNORECASE,
)
"""The handle before the place: "drelaf_504 on kik"."""
_HANDLE_THERE = re.compile(
    rf"\b(?:on|auf|sur|en|su|no|na|op|på)\s{_PLATFORM}(?:\s(?:and|&)\s\w{{2,12}})?,?\s(?:i\sam|i'?m|im|bin\sich|"
    rf"heiße\sich|"
    rf"heisse\sich|je\ssuis|c'est|soy|sono|sou|ben\sik|jestem|it'?s|as|under|me\sis|my\sname\sis|my\shandle\sis|"
    rf"name\sis|"
    rf"(?:i|we)\s(?:go|post|write)\s(?:by|as|under)|called|search(?:\sfor)?|look\sfor)\s(?P<value>@?[\w.-]{{3,40}})",
    re.IGNORECASE,
)
"""The handle behind the place: "on insta i'm fenella.knits"."""
_HANDLE_FOUND = re.compile(
    r"\b(?:add|find|dm|follow|message|tag|look|pm|msg|adde?|folge|sígueme|sigueme|agrégame)\s?(?:me|us|her|him|mir)?"
    r"(?:\sup)?(?:\s(?:on|at|there)(?:\s\w{2,12}){0,2}?)?(?:\s(?:as|under|by|at|with|als|:|=)|:)?\s"
    r"(?P<value>(?=[a-z]{1,30}[\d_.])[a-z][\w.-]{3,39})(?![\w@/])",
    re.IGNORECASE,
)
"""A handle that nothing is said of but that one may be found by it: "add me as quincy_3rd"."""
_SHOWN_NAME = re.compile(
    r"\b(?:(?:(?:display|screen|profile|zoom|account|channel|group|skype|facebook|fb|chat|in-?game|gamer) ?name|"
    r"anzeigename)"
    r"(?:\s(?:is|will be|would be|shows(?: up)? as|shows|says|was|ist|lautet|:)|:)|"
    r"(?:page|account|profile|group|channel) (?:is )?(?:called|named))\s"
    r"[\"'“]?(?P<value>[^\W\d_]\w{0,20}(?: [^\W\d_]?\w{1,20}){1,4}?)"
    r"(?=[\"'”]|[,.;!?\n]|\Z|\s(?:and|but|so|in case|please|on|if|when|for|keeps?|not|because|with)\b)",
    re.IGNORECASE,
)
"""A handle of several words, as it is shown at a meeting: "my display name will be iPad de Maca"."""

_BESIDE = r"[\s,;/|&+]{1,3}(?:(?:and|with|my|the|und|y|et|e|en|i)\s){0,2}"
_ACCOUNT = (
    r"(?:user ?(?:name|id)?|log ?in(?: name| id)?|account(?: name| id)?|usr|uid|benutzer(?:name)?|nutzer(?:name)?|"
    r"usuario|utilisateur|identifiant|utente|utilizador|gebruiker(?:snaam)?|u[żz]ytkownik|логин|användare|bruker)"
)
_BESIDE_IT = (
    r"(?:pass ?(?:words?|code|phrase)|passwd|pwd?|psw|pin|passwort|kennwort|contrase[ñn]a|clave|mot de passe|mdp|senha|"
    r"wachtwoord|has[łl]o|lösenord|passord|пароль)"
)
_USER_AND_SECRET = re.compile(
    rf"\b{_ACCOUNT}(?:\s?(?:is|ist|es|est|:|=|-)\s?|\s)(?P<first>[\w.@-]{{3,40}}?){_BESIDE}{_BESIDE_IT}(?!\w)"
    rf"|\b{_BESIDE_IT}(?:\s?(?:is|ist|es|est|:|=|-)\s?|\s)\S{{3,40}}{_BESIDE}{_ACCOUNT}"
    r"(?:\s?(?:is|ist|es|est|:|=|-)\s?|\s)(?P<last>[\w.@-]{3,40})",
    re.IGNORECASE,
)
"""The name of an account right beside its password, which is no word of every day though it has no digit."""
_REDDIT = re.compile(
    r"(?<![\w/.:])(?<!\d )/?u/(?!(?:day|hour|min|week|month|dose|ml|litre|liter|session|"
    r"night)\w{0,8}(?!\w))[A-Za-z\d_-]{3,20}"
)
"""As one writes a user of a forum: "u/quiet_heron"; units by the day and the hour are none."""

_HOSTS = word_set("mail email live home work hospital clinic health company office doctor")
_HANDLE_WORDS = word_set(
    """
    login revolut wise monzo tikkie swish bizum interac gcash maya paytm phonepe gpay mpesa vipps
    whatsapp bluesky bsky twitch steam xbox psn tinder bumble onlyfans spotify strava youtube slack teams patreon
    etsy ebay
    paypal venmo cashapp cash zelle user
    viber zoom imo zalo kakao kakaotalk weibo vk clubhouse display nick forum portal app add find dm follow message tag
    look pm msg adde folge sígueme sigueme agrégame profile channel group account page anzeigename ingame gamer chat
    instagram insta ig twitter telegram tele tiktok tik snapchat snap skype discord wechat we line kik reddit
    facebook fb messenger threads mastodon linkedin viber username user userid screen screenname handle
    benutzername usuario identifiant pseudo nickname gamertag signal gmail hotmail
    """
)


def online_of(text: str, said: Set[str]) -> Iterator[Span]:
    """All of it in a plain text (`spans.plain`); `said` are its
    words in small letters, so that little is looked for in vain."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            if (
                found[1]
                and found[1].startswith(" @")
                and found[1][2] != " "
                and not _TOP.search(found[1].rsplit(".", 1)[1])
            ):
                yield Span(found.start(1) + 1, found.end(), HANDLE)
            elif found[1]:
                yield Span(found.start(), found.end(), E_MAIL)
        for found in _PAYS_AT.finditer(text):
            if found["host"].lower() not in COMMON:
                yield Span(found.start(), found.end(), E_MAIL)
        for found in _BRACKETED.finditer(text):
            yield Span(found.start(), found.end(), E_MAIL)
        for found in _HALF.finditer(text):
            if local := _LOCAL_BEFORE.search(text, max(found.start() - 64, 0), found.start()):
                yield Span(local.start(), found.end(), E_MAIL)
        for found in _AT_NAME.finditer(text):
            if found[0][1:].lower() not in COMMON:
                yield Span(found.start(), found.end(), HANDLE)
    if "$" in text and not said.isdisjoint(("cash", "cashapp", "cashtag", "venmo", "pay", "refund")):
        yield from (Span(found.start(), found.end(), HANDLE) for found in _CASH_TAG.finditer(text))
    if "-at-" in text.lower():
        yield from (Span(found.start(), found.end(), E_MAIL) for found in _HYPHENED.finditer(text))
    if not said.isdisjoint(_AT_WORDS) or _SHORT_AT.search(text):
        yield from _spoken(text)
    if "." in text or "://" in text:
        yield from _web(text)
    if not said.isdisjoint(_HANDLE_WORDS):
        for kind in (_HANDLE_ON, _HANDLE_THERE, _HANDLE_FOUND):
            for found in kind.finditer(text):
                value = found["value"].strip(_END)
                sure = kind is not _HANDLE_THERE or not value.isalpha() or value[0].islower()
                if sure and len(value) > 2 and value.lower() not in COMMON and not _NO_HANDLE.fullmatch(value):
                    yield Span(found.start("value"), found.start("value") + len(value), HANDLE)
        for found in _SHOWN_NAME.finditer(text):
            if not all(word in COMMON for word in found["value"].lower().split()) and re.search(
                r"[A-Z\d]", found["value"]
            ):
                yield Span(found.start("value"), found.end("value"), HANDLE)
    yield from _users(text, said)
    for found in _HANDLE_IS.finditer(text) if not said.isdisjoint(_HANDLE_WORDS) else ():
        value, told = found["value"].strip(_END), found["said"].strip() != ""
        looks = bool(re.search(r"[\d_.#@]", value))
        if (
            value.lower() not in COMMON
            and not value.isdigit()
            and (looks or (told and not value.lower().endswith(("ing", "ed"))))
        ):
            yield Span(found.start("value"), found.start("value") + len(value), HANDLE)


def _users(text: str, said: Set[str]) -> Iterator[Span]:
    """Names of accounts beside their passwords, and users of a forum by its way of writing them."""
    if "u/" in text:
        yield from (Span(found.start(), found.end(), HANDLE) for found in _REDDIT.finditer(text))
    if said.isdisjoint(_ACCOUNT_WORDS):
        return
    for found in _USER_AND_SECRET.finditer(text):
        group = found.lastgroup or "first"
        value = found[group].strip(_END)
        ordinary = value.lower() in COMMON or (of_english(value.lower()) and value.lower() not in first_names())
        if len(value) > 2 and not ordinary:
            yield Span(found.start(group), found.start(group) + len(value), HANDLE)


_ACCOUNT_WORDS = word_set("""
    user username userid login log account usr uid benutzer benutzername nutzer nutzername usuario utilisateur
    identifiant utente utilizador gebruiker gebruikersnaam użytkownik uzytkownik логин användare bruker
    """)
_NO_HANDLE = re.compile(
    r"\d.*|[a-z]{1,3}[.-]?\d{1,3}(?:mg|ml|g)?|[a-z]+(?:-[a-z]+)*|(?:[a-z]\.){2,}[a-z]?|covid-?\d*", re.IGNORECASE
)
"""Vitamins, doses, and words joined by hyphens."""


def _spoken(text: str) -> Iterator[Span]:
    """Addresses in words: "jo at mail dot example", "jo(at)mail.com", "anna dot smith at gmail"."""
    for found in _SPOKEN.finditer(text):
        host, top = found["host"], found["top"]
        joined = host.replace(" ", "")
        if host.lower() in COMMON - _HOSTS:
            continue
        told = _told(text, found.start())
        spelled = (
            "[" in found[0] or "(" in found[0] or bool(re.search(rf"\b(?:{_DOT_SAID})\b", found[0], re.IGNORECASE))
        )
        if top is None:
            if not (_PROVIDER.match(joined) or _PROVIDER.match(host)):
                continue
        elif not (spelled or told is not None or _PROVIDER.match(joined)) or not (
            _TOP.match(top)
            or (spelled and (told is not None or (len(top) < 4 and top.lower() not in COMMON)))
            or "(" in found[0]
            or "[" in found[0]
        ):
            continue
        if told is not None:
            yield Span(told, found.end(), E_MAIL)
            continue
        local = _LOCAL_SPOKEN.search(text, max(found.start() - 80, 0), found.start())
        if local is not None and local[0].strip().lower() not in COMMON - {"me", "info"}:
            yield Span(local.start() + len(local[0]) - len(local[0].lstrip()), found.end(), E_MAIL)


def _told(text: str, place: int) -> int | None:
    """Where what is said to be an e-mail address begins, if that is a few words before a place."""
    last = None
    for cue in _E_MAIL_IS.finditer(text, max(place - 90, 0), place):
        last = cue
    return (
        last.end() if last is not None and last.end() < place and len(text[last.end() : place].split()) <= 8 else None
    )


_HOSTED = re.compile(
    r"(?<![\w.@/-])[a-z0-9][a-z0-9-]{1,62}\.(?:wordpress|blogspot|substack|tumblr|wixsite|weebly|livejournal|typepad|"
    r"blogger|jimdo(?:free|site)?|squarespace|over-blog|canalblog|webnode|webflow|godaddysites|bandcamp|etsy|myshopify|"
    r"github|gitlab|netlify|carrd|ghost|home|jouwweb|strikingly|yolasite|simplesite|hatenablog)"
    r"\.(?:com|org|net|io|co|app|de|fr|nl|page|site|[a-z]{2}(?:\.[a-z]{2})?)(?![\w@])",
    re.IGNORECASE,
)
"""The page of one of many who write with the same house: a name before the house's own."""
_OWN_PAGE = re.compile(
    r"\b(?:my|our|mein\w{0,2}|unser\w{0,2}|mon|ma|notre|mi|nuestr[oa]|mia|mio|nostr[oa]|meu|minha|mijn|onze|min|mitt|"
    r"moj[aeą]?|m[óo]j|her|his)\s(?:[\w'’-]{2,14}\s){0,2}?(?:blog|vlog|web ?sites?|sites?|web|web ?page|page|home "
    r"?page|"
    r"webseite|seite|shop|store|portfolio|podcast|journal|p[áa]gina|sitio|sito|strona|hemsida|hjemmeside|website)"
    r"(?:[\s,:=(-]{1,2}(?:is|at|on|it'?s|ist|es|est|è|é|called|named|here|found|under|"
    r"address)(?!\w)){0,3}[\s,:=(-]{1,3}"
    r"(?P<host>(?:[a-z0-9][a-z0-9-]{0,62}\.){1,3}[a-z]{2,12})(?![\w@])",
    re.IGNORECASE,
)
"""The address of somebody's own page, without any path."""


def _pages(text: str) -> Iterator[Span]:
    yield from (Span(found.start(), found.end(), WEB) for found in _HOSTED.finditer(text))
    yield from (Span(found.start("host"), found.end("host"), WEB) for found in _OWN_PAGE.finditer(text))


def _web(text: str) -> Iterator[Span]:
    yield from _pages(text)
    for found in _TOKEN.finditer(text):
        token = found[0]
        if "." not in token and ":/" not in token:
            continue
        begins = _BEGINS_WEB.match(token) or _inside(token)
        if begins is None:
            path = _HOST_AND_PATH.match(token)
            begins = (
                path
                if path is not None and (_PERSONAL_SITE.match(token) or _TELLS_SOMEBODY.search(path["path"][:400]))
                else None
            )
        if begins is not None and not (
            _NOBODYS.fullmatch(token) and not _THEIR_OWN.search(text, max(found.start() - 40, 0), found.end() + 15)
        ):
            start = (
                found.start()
                + begins.start()
                + len(token[begins.start() :])
                - len(token[begins.start() :].lstrip("(<[\"'"))
            )
            yield Span(
                start, found.start() + len(token.rstrip(_END)) if len(token.rstrip(_END)) > 5 else found.end(), WEB
            )


_NOBODYS = re.compile(
    r"[(<\[\"']{0,4}(?:(?:www\.)(?:[a-z0-9-]{1,63}\.){1,3}[a-z]{2,12}/?|(?:www\.)?(?:youtube|reddit|google|wikipedia|"
    r"facebook|instagram)\.(?:com|org)/"
    r"(?:watch|search|results|r/\w{1,30}|wiki/\w{1,40})?"
    rf"|{PAPER_ON_THE_NET}"
    r")[.,;:!?)\"'>\]]{0,3}",
    re.IGNORECASE,
)
"""The front page of a house, a paper or a law, or a page without a name of anything on it: it leads to nobody unless
somebody's own."""
_THEIR_OWN = re.compile(
    r"\b(?:my|mine|me|our|i'm|am|her|his|own|find|follow|profile|contact|meine?|mon|mi)\b", re.IGNORECASE
)

_WITHIN = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


def _inside(token: str) -> re.Match[str] | None:
    """An address that follows other signs without a space."""
    return _WITHIN.search(token)
