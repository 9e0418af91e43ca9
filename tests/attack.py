"""Requests as nobody should send them, by chance and the same ones for the same seed, and what a reply to one must be.

They go into an application directly, with headers, bodies and paths that no client library would let through. What is
sent to the console is made out of its own pages: their links, and their forms with the right token and wrong values.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import io
import json
import random
import re
import resource
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from starlette.routing import Mount

from bot.console.accounts import ROLES, create_session
from bot.console.app import create_app as create_console
from bot.console.security import SessionGate
from bot.record.database import open_record
from bot.safety.warning import WARNING
from bot.settings import MAX_BODY_BYTES, ROOT, Settings
from tests.hostile import SHAPES, hostile

MARK = "qzwortlaut"
"""In nearly all that is sent: no line of a log may hold it."""

_SCRIPT = "<img src=x onerror=qz()>"

_REMEMBERED = 500
"""Signs of an address or a value that are kept to be sent again: what an attacker remembers must look like no leak."""

App = Callable[[MutableMapping[str, Any], Callable[..., Any], Callable[..., Any]], Awaitable[None]]

_BITS = (
    *("", " ", "\x00", "\u202e", "\ud83d", "\udc00", "\ufeff", "\u2028", "%00", "%", "%ff", "\\", "/", "..", "."),
    *("../../../etc/passwd", "' OR 1=1 --", '"', 'a" OR "b', "NEAR(a b", "a*", "^a", "-a", "col:a", "(((", "AND", "*"),
    *(_SCRIPT, "{{7*7}}", "${jndi:x}", "/restart", '/faq{"a":1}', "EXTERNAL: x", "[redacted]", "[number]"),
    *("\r\nSet-Cookie: a=b", "\n", "\t", "=1+1", "@SUM(1)", "1e999", "-1", "0", "1", "2", "9" * 12, "9" * 30, "NaN"),
    *("null", "true", "[]", "{}", "a\u0301" * 50, "İ", "ß", "ﬃ", "٣", "²", "½", "𝟗", "０", "🙂", "👩‍👩‍👧", "e" * 300),
    *("2026-02-30", "2026-11-29", "0001-01-01", "9999-12-31", "2026-11-29T25:00", "24:00", "Mars/Phobos", "../UTC"),
    *("javascript:alert(1)", "//evil.example", "/\\evil.example", "https://evil.example", "/login", "#", "?", "&a=b"),
)
_SAID = (
    *("yes", "no", "why?", "shorter please", "the previous one", "leave a question", "jo@mail.example", "555 0100"),
    *("I cannot breathe", "it is over", "cancel", "mornings", "what is ozone?", "thanks", "skip", "start over"),
)


_SELDOM = ("/account", "/login", "/logout", "/staff")
"""Forms that are sent seldom: they hash a password, which takes long, or end the session."""


def _questions() -> list[str]:
    lines = (ROOT / "tests" / "questions" / "hard.jsonl").read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["text"]) for line in lines]


class Words:
    """Texts by chance.

    Args:
        chance: where they come from.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._questions = _questions()

    def text(self) -> str:
        """A question, spoiled or not; something that means something somewhere; or mere signs. Mostly with the mark."""
        chance = self.chance
        kind = chance.random()
        if kind < 0.4:
            said = chance.choice(self._questions)
        elif kind < 0.6:
            said = chance.choice(_SAID)
        elif kind < 0.85:
            said = self.bit()
        elif kind < 0.99:
            said = "".join(chr(self._sign()) for _ in range(chance.randint(1, 60)))
        else:
            said = hostile(chance.choice(SHAPES), chance.choice((500, 4000, MAX_BODY_BYTES - 200)))
        for _ in range(chance.choice((0, 0, 0, 1, 3))):
            place = chance.randint(0, len(said))
            said = said[:place] + self.bit() + said[place + chance.randint(0, 2) :]
        return said + f" {MARK}" if chance.random() < 0.7 else said

    def bit(self) -> str:
        """A few signs that mean something somewhere."""
        return "".join(self.chance.choices(_BITS, k=self.chance.choice((1, 1, 1, 2, 4))))

    def value(self, deep: int = 0) -> Any:
        """Anything that JSON can say."""
        kind = self.chance.randrange(9 if deep < 3 else 7)
        if kind == 7:
            return [self.value(deep + 1) for _ in range(self.chance.randrange(4))]
        if kind == 8:
            return {self.bit(): self.value(deep + 1) for _ in range(self.chance.randrange(4))}
        simple: Sequence[Any] = (None, True, self.chance.randint(-3, 9), 10**30, 1.5, float("nan"), self.text())
        return simple[kind]

    def _sign(self) -> int:
        """A code point: of a few scripts, or any."""
        return self.chance.choice(
            (self.chance.randrange(128), self.chance.randrange(0x3000), self.chance.randrange(0x110000))
        )

    def spoiled(self, data: bytes) -> bytes:
        """Bytes with a few of them changed, doubled or lost."""
        spoiled = bytearray(data)
        for _ in range(self.chance.randint(1, 4)):
            place = self.chance.randrange(len(spoiled) + 1)
            spoiled[place : place + self.chance.randrange(3)] = self.chance.randbytes(self.chance.randrange(3))
        return bytes(spoiled)


