"""Accounts without a shell: invitations, one's own password, the second factor, and what an administrator can undo."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console.accounts import Throttle, create_session, list_staff, lookup_session, verify_login
from bot.console.app import create_app
from bot.console.current import CurrentContent
from bot.console.second_factor import code_at
from bot.record.audit import entries
from bot.settings import Settings
from tests.clock import Clock
from tests.conftest import DATA
from tests.console.conftest import NOW, Add, Browser, LogIn

if TYPE_CHECKING:
    from httpx2 import Response

PASSWORD, NEW = "correct horse battery", "another staple entirely"
STEP = int(NOW // 30)
HOUR = 3600


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def console(tmp_path: Path, database: Database, content: CurrentContent, clock: Clock) -> Starlette:
    settings = Settings(data=DATA, database=tmp_path / "record.db", secret_file=tmp_path / "secret", https=False)
    return create_app(settings, clock=clock, content=content, throttle=Throttle(clock))


@pytest.fixture
def stranger(console: Starlette) -> Callable[..., TestClient]:
    """A browser that was never here, at an address."""
    return lambda address="203.0.113.7": TestClient(console, follow_redirects=False, client=(address, 40000))


def _login(client: TestClient, name: str, password: str = PASSWORD, code: str = "") -> Response:
    csrf = _field(client.get("/login").text, "csrf")
    return client.post("/login", data={"csrf": csrf, "username": name, "password": password, "code": code})


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found[1])


def _turned_on(browser: Browser) -> tuple[str, list[str]]:
    """Turns the second factor on; its key and the recovery codes."""
    key = _field(browser.get("/account"), "secret")
    status, page = browser.post("/account", {"action": "code-on", "secret": key, "code": code_at(key, STEP)})
    assert status == 200
    return key, re.findall(r"<li><code>([a-z2-7-]{19})</code>", page)


def _second_factor(database: Database, name: str) -> bool:
    return next(person.second_factor for person in list_staff(database) if person.username == name)


# One's own password


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong horse battery", NEW, NEW, "Your present password is not right"),
        ("", NEW, NEW, "Your present password is not right"),
        (PASSWORD, NEW, NEW + "x", "typed in two different ways"),
        (PASSWORD, "short", "short", "at least 12"),
        (PASSWORD, PASSWORD, PASSWORD, "The new password is the old one"),
        (PASSWORD, "viewer of all this", "viewer of all this", "holds the username"),
    ],
)
def test_a_password_is_changed_only_as_it_should_be(
    log_in: LogIn, database: Database, old: str, new: str, again: str, said: str
) -> None:
    status, page = log_in("viewer").post("/account", {"action": "password", "old": old, "new": new, "again": again})
    assert status == 400
    assert said in page[page.index('id="password-wrong"') :][:300]
    assert "<h1>Your account</h1>" in page
    assert not re.search(r'type="password"[^>]* value=', page), "passwords are not sent back"
    assert verify_login(database, "viewer", PASSWORD) == "viewer"


def test_a_changed_password_ends_every_session_but_this_one(log_in: LogIn, database: Database) -> None:
    vera, elsewhere = log_in("viewer"), create_session(database, "viewer", NOW)
    status, where = vera.post("/account", {"action": "password", "old": PASSWORD, "new": NEW, "again": NEW})
    assert (status, where) == (303, "/account?said=password-set")
    assert verify_login(database, "viewer", NEW) == "viewer"
    assert verify_login(database, "viewer", PASSWORD) is None
    assert lookup_session(database, elsewhere, NOW) is None
    assert "The new password is set." in vera.get(where)
    assert [entry.action for entry in entries(database, limit=1)] == ["account.password"]


def test_an_open_browser_does_not_help_to_guess_the_password(log_in: LogIn, database: Database) -> None:
    vera = log_in("viewer")
    for _ in range(5):
        vera.post("/account", {"action": "password", "old": "a wild guess", "new": NEW, "again": NEW})
    status, page = vera.post("/account", {"action": "password", "old": PASSWORD, "new": NEW, "again": NEW})
    assert (status, "wrong too often" in page) == (400, True)
    assert verify_login(database, "viewer", PASSWORD) == "viewer"


# The second factor


def test_the_key_stays_the_same_until_it_is_confirmed(log_in: LogIn) -> None:
    vera = log_in("viewer")
    key = _field(vera.get("/account"), "secret")
    status, page = vera.post("/account", {"action": "code-on", "secret": key, "code": "00 0001"})
    assert status == 400
    assert "The code does not fit" in page[page.index('id="code-on-wrong"') :][:300]
    assert _field(page, "code") == "00 0001"
    assert _field(page, "secret") == key == _field(vera.get("/account"), "secret")
    assert _field(log_in("reviewer").get("/account"), "secret") != key
    assert vera.post("/account", {"action": "code-on", "secret": key, "code": code_at(key, STEP)})[0] == 200


def test_the_key_is_a_picture_to_scan_until_it_is_confirmed(log_in: LogIn) -> None:
    vera = log_in("viewer")
    picture = vera.client.get("/account/code.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|<style|style=|https?://(?!www\.w3\.org)", picture.text)
    assert vera.client.get("/account/code.svg").text == picture.text
    assert log_in("reviewer").client.get("/account/code.svg").text != picture.text
    assert 'src="/account/code.svg"' in vera.get("/account")
    _turned_on(vera)
    assert vera.client.get("/account/code.svg").status_code == 404
    assert "code.svg" not in vera.get("/account")


def test_after_it_was_off_a_new_key_is_offered(log_in: LogIn, clock: Clock) -> None:
    vera = log_in("viewer")
    key, codes = _turned_on(vera)
    assert vera.post("/account", {"action": "code-off", "password": PASSWORD, "code": codes[0]})[0] == 303
    assert _field(vera.get("/account"), "secret") != key


@pytest.mark.parametrize("action", ["code-off", "codes-new"])
@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"password": PASSWORD},
        {"code": "right"},
        {"password": PASSWORD, "code": "000000"},
        {"password": "wrong", "code": "right"},
    ],
)
def test_an_open_browser_does_not_turn_the_second_factor_off(
    log_in: LogIn, database: Database, clock: Clock, action: str, proof: dict[str, str]
) -> None:
    vera = log_in("viewer")
    key, _ = _turned_on(vera)
    clock.now += 60
    code = {"code": code_at(key, STEP + 2)} if proof.get("code") == "right" else {}
    status, page = vera.post("/account", {"action": action, **proof, **code})
    assert status == 400
    assert f'id="{action}-wrong"' in page
    assert _second_factor(database, "viewer"), "it is still on"


def test_password_and_code_turn_it_off(log_in: LogIn, database: Database, clock: Clock) -> None:
    vera = log_in("viewer")
    key, _ = _turned_on(vera)
    clock.now += 60
    assert vera.post("/account", {"action": "code-off", "password": PASSWORD, "code": code_at(key, STEP + 2)})[0] == 303
    assert verify_login(database, "viewer", PASSWORD) == "viewer"
    assert database.execute("SELECT count(*) FROM staff_recovery_codes").fetchone() == (0,)


def test_a_recovery_code_opens_the_login_once(
    log_in: LogIn, stranger: Callable[..., TestClient], database: Database
) -> None:
    vera = log_in("viewer")
    _, codes = _turned_on(vera)
    assert len(set(codes)) == 10
    assert "You have 10 recovery codes left" in vera.get("/account")
    assert all(code not in vera.get("/account") for code in codes), "they are shown once"
    assert _login(stranger(), "viewer", code=codes[3].upper().replace("-", " ")).status_code == 303
    assert _login(stranger(), "viewer", code=codes[3]).status_code == 401
    assert _login(stranger(), "viewer", "wrong horse battery", codes[4]).status_code == 401
    assert _login(stranger(), "viewer", code=codes[4]).status_code == 303
    assert "You have 8 recovery codes left" in vera.get("/account")
    kept = " ".join(str(row) for row in database.execute("SELECT * FROM staff_recovery_codes"))
    assert not any(code.replace("-", "") in kept or code in kept for code in codes)


def test_new_recovery_codes_replace_the_old(log_in: LogIn, database: Database) -> None:
    vera = log_in("viewer")
    _, before = _turned_on(vera)
    status, page = vera.post("/account", {"action": "codes-new", "password": PASSWORD, "code": before[0]})
    after = re.findall(r"<li><code>([a-z2-7-]{19})</code>", page)
    assert (status, len(after), set(after) & set(before)) == (200, 10, set())
    assert database.execute("SELECT count(*) FROM staff_recovery_codes").fetchone() == (10,)


def test_a_code_that_was_just_used_is_told_to_wait(
    log_in: LogIn, stranger: Callable[..., TestClient], clock: Clock
) -> None:
    key, _ = _turned_on(log_in("viewer"))
    refused = _login(stranger(), "viewer", code=code_at(key, STEP))
    assert (refused.status_code, "Wait until your app shows the next one" in refused.text) == (401, True)
    guessed = _login(stranger(), "viewer", "wrong horse battery", code_at(key, STEP))
    assert "the password is wrong" in guessed.text, "whoever lacks the password is told nothing of codes"
    clock.now += 30
    assert _login(stranger(), "viewer", code=code_at(key, STEP + 1)).status_code == 303


# Invitations and resets


def _link(page: str) -> str:
    found = re.search(r"http://testserver(/login\?link=[\w-]{43})", page)
    assert found is not None
    return found[1]


def _set_password(client: TestClient, link: str, new: str = NEW, again: str = NEW) -> Response:
    page = client.get(link).text
    token = link.partition("=")[2]
    return client.post("/login", data={"csrf": _field(page, "csrf"), "link": token, "new": new, "again": again})


def test_an_invitation_makes_an_account_without_a_shell(
    log_in: LogIn, stranger: Callable[..., TestClient], database: Database
) -> None:
    ada = log_in("admin")
    status, page = ada.post("/staff", {"username": "Nora", "role": "clinician"})
    link = _link(page)
    assert status == 200
    assert "is not shown again" in page
    assert link not in ada.get("/staff")
    assert "nora" in ada.get("/staff")
    assert link.partition("=")[2] not in str(list(database.execute("SELECT * FROM staff_links")))
    nora = stranger()
    for _ in range(2):
        assert "invites you as clinician" in nora.get(link).text, "looking uses nothing up"
    assert "nora" not in [person.username for person in list_staff(database)]
    answer = _set_password(nora, link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?said=password-set")
    assert "The new password is set." in nora.get(answer.headers["location"]).text
    assert _login(nora, "nora", NEW).status_code == 303
    assert {person.username: person.role for person in list_staff(database)}["nora"] == "clinician"
    assert nora.get(link).status_code == 404
    assert "not used yet" not in ada.get("/staff")
    assert [entry.action for entry in entries(database, limit=20)].count("staff.link_used") == 1


@pytest.mark.parametrize(
    ("new", "again", "said"), [("short", "short", "at least 12"), (NEW, NEW + "x", "two different ways")]
)
def test_a_password_that_does_not_do_leaves_the_link_as_it_was(
    log_in: LogIn, stranger: Callable[..., TestClient], new: str, again: str, said: str
) -> None:
    link = _link(log_in("admin").post("/staff", {"username": "nora", "role": "viewer"})[1])
    nora = stranger()
    answer = _set_password(nora, link, new, again)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert _set_password(nora, link).status_code == 303


@pytest.mark.parametrize("ended", ["expired", "withdrawn", "replaced", "invented"])
def test_a_link_that_has_ended_opens_nothing(
    log_in: LogIn, stranger: Callable[..., TestClient], database: Database, clock: Clock, ended: str
) -> None:
    ada = log_in("admin")
    link = _link(ada.post("/staff", {"username": "nora", "role": "admin"})[1])
    if ended == "expired":
        clock.now += 72 * HOUR
    elif ended == "withdrawn":
        assert ada.post("/staff/nora", {"action": "withdraw"})[0] == 303
    elif ended == "replaced":
        ada.post("/staff", {"username": "nora", "role": "viewer"})
    else:
        link = "/login?link=" + "x" * 43
    client = stranger()
    page = client.get(link)
    assert (page.status_code, "This link does not work" in page.text) == (404, True)
    csrf = _field(client.get("/login").text, "csrf")
    answer = client.post("/login", data={"csrf": csrf, "link": link.partition("=")[2], "new": NEW, "again": NEW})
    assert answer.status_code == 404
    assert len(list_staff(database)) == 4


def test_a_link_is_used_from_its_own_form_alone(
    log_in: LogIn, stranger: Callable[..., TestClient], database: Database
) -> None:
    link = _link(log_in("admin").post("/staff", {"username": "nora", "role": "viewer"})[1])
    answer = stranger().post(
        "/login", data={"csrf": "0" * 64, "link": link.partition("=")[2], "new": NEW, "again": NEW}
    )
    assert answer.status_code == 403
    assert len(list_staff(database)) == 4


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [("viewer", "viewer", "already an account"), ("1", "viewer", "cannot be used"), ("nora", "owner", "no role")],
)
def test_an_invitation_that_cannot_be_is_said_beside_the_form(log_in: LogIn, name: str, role: str, said: str) -> None:
    status, page = log_in("admin").post("/staff", {"username": name, "role": role})
    assert status == 400
    assert said in html.unescape(page[page.index('id="wrong"') :][:300])
    assert _field(page, "username") == name


def test_a_reset_takes_the_old_password_and_gives_a_link(
    log_in: LogIn, stranger: Callable[..., TestClient], database: Database
) -> None:
    session = create_session(database, "viewer", NOW)
    ada = log_in("admin")
    link = _link(ada.post("/staff/viewer", {"action": "reset"})[1])
    assert verify_login(database, "viewer", PASSWORD) is None
    assert verify_login(database, "viewer", "") is None
    assert lookup_session(database, session, NOW) is None
    assert "has no password yet" in ada.get("/staff")
    client = stranger()
    assert "has reset your password" in client.get(link).text
    assert _set_password(client, link).status_code == 303
    assert _login(client, "viewer", NEW).status_code == 303


def test_an_administrator_helps_with_a_lost_phone_but_not_themselves(log_in: LogIn, database: Database) -> None:
    _turned_on(log_in("viewer"))
    ada = log_in("admin")
    _turned_on(ada)
    assert ada.post("/staff/viewer", {"action": "code-off"})[0] == 303
    assert verify_login(database, "viewer", PASSWORD) == "viewer"
    for action in ("code-off", "reset"):
        status, said = ada.post("/staff/admin", {"action": action})
        assert (status, "You change your own password and second factor under" in said) == (400, True)
    assert _second_factor(database, "admin")


def test_what_takes_something_away_is_unfolded_first_and_never_offered_for_oneself(log_in: LogIn) -> None:
    page = log_in("admin").get("/staff")
    unfolded = "".join(re.findall(r"<details>.*?</details>", page, re.DOTALL))
    for action in ("reset", "disable"):
        assert page.count(f'name="action" value="{action}"') == unfolded.count(f'name="action" value="{action}"') == 3
    assert "Disable admin" not in page


# Who gets in


def test_nobody_can_lock_a_colleague_out_of_a_browser_that_is_known(stranger: Callable[..., TestClient]) -> None:
    hers, new = stranger("203.0.113.7"), stranger("203.0.113.7")
    assert _login(hers, "viewer").status_code == 303
    hers.cookies.delete("console")
    for number in range(25):
        _login(stranger(f"198.51.100.{number}"), "viewer", "a wild guess at it")
    for _ in range(6):
        _login(new, "viewer", "a wild guess at it")
    assert _login(new, "viewer").status_code == 429
    assert _login(hers, "viewer").status_code == 303
    assert _login(new, "reviewer").status_code == 303, "colleagues behind the same address go in and out"


def test_a_browser_remembers_several_people_and_believes_no_invented_ones(stranger: Callable[..., TestClient]) -> None:
    shared = stranger()
    for name in ("viewer", "reviewer", "viewer"):
        assert _login(shared, name).status_code == 303
        shared.cookies.delete("console")
    attacker = stranger("198.51.100.1")
    attacker.cookies.set("console_device", '{"viewer":"x"}')
    for _ in range(6):
        last = _login(attacker, "viewer", "a wild guess at it")
    assert last.status_code == 429
    for _ in range(5):
        _login(stranger("203.0.113.7"), "reviewer", "a wild guess at it")
    assert _login(shared, "reviewer").status_code == 303


def test_behind_https_every_cookie_and_header_is_strict(
    tmp_path: Path, database: Database, content: CurrentContent
) -> None:
    settings = Settings(data=DATA, database=tmp_path / "record.db", secret_file=tmp_path / "secret", https=True)
    client = TestClient(create_app(settings, content=content), base_url="https://testserver", follow_redirects=False)
    answer = _login(client, "viewer")
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 3
    for cookie in cookies:
        assert cookie.startswith("__Host-console")
        assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"))
    for response in (answer, client.get("/"), client.get("/nowhere")):
        assert response.headers["strict-transport-security"].startswith("max-age=31536000")
        assert response.headers["cache-control"] == "no-store"


def test_a_browser_that_leaves_while_it_sends_is_no_fault(console: Starlette, database: Database) -> None:
    sent: list[Any] = []
    cookie = f"console={create_session(database, 'viewer', NOW)}".encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    form = (b"content-type", b"application/x-www-form-urlencoded")
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/account",
        "query_string": b"",
        "headers": [form, (b"cookie", cookie)],
        "app": console,
    }
    asyncio.run(console(scope, receive, send))
    assert sent[0]["status"] == 400


def test_what_waits_is_counted_for_those_who_can_open_it(log_in: LogIn, database: Database, add: Add) -> None:
    database.execute(
        """INSERT INTO requests (created_at, question, reach, best_time, consent_at, changed_at)
        VALUES ('2026-11-28', 'When?', 'me@clinic.example', 'any', '2026-11-28', '2026-11-28')"""
    )
    waiting = {
        name: re.search(r'data-count="waiting">([\d,]+)<', log_in(name).get("/account"))
        for name in ("viewer", "reviewer")
    }
    assert {name: found[1] for name, found in waiting.items() if found} == {"viewer": "0", "reviewer": "1"}
    said = html.unescape(log_in("viewer").client.get("/requests").text)
    assert "see what visitors left for the team" in said
