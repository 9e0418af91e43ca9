"""Staff hear of new requests and emergencies: once, soon, and without a visitor's words."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from email import message_from_string, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.content.library import Library
from bot.content.review_dates import SOON, ReviewDate, review_dates
from bot.record.alerts import Due, add_test, channels, use_channels
from bot.record.database import connect, open_record
from bot.record.deletion import delete_conversation
from bot.record.requests import leave_request
from bot.record.sealed import CONTACT, Seal
from bot.settings import Settings, SettingsError
from bot.website import alerting
from bot.website.alerting import Alerting, Mail, NotTold, Reviews, Way, Webhook, message_of, ways
from tests.record.conftest import BEGUN, Add, add

__all__ = ["Add", "add"]

NOW = BEGUN + 100_000
SECRET_WORDS = "I breathed in the gas and my name is Jane"
CONSOLE = "https://console.example"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    open_record(tmp_path / "record.db").close()
    return tmp_path / "record.db"


@pytest.fixture
def record(path: Path) -> Iterator[Database]:
    with closing(connect(path)) as database:
        yield database


class Hook:
    """A server that takes webhooks and answers with `status`."""

    def __init__(self) -> None:
        self.status, self.bodies, self.keys, self.patience = 200, list[dict[str, Any]](), list[str](), 0.0
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.bodies.append(json.loads(body))
                hook.keys.append(self.headers["Idempotency-Key"])
                time.sleep(hook.patience)
                self.send_response(hook.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setenv("no_proxy", "*")
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _alerting(path: Path, *found: Way, console: str = CONSOLE) -> Alerting:
    return Alerting(path, found, lambda: "Example\nClinic", console)


def _begun(path: Path, *found: Way) -> Alerting:
    started = _alerting(path, *found)
    started.round(NOW)
    return started


def _request(record: Database, conversation: str) -> None:
    seal = Seal("s" * 40, purpose=CONTACT)
    leave_request(record, conversation, question=SECRET_WORDS, reach="555 0100", best_time="now", seal=seal)


def test_an_emergency_and_a_request_are_told_once_and_without_a_visitors_words(
    path: Path, record: Database, add: Add, hook: Hook
) -> None:
    add("emergency", conversation="before", text=SECRET_WORDS)
    first, second = _begun(path, Webhook(hook.address)), _begun(path, Webhook(hook.address))
    assert hook.bodies == [], "what happened before is no news"
    turn = add("emergency", conversation="c", text=SECRET_WORDS)
    add("emergency", conversation="c", number=2, text="ok", at="2027-01-15T10:30:00.000+00:00")
    add("answer")
    _request(record, "c")
    for process in (first, second, _begun(path, Webhook(hook.address))):
        process.round(NOW + 5)
    (body,) = hook.bodies
    assert body["text"].splitlines() == [
        "Example Clinic: 1 emergency and 1 new request.",
        f"{CONSOLE}/queues/emergencies",
        f"{CONSOLE}/requests",
    ]
    assert [(event["kind"], event["link"]) for event in body["events"]] == [
        ("emergency", f"{CONSOLE}/queues/emergencies/turns/{turn}"),
        ("request", f"{CONSOLE}/requests"),
    ]
    assert not {"breathed", "Jane", "0100", "talk"} & set(json.dumps(body).replace('"', " ").split())


def test_an_emergency_that_comes_again_later_is_another(path: Path, record: Database, add: Add, hook: Hook) -> None:
    process = _begun(path, Webhook(hook.address))
    for number, at in enumerate(("08:00", "08:59", "09:58", "11:00"), start=1):
        add("emergency", conversation="c", number=number, at=f"2027-01-15T{at}:00.000+00:00")
    process.round(NOW)
    assert [event["at"][11:16] for event in hook.bodies[0]["events"]] == ["08:00", "11:00"]


def test_of_two_processes_at_the_same_moment_one_sends(path: Path, record: Database, add: Add, hook: Hook) -> None:
    processes = [_begun(path, Webhook(hook.address)) for _ in range(4)]
    hook.patience = 0.3
    add("emergency")
    threads = [threading.Thread(target=process.round, args=(NOW,)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hook.bodies) == 1


@pytest.mark.parametrize("status", [500, 404, 301, 307])
def test_what_is_not_taken_is_tried_again_later_each_time_with_what_came_since(
    path: Path, record: Database, add: Add, hook: Hook, status: int
) -> None:
    process = _begun(path, Webhook(hook.address))
    hook.status = status
    add("emergency")
    tried = []
    for second in range(0, 100):
        before = len(hook.bodies)
        process.round(NOW + second)
        if len(hook.bodies) > before:
            tried.append(second)
    assert tried == [0, 5, 15, 35, 75]
    (state,) = channels(record)
    assert (state.waiting, state.tries, state.sent_at) == (1, 5, None)
    assert f"answered with {status}" in state.failure
    assert hook.address not in state.failure
    add("emergency")
    hook.status = 204
    process.round(NOW + 10_000)
    assert hook.bodies[-1]["text"].startswith("Example Clinic: 2 emergencies.")
    (state,) = channels(record)
    assert (state.waiting, state.tries, state.failure, state.failing_since) == (0, 0, "", None)
    process.round(NOW + 20_000)
    assert len(hook.bodies) == 6


def test_a_message_that_is_tried_again_has_the_same_id(path: Path, record: Database, add: Add, hook: Hook) -> None:
    process = _begun(path, Webhook(hook.address))
    hook.status = 503
    add("emergency")
    process.round(NOW)
    process.round(NOW + 60)
    assert hook.keys == ["ozone-faq-1-1"] * 2
    assert [body["events"][0]["id"] for body in hook.bodies] == [1, 1]


def test_nothing_waits_for_somebody_who_does_not_answer(
    path: Path, record: Database, add: Add, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerting, "TIMEOUT_SECONDS", 0.4)
    process = _begun(path, Webhook(hook.address))
    hook.patience = 2
    add("emergency")
    sending = threading.Thread(target=process.round, args=(NOW,))
    sending.start()
    while not hook.bodies:
        time.sleep(0.01)
    began = time.monotonic()
    add("emergency")  # a turn is recorded while the webhook hangs
    assert time.monotonic() - began < 0.2
    sending.join()
    assert "no answer in time" in channels(record)[0].failure


def test_what_was_erased_is_not_told(path: Path, record: Database, add: Add, hook: Hook) -> None:
    process = _begun(path, Webhook(hook.address))
    add("emergency", conversation="gone")
    delete_conversation(record, "gone", lambda: Seal("s" * 40, purpose=CONTACT))
    process.round(NOW)
    assert hook.bodies == []


def test_a_way_that_is_no_longer_set_is_forgotten_and_begins_anew(
    path: Path, record: Database, add: Add, hook: Hook
) -> None:
    _begun(path, Webhook("http://127.0.0.1:9/"))
    add("emergency")
    _begun(path)
    assert channels(record) == []
    use_channels(record, ["webhook"])
    assert channels(record)[0].waiting == 0


def test_the_thread_tells_by_itself_and_ends(
    path: Path, record: Database, add: Add, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerting, "_LOOK_SECONDS", 0.05)
    process = _alerting(path, Webhook(hook.address), console="")
    process.start()
    while not channels(record):
        time.sleep(0.01)
    add_test(record, time.time())
    deadline = time.monotonic() + 10
    while not hook.bodies and time.monotonic() < deadline:
        time.sleep(0.02)
    process.stop()
    assert hook.bodies[0]["text"] == "Example Clinic: This is a test: alerts arrive."
    assert "link" not in hook.bodies[0]["events"][0]


# E-mail


class Post(threading.Thread):
    """A mail server that takes one letter a connection, in plain SMTP."""

    def __init__(self, refuse: str = "") -> None:
        super().__init__(daemon=True)
        self.refuse, self.letters, self.said = refuse, list[str](), list[str]()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rw", newline="\r\n", encoding="utf-8") as lines:

                def answer(words: str, lines: Any = lines) -> None:
                    lines.write(words + "\n")
                    lines.flush()

                answer("220 here")
                for line in lines:
                    self.said.append(line.strip())
                    verb = line.split()[0].upper()
                    if verb == self.refuse:
                        answer("550 not for Jane")
                    elif verb == "DATA":
                        answer("354 go on")
                        letter = []
                        for part in lines:
                            if part.rstrip() == ".":
                                break
                            letter.append(part)
                        self.letters.append("".join(letter).replace("\r\n", "\n"))
                        answer("250 taken")
                    elif verb == "QUIT":
                        answer("221 bye")
                        break
                    else:
                        answer("250 ok")


def test_a_letter_says_what_happened_and_where_to_look(path: Path, record: Database, add: Add) -> None:
    post = Post()
    post.start()
    process = _begun(path, Mail(f"smtp://127.0.0.1:{post.port}", "chat@clinic.example", ["a@b.example", "c@d.example"]))
    add("emergency", text=SECRET_WORDS, at="2027-01-15T09:05:00.000+00:00")
    process.round(NOW)
    process.round(NOW + 60)
    post.listening.close()
    (letter,) = [message_from_string(text, policy=policy.default) for text in post.letters]
    assert (letter["Subject"], letter["From"], letter["To"]) == (
        "Example Clinic: 1 emergency",
        "chat@clinic.example",
        "a@b.example, c@d.example",
    )
    assert letter["Message-ID"] == "<ozone-faq-1-1@clinic.example>"
    assert letter.get_content().split("\n\n") == [
        "1 emergency.",
        "- emergency, 2027-01-15 09:05 UTC",
        f"{CONSOLE}/queues/emergencies\n",
    ]
    assert channels(record)[0].name == "e-mail"


def test_a_password_is_not_sent_without_tls_and_a_servers_words_are_not_repeated() -> None:
    post = Post(refuse="RCPT")
    post.start()
    found = message_of(Due({"test": 1}, (), 1, 1), "Clinic", "")
    with pytest.raises(NotTold, match="offers no TLS"):
        Mail(f"smtp://user:secret@127.0.0.1:{post.port}", "a@b.example", ["a@b.example"]).send(found)
    assert not any("secret" in line or "AUTH" in line for line in post.said)
    with pytest.raises(NotTold) as refused:
        Mail(f"smtp://127.0.0.1:{post.port}", "a@b.example", ["a@b.example"]).send(found)
    post.listening.close()
    assert "Jane" not in str(refused.value)


# Settings


def test_the_ways_out_are_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ways(Settings()) == []
    monkeypatch.setenv("OZONE_ALERT_WEBHOOK", "https://chat.example/hooks/secret?x=1")
    monkeypatch.setenv("OZONE_ALERT_EMAIL", "desk@clinic.example, on-call@clinic.example")
    monkeypatch.setenv("OZONE_SMTP", "smtp://chat%40clinic:pass@mail.example:587")
    settings = Settings()
    assert [way.name for way in ways(settings)] == ["webhook", "e-mail"]
    assert "hooks" not in repr(settings)
    assert "pass" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OZONE_ALERT_WEBHOOK", "file:///etc/passwd"),
        ("OZONE_ALERT_WEBHOOK", "chat.example/hook"),
        ("OZONE_ALERT_WEBHOOK", "https://"),
        ("OZONE_ALERT_EMAIL", "desk at clinic"),
        ("OZONE_ALERT_EMAIL", "desk@clinic.example"),
        ("OZONE_ALERT_FROM", "a@b@c"),
        ("OZONE_SMTP", "mail.example"),
        ("OZONE_SMTP", "smtp://user@pass@mail.example"),
        ("OZONE_CONSOLE_ADDRESS", "console"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        Settings()


DAY = 86_400
TODAY = date(2027, 1, 15)


class Texts:
    """Texts with review dates, at a clinic whose day it is."""

    def __init__(self, *days_left: int) -> None:
        self.dates = {f"text_{number}": TODAY + timedelta(days=left) for number, left in enumerate(days_left)}

    def __call__(self, now: float) -> Reviews:
        today = TODAY + timedelta(days=int((now - NOW) // DAY))
        due = [ReviewDate(name, on, sent=today <= on) for name, on in self.dates.items()]
        return Reviews(today, tuple(text for text in due if text.on <= today + SOON))


def test_texts_to_review_are_told_in_a_digest_from_60_days_before(path: Path, hook: Hook) -> None:
    texts = Texts(62, 63, 200)
    processes = [Alerting(path, [Webhook(hook.address)], lambda: "Clinic", CONSOLE, texts) for _ in range(2)]
    for day in range(60):
        for process in processes:
            process.round(NOW + day * DAY)
            process.round(NOW + day * DAY + 60)
    told = [body["text"].splitlines() for body in hook.bodies]
    assert told[0] == ["Clinic: 1 text to review, the first by 2027-03-18.", f"{CONSOLE}/approve"]
    assert told[1] == ["Clinic: 2 texts to review, the first by 2027-03-18.", f"{CONSOLE}/approve"]
    days = [date.fromisoformat(body["events"][0]["at"]) for body in hook.bodies]
    assert [(day - TODAY).days for day in days] == [2, 9, 32, 39, 48, 55]
    assert all(event["kind"] == "review" for body in hook.bodies for event in body["events"])


def test_a_text_that_is_not_sent_any_more_is_told_the_next_day_and_once(path: Path, hook: Hook) -> None:
    process = Alerting(path, [Webhook(hook.address)], lambda: "Clinic", "", Texts(2))
    for hour in range(24 * 20):
        process.round(NOW + hour * 3600)
    assert [body["text"] for body in hook.bodies] == [
        "Clinic: 1 text to review, the first by 2027-01-17.",
        "Clinic: 1 text to review, the first by 2027-01-17, 1 not sent any more.",
    ]


def test_what_was_signed_anew_is_told_no_more_until_it_is_due_again(path: Path, hook: Hook) -> None:
    texts = Texts(10)
    process = Alerting(path, [Webhook(hook.address)], lambda: "Clinic", "", texts)
    hook.status = 503
    process.round(NOW)
    texts.dates["text_0"] = TODAY + timedelta(days=100)
    hook.status = 200
    for day in range(1, 45):
        process.round(NOW + day * DAY)
    (first, second) = hook.bodies
    assert first["text"].endswith("the first by 2027-01-25."), "the one that was not taken"
    assert second["events"][0]["first"] == "2027-04-25"
    assert second["events"][0]["at"] == "2027-02-24"


def test_a_mail_lists_how_many_texts_are_due_on_which_day_beside_what_else_happened(
    path: Path, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    server = type(
        "Server",
        (),
        {"__enter__": lambda s: s, "__exit__": lambda s, *_: None, "send_message": lambda s, m, *_: sent.append(m)},
    )
    monkeypatch.setattr(Mail, "_connected", lambda _: server())
    mail = Mail("smtp://mail.example", "chat@clinic.example", ["owner@clinic.example"])
    process = Alerting(path, [mail], lambda: "Clinic", CONSOLE, Texts(5, 5, *range(10, 40)))
    process.round(NOW - DAY)
    sent.clear()
    add("emergency", text=SECRET_WORDS)
    process.round(NOW + 6 * DAY)
    (message,) = sent
    assert (
        message["Subject"] == "Clinic: 1 emergency and 32 texts to review, the first by 2027-01-20, 2 not sent any more"
    )
    lines = message.get_content().splitlines()
    assert [line for line in lines if line.startswith("- to review")][:2] == [
        "- to review by 2027-01-20: 2 texts",
        "- to review by 2027-01-25: 1 text",
    ]
    assert lines[-2:] == [f"{CONSOLE}/queues/emergencies", f"{CONSOLE}/approve"]
    assert "- to review later: 11 texts" in lines
    assert not set(SECRET_WORDS.split()) & {"Jane"} & set(message.get_content().split())


def test_every_approved_answer_has_its_day_and_a_retired_one_none(library: Library) -> None:
    due = {text.name for text in review_dates(library, date.max - timedelta(days=61))}
    answers = {snippet.id: snippet for snippet in library if not snippet.short_of}
    assert due - set(answers) == {"data/opening.yml"}
    assert {answers[name].status for name in set(answers) - due} <= {"draft", "retired"}