@dataclass(frozen=True)
class Sent:
    """A request. `cut`: whoever sends it leaves before its end."""

    method: str
    path: str
    query: str = ""
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    cut: bool = False
    client: str = "127.0.0.1"


@dataclass
class Got:
    """What came back; `escaped` is the name of an exception that reached the server."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    escaped: str = ""

    def json(self) -> Any:
        """The body as JSON, None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def shown(self) -> bytes:
        """The body as a browser shows it, unpacked."""
        packed = self.headers.get("content-encoding") == "gzip" and self.body
        return gzip.decompress(self.body) if packed else self.body

    @property
    def is_page(self) -> bool:
        """Whether a person reads it."""
        return self.headers.get("content-type", "").startswith("text/html")


def _bytes(text: str) -> bytes:
    """As a server hands on what stands in a header: one byte for each sign, and no line ends."""
    return re.sub("[\r\n\x00]", "", text).encode("utf-8", "replace")


async def ask(app: App, sent: Sent) -> Got:
    """Sends a request into an application, in up to three pieces."""
    got, chunks = Got(), [sent.body[at : at + 30_000] for at in range(0, len(sent.body), 30_000)] or [b""]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": (path := sent.path.encode("utf-8", "replace").decode()),
        "raw_path": quote(path, safe="/").encode(),
        "query_string": _bytes(quote(sent.query, safe="=&%+/?:;,@!$'()*[]", errors="replace")),
        "root_path": "",
        "headers": [(name.lower().encode(), _bytes(value)) for name, value in sent.headers],
        "client": (sent.client, 40_000),
        "server": ("127.0.0.1", 8080),
    }
    ended = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not chunks:
            await ended.wait()
            return {"type": "http.disconnect"}
        chunk = chunks.pop(0)
        if sent.cut and not chunks:
            ended.set()
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            got.status = message["status"]
            got.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        else:
            got.body += message.get("body", b"")
            if not message.get("more_body"):
                ended.set()

    try:
        await app(scope, receive, send)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        got.escaped = type(error).__name__
    return got


def faults(sent: Sent, got: Got) -> list[str]:
    """What is wrong with a reply, whichever of the two applications gave it."""
    found = []
    if got.escaped or got.status >= 500 or got.status == 0:
        found.append(f"{got.status} {got.escaped}".strip())
    if b"Traceback (most recent call last)" in got.shown:
        found.append("a traceback")
    if got.is_page and _SCRIPT.encode() in got.shown:
        found.append("words of somebody as a part of the page")
    for name, value in (("x-content-type-options", "nosniff"), ("content-security-policy", "default-src 'none'")):
        if value not in got.headers.get(name, ""):
            found.append(f"no {name}")
    if "\n" in str(got.headers) or "\r" in str(got.headers):
        found.append("a line end in a header")
    return found


class Visitors:
    """What visitors' browsers and others may send to the website.

    Args:
        words: what they say.
    """

    paths = ("/", "/answers", "/about", "/privacy", "/demo", "/demo/es", "/install", "/theme", "/static/widget.js")
    _apis = ("/api/chat",) * 8 + ("/api/conversation", "/api/conversation", "/api/conversation/delete", "/api/feedback")

    def __init__(self, words: Words) -> None:
        self._words, self._chance = words, words.chance
        self.tokens: deque[str] = deque(maxlen=400)
        self._spent: deque[str] = deque(maxlen=50)

    def next(self) -> Sent:
        """A request."""
        chance = self._chance
        client = f"10.{chance.randrange(16)}.{chance.randrange(256)}.7" if chance.random() < 0.9 else "192.0.2.1"
        if chance.random() < 0.01:
            client = chance.choice(("", "fe80::1%eth0", "2001:db8::1", "::ffff:10.0.0.1", "unix", "999.1.1.1"))
        if chance.random() < 0.6:
            return self._call(client)
        path = chance.choice((*self.paths, "/answers/what_is_ozone", "/look/logo", "/static/i18n/en.json", "/healthz"))
        if chance.random() < 0.4:
            path = "/" + chance.choice((path.strip("/") + "/", "")) + self._words.bit()
        method = chance.choice(("GET",) * 8 + ("HEAD", "POST", "PUT", "OPTIONS", "DELETE", "TRACE", "qz"))
        query = self._words.bit() if chance.random() < 0.3 else ""
        return Sent(method, path, query, self._headers(), client=client)

    def _call(self, client: str) -> Sent:
        chance = self._chance
        path = chance.choice(self._apis)
        headers = self._headers()
        if chance.random() < 0.9:
            headers.append(("content-type", "application/json"))
        return Sent("POST", path, "", headers, self._body(path), chance.random() < 0.02, client)

    def _body(self, path: str) -> bytes:
        chance = self._chance
        body = {
            "message": self._words.text(),
            "token": self._token(),
            "client_id": f"{chance.randrange(10**6)}" if chance.random() < 0.5 else self._words.bit(),
            "turn": chance.choice((1, 1, 2, 3, -1, 2**63, 10**40)),
            "helpful": chance.random() < 0.5,
            "reason": self._words.text(),
        }
        wanted = {
            "/api/chat": ("message", "token", "client_id"),
            "/api/feedback": ("token", "turn", "helpful", "reason"),
        }
        kept = {name: body[name] for name in wanted.get(path, ("token",)) if chance.random() < 0.95}
        if chance.random() < 0.08:
            kept[chance.choice((*body, self._words.bit()))] = self._words.value()
        if kept.get("token") is None and chance.random() < 0.9:
            kept.pop("token", None)
        plain = json.dumps(kept, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
        kind = chance.random()
        if kind < 0.06:
            return self._words.spoiled(plain)
        if kind < 0.09:
            nested = b'{"message": ' * 500
            return chance.choice(
                (b"", b"[" * 9000, chance.randbytes(200), plain[:-1], plain * 2, nested, b"0" * 70_000)
            )
        if kind < 0.1:
            return plain.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-8-sig", "utf-7", "utf-32")))
        return plain

    def _token(self) -> str | None:
        chance = self._chance
        kind = chance.random()
        if kind < 0.35 or not self.tokens:
            return None
        if kind < 0.88:
            return chance.choice(self.tokens)
        if kind < 0.92 and self._spent:
            return chance.choice(self._spent)
        token = chance.choice(self.tokens)
        place = chance.randrange(len(token))
        return chance.choice(
            (token[:place], token[:place] + self._words.bit() + token[place + 1 :], token.swapcase(), "a.b.c")
        )

    def _headers(self) -> list[tuple[str, str]]:
        chance = self._chance
        headers = [("host", "chat.example" if chance.random() < 0.95 else self._words.bit())]
        if chance.random() < 0.15:
            names = ("cookie", "range", "if-none-match", "if-modified-since", "accept-encoding", "origin", "via")
            more = ("sec-fetch-site", "x-forwarded-for", "content-length", "content-encoding", "accept", "expect", "qz")
            value = chance.choice(
                (self._words.text(), "bytes=0-1,5-9", "gzip;q=\\", '"' + "\\" * 3000, "a=" + "\\" * 900)
            )
            headers.append((chance.choice(names + more), value))
        return headers

    def heard(self, sent: Sent, got: Got) -> list[str]:
        """What is wrong with a reply of the website; remembers the token that it gave."""
        found = faults(sent, got)
        told = got.json() if sent.path.startswith("/api/") and sent.method != "HEAD" else None
        if sent.path == "/api/chat" and sent.method == "POST" and not sent.cut:
            if not isinstance(told, dict) or told.get("warning") != {"text": WARNING}:
                found.append("no warning")
            elif got.status == 200 and not all(message["text"] for message in told["messages"] or [{"text": ""}]):
                found.append("no words in a reply")
        elif got.status >= 400 and sent.path.startswith("/api/") and isinstance(told, dict) and "warning" not in told:
            found.append("no warning")
        elif got.is_page and sent.method != "HEAD" and WARNING.encode() not in got.shown:
            found.append("a page without the warning")
        if isinstance(told, dict) and got.status == 200:
            if not all(turn["warning"] for turn in told.get("turns", [])):
                found.append("a turn without its warning")
            if told.get("deleted"):
                with suppress(ValueError, TypeError):
                    self._spent.append(json.loads(sent.body)["token"])
            elif isinstance(told.get("token"), str):
                self.tokens.append(told["token"])
        return found


@dataclass(frozen=True)
class Form:
    """A form of a page, with what its fields hold when nobody touches them."""

    action: str
    fields: tuple[tuple[str, str], ...]


class _Reader(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: list[Form] = []
        self._at = at
        self._action: str | None = None
        self._fields: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "a" and held.get("href", "").startswith(("/", "?")):
            self.links.add(urljoin(self._at, held["href"]).partition("#")[0][:_REMEMBERED])
        if tag == "form":
            self._action, self._fields = urljoin(self._at, held.get("action") or self._at).partition("#")[0], []
            if held.get("method", "").lower() != "post":
                self.links.add(self._action[:_REMEMBERED])
        name = held.get("name", "")
        if tag == "select":
            self._select = name
        if tag == "option" and self._select:
            self._fields.append((self._select, held.get("value", "")[:_REMEMBERED]))
        elif tag in ("input", "textarea", "button") and name:
            self._fields.append((name, held.get("value", "")[:_REMEMBERED]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "form" and self._action is not None:
            self.forms.append(Form(self._action, tuple(self._fields[:200])))
            self._action = None


class Colleagues:
    """What the browsers of staff, and others, may send to the console.

    Args:
        words: what is typed.
        sessions: gives the session of each role; asked again when one has ended.
        paths: the console's addresses, with `{name}` for what stands for something.
    """

    def __init__(self, words: Words, sessions: Callable[[], Sequence[str]], paths: Sequence[str]) -> None:
        self._words, self._chance, self._renew, self._paths = words, words.chance, sessions, list(paths)
        self._sessions = list(sessions())
        self._links: dict[str, None] = {"/": None}
        self._forms: dict[Form, None] = {}
        self._asked = 0

    def next(self) -> Sent:
        """A request."""
        chance = self._chance
        self._asked += 1
        if self._asked % 200 == 0:
            self._sessions = list(self._renew())
        session = chance.choice(self._sessions)
        cookie = ("cookie", self._cookies(session))
        if self._forms and chance.random() < 0.45:
            return self._filled_in(chance.choice(list(self._forms)), session, cookie)
        path, query = self._address()
        method = chance.choice(("GET",) * 20 + ("HEAD", "POST", "PUT", "OPTIONS", "DELETE", "qz"))
        return Sent(method, path, query, [("host", "console.example"), cookie])

    def _address(self) -> tuple[str, str]:
        chance = self._chance
        kind = chance.random()
        if kind < 0.5:
            parts = urlsplit(chance.choice(list(self._links)))
            path, query = parts.path, parts.query
        else:
            path, query = re.sub(r"\{\w+\}", lambda _: self._name(), chance.choice(self._paths)), ""
        if chance.random() < 0.5:
            told = [(piece.partition("=")[0], piece.partition("=")[2]) for piece in query.split("&") if piece]
            names = [name for name, _ in told] or ["q", "page", "turn", "from", "to", "said", "undo", "next", "link"]
            told.append((chance.choice(names), self._words.text()))
            chance.shuffle(told)
            query = urlencode(told, errors="replace")
        return path, query

    def _name(self) -> str:
        if self._chance.random() < 0.6:
            return str(self._chance.randint(1, 60))
        return self._words.bit().replace("/", "") or "x"

    def _filled_in(self, form: Form, session: str, cookie: tuple[str, str]) -> Sent:
        chance = self._chance
        parts = urlsplit(form.action)
        if parts.path in _SELDOM and chance.random() < 0.97:
            return Sent("GET", parts.path, parts.query, [cookie])
        fields = [
            (name, self._words.text() if chance.random() < 0.25 else value)
            for name, value in form.fields
            if name != "csrf" and chance.random() < 0.8
        ]
        if chance.random() < 0.05:
            fields += [(self._words.bit(), self._words.text())] * chance.choice((1, 150))
        token = hmac.new(session.encode(), b"console form", hashlib.sha256).hexdigest()
        if chance.random() < 0.95:
            fields.append(("csrf", token if chance.random() < 0.95 else self._words.bit()))
        body = urlencode(fields, errors="replace").encode()
        if chance.random() < 0.04:
            body = chance.choice((self._words.spoiled(body), chance.randbytes(100), b"a=" + b"%f" * 40_000, b""))
        kind = "application/x-www-form-urlencoded" if chance.random() < 0.97 else self._words.bit()
        headers = [("host", "console.example"), ("content-type", kind), cookie]
        return Sent("POST", parts.path, parts.query, headers, body, chance.random() < 0.01)

    def _cookies(self, session: str) -> str:
        chance = self._chance
        if chance.random() < 0.94:
            return f"console={session}"
        other = chance.choice(
            (self._words.text(), '"' + "\\" * 4000, session[:-1], session.swapcase(), '"\\101"', "=;=;")
        )
        return f"console={other}; console_device={self._words.text()}; console_form={self._words.bit()}"

    def heard(self, sent: Sent, got: Got) -> list[str]:
        """What is wrong with a reply of the console; takes up the links and forms of a page."""
        found = faults(sent, got)
        if "no-store" not in got.headers.get("cache-control", "") and not sent.path.startswith("/static"):
            found.append("a page that browsers may keep")
        if got.is_page and got.status == 200 and self._chance.random() < 0.2:
            reader = _Reader(sent.path)
            reader.feed(got.shown.decode("utf-8", "replace"))
            reader.close()
            _take_up(self._links, reader.links, 600)
            _take_up(self._forms, reader.forms, 400)
        return found


def _take_up[Thing](seen: dict[Thing, None], new: Iterable[Thing], most: int) -> None:
    """Adds what is new, and forgets what was seen first beyond so many."""
    seen.update(dict.fromkeys(new))
    for old in list(seen)[: max(len(seen) - most, 0)]:
        del seen[old]


@dataclass
class Tally:
    """What an attack came to.

    `waited` is the longest between two answers of /healthz in seconds, `worked` the same in seconds in which this
    process worked as well: others may keep the machine busy. What the attackers need to think and to read is no part
    of either. `grown` is in bytes of resident memory, from the moment
    at which everything had been used once.
    """

    requests: int = 0
    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    found: dict[str, str] = field(default_factory=dict)
    waited: float = 0.0
    worked: float = 0.0
    grown: int = 0

    def note(self, what: str, sent: Sent) -> None:
        """Keeps the first request of each finding."""
        shown = f"{sent.method} {sent.path!r} ?{sent.query!r} {sent.headers!r} {sent.body[:600]!r}"
        self.found.setdefault(what, shown[:2000])


class Listener(io.StringIO):
    """A log that is not kept: only whether a line holds the mark."""

    def __init__(self) -> None:
        super().__init__()
        self.lines, self.repeated = 0, ""

    def write(self, text: str) -> int:
        """Looks at a piece of a log."""
        self.lines += text.count("\n")
        if MARK in text:
            self.repeated = self.repeated or text[:500]
        return len(text)


def resident() -> int:
    """Bytes of memory that this process holds now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


async def attack(
    targets: Sequence[tuple[App, Visitors | Colleagues]],
    requests: int,
    *,
    at_once: int = 8,
    told: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Sends so many requests, evenly to all targets, while somebody asks each of them whether it is alive.

    Args:
        targets: applications, each with whoever attacks it.
        requests: how many in all.
        at_once: how many are under way at the same time.
        told: hears now and then how it stands.
    """
    tally = Tally()
    began, memory, done = time.monotonic(), 0, False
    own = own_work = 0.0

    def beside[Made](think: Callable[[], Made]) -> Made:
        """What the attackers do in this same thread, which no server would."""
        nonlocal own, own_work
        wall, work = time.monotonic(), time.process_time()
        made = think()
        own, own_work = own + time.monotonic() - wall, own_work + time.process_time() - work
        return made

    async def visit(number: int) -> None:
        nonlocal memory
        while tally.requests < requests:
            app, attacker = targets[(tally.requests + number) % len(targets)]
            tally.requests += 1
            if tally.requests % 5000 == 0:
                told(_measured())
            if tally.requests == min(requests // 3, 40_000):
                memory = resident()
            sent = beside(attacker.next)
            got = await ask(app, sent)
            name = type(attacker).__name__.lower()
            tally.statuses[f"{name} {got.status}"] += 1
            for what in beside(partial(attacker.heard, sent, got)):
                tally.note(f"{name}: {what} ({sent.method} {_shape(sent.path)})", sent)

    async def probe(app: App) -> None:
        wall, work = time.monotonic() - own, time.process_time() - own_work
        while not done:
            got = await ask(app, Sent("GET", "/healthz"))
            if got.status != 200:
                tally.note(f"/healthz is {got.status}", Sent("GET", "/healthz"))
            now, worked = time.monotonic() - own, time.process_time() - own_work
            tally.waited = max(tally.waited, now - wall)
            tally.worked = max(tally.worked, min(now - wall, worked - work))
            wall, work = now, worked
            await asyncio.sleep(0.002)

    def _measured() -> Tally:
        tally.seconds = time.monotonic() - began
        tally.grown = resident() - memory if memory else 0
        return tally

    probes = [asyncio.create_task(probe(app)) for app, _ in targets]
    try:
        await asyncio.gather(*(visit(number) for number in range(at_once)))
    finally:
        done = True
        await asyncio.gather(*probes)
    return _measured()


def _shape(path: str) -> str:
    """An address without what stands for something in it."""
    return re.sub(r"/[^/]*[^a-z/.][^/]*", "/…", path)[:60]


def console_under_attack(settings: Settings, words: Words) -> tuple[App, Colleagues]:
    """The console with an account of each role, and who attacks it; the commands that it would start are not run."""
    app = create_console(settings, launch=lambda arguments: None)

    def sessions() -> list[str]:
        with closing(open_record(settings.database)) as database:
            for role in ROLES:
                database.execute(
                    "INSERT INTO staff (username, password_hash, created_at, role) VALUES (?, '', ?, ?)"
                    " ON CONFLICT DO UPDATE SET role = excluded.role, disabled = 0",
                    [role, "2026-01-01T00:00:00.000+00:00", role],
                )
            return [create_session(database, role, time.time()) for role in ROLES]

    return app, Colleagues(words, sessions, sorted(_paths(app.routes)))


def _paths(routes: Sequence[Any]) -> Iterator[str]:
    for route in routes:
        if isinstance(route, Mount) and isinstance(route.app, SessionGate):
            yield from _paths(route.app.app.routes)  # type: ignore[attr-defined]
        else:
            yield route.path
