"""deploy/nginx.conf, run by a real nginx: what it keeps away from the apps, and what it never keeps from a visitor."""

from __future__ import annotations

import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import yaml

from bot.safety.warning import WARNING
from bot.settings import MAX_BODY_BYTES
from tests.conftest import DATA
from tests.deploy.proxy import (
    CONSOLE,
    DEPLOY,
    PATIENCE_SECONDS,
    WEBSITE,
    Proxy,
    Reply,
    container_settings,
    find_nginx,
    running,
)

NGINX = find_nginx()
pytestmark = pytest.mark.skipif(
    NGINX is None,
    reason="there is no nginx here: `make nginx` brings it on Debian, as root; elsewhere set NGINX to one",
)

EMERGENCY = yaml.safe_load((DATA / "clinic.yml").read_text(encoding="utf-8"))["emergency"]["number"]
A_SECOND = {"PROXY_HEADER_SECONDS": "1", "PROXY_BODY_SECONDS": "1"}
UNLIMITED = {"PROXY_MESSAGES_A_MINUTE": "60000", "PROXY_MESSAGES_AT_ONCE": "1000"}
VISITORS_SAY = "set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;"
"""Lets a test come from any address: nginx then takes the visitor's from a header."""


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    assert NGINX is not None
    with running(NGINX, **A_SECOND, **UNLIMITED) as made:
        yield made


@pytest.fixture
def limited() -> Iterator[Proxy]:
    """Three messages at once and then one in ten seconds, for visitors from any address."""
    assert NGINX is not None
    with running(NGINX, VISITORS_SAY, PROXY_MESSAGES_A_MINUTE="6", PROXY_MESSAGES_AT_ONCE="2") as made:
        yield made


@pytest.fixture
def two_a_second() -> Iterator[Proxy]:
    assert NGINX is not None
    with running(NGINX, PROXY_MESSAGES_A_MINUTE="120", PROXY_MESSAGES_AT_ONCE="1") as made:
        yield made


def _names_the_emergency_number(reply: Reply) -> bool:
    body = reply.json()
    return f"call {EMERGENCY} now" in body["error"] and body["warning"] == {"text": WARNING}


def _seconds_until_closed(connection: socket.socket) -> float:
    started = time.monotonic()
    with suppress(ConnectionError, ssl.SSLError):
        while connection.recv(4096):
            pass
    return time.monotonic() - started


def _begun(path: str) -> bytes:
    """A message of 5,000 bytes that stops after the first few."""
    return f'POST {path} HTTP/1.1\r\nHost: {WEBSITE}\r\nContent-Length: 5000\r\n\r\n{{"message": "'.encode()


def _from(address: str) -> dict[str, str]:
    return {"X-Test-Address": address}


def test_the_number_it_names_is_the_clinics() -> None:
    assert container_settings()["PROXY_EMERGENCY_NUMBER"] == EMERGENCY


def test_nothing_in_it_is_left_open() -> None:
    """A variable that compose.yml does not give would stay in the file as it is written there."""
    asked = set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "nginx.conf").read_text(encoding="utf-8")))
    assert asked == {name for name in container_settings() if name.startswith("PROXY_")}


# Who takes their time


def test_headers_that_never_end_are_cut(proxy: Proxy) -> None:
    with proxy.connect() as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: chat")
        assert 0.5 < _seconds_until_closed(slow) < 6


def test_headers_that_come_drop_by_drop_are_cut_all_the_same(proxy: Proxy) -> None:
    """The time counts for all of them together."""
    with proxy.connect() as slow:
        slow.sendall(f"GET / HTTP/1.1\r\nHost: {WEBSITE}\r\n".encode())
        started = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - started < 8:
                slow.sendall(b"X-A: b\r\n")
                time.sleep(0.2)
        assert time.monotonic() - started < 6


def test_somebody_who_never_even_says_hello_is_cut(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", int(proxy.settings["PROXY_HTTPS_PORT"])), PATIENCE_SECONDS) as silent:
        assert 0.5 < _seconds_until_closed(silent) < 6


def test_a_body_that_does_not_come_is_cut_and_never_reaches_the_website(proxy: Proxy) -> None:
    reached = len(proxy.upstream.seen)
    with proxy.connect() as slow:
        slow.sendall(_begun("/api/chat"))
        assert 0.5 < _seconds_until_closed(slow) < 6
    assert len(proxy.upstream.seen) == reached


def test_thirty_who_take_their_time_keep_nobody_from_an_answer(proxy: Proxy) -> None:
    slow = [proxy.connect() for _ in range(30)]
    try:
        for connection in slow:
            connection.sendall(b"POST /api/chat HTTP/1.1\r\nHost: ")
        assert proxy.chat().status == 200
    finally:
        for connection in slow:
            connection.close()


# What is too large


def test_a_body_over_the_limit_is_refused_with_the_emergency_number(proxy: Proxy) -> None:
    reply = proxy.chat("x" * 65_536)
    assert reply.status == 413
    assert _names_the_emergency_number(reply)


def test_a_body_that_does_not_say_how_large_it_is_meets_the_same_limit(proxy: Proxy) -> None:
    with proxy.connect() as visitor:
        visitor.sendall(f"POST /api/chat HTTP/1.1\r\nHost: {WEBSITE}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        with suppress(OSError):
            for _ in range(20):
                visitor.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        assert b" 413 " in visitor.recv(4096)


def test_the_largest_body_that_the_website_takes_reaches_it(proxy: Proxy) -> None:
    assert proxy.chat("x" * (MAX_BODY_BYTES - len(json.dumps({"message": ""})))).status == 200


@pytest.mark.parametrize(
    "headers",
    [{"Cookie": "a=" + "x" * 60_000}, {f"X-{number}": "x" * 3000 for number in range(20)}],
)
def test_sixty_kilobytes_of_headers_are_refused(proxy: Proxy, headers: dict[str, str]) -> None:
    reached = len(proxy.upstream.seen)
    assert proxy.ask("GET", "/", headers=headers).status == 400
    assert len(proxy.upstream.seen) == reached


def test_an_address_of_eight_kilobytes_is_refused(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/?" + "x" * 8192).status == 414


# Who comes too often


def test_too_many_messages_get_the_emergency_number_and_nothing_else(limited: Proxy) -> None:
    replies = [limited.chat() for _ in range(6)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429, 429]
    refused = replies[-1]
    assert _names_the_emergency_number(refused)
    assert refused.headers["content-type"].startswith("application/json")
    assert refused.headers["retry-after"] == "5"
    assert "max-age" in refused.headers["strict-transport-security"]
    assert refused.headers["access-control-allow-origin"] == "*", "a website that embeds the chat could not read it"
    assert len(limited.upstream.seen) == 3


def test_others_pass_while_one_is_held_back(limited: Proxy) -> None:
    for _ in range(6):
        limited.chat(headers=_from("203.0.113.5"))
    assert limited.chat(headers=_from("203.0.113.5")).status == 429
    assert limited.chat(headers=_from("203.0.113.6")).status == 200


def test_whoever_writes_slowly_is_never_held_back(two_a_second: Proxy) -> None:
    for _ in range(5):
        assert two_a_second.chat().status == 200
        time.sleep(0.5)


def test_whoever_was_held_back_may_soon_write_again(two_a_second: Proxy) -> None:
    assert any(two_a_second.chat().status == 429 for _ in range(100))
    time.sleep(0.6)
    assert two_a_second.chat().status == 200


def test_the_addresses_of_one_network_count_together_and_another_network_apart(limited: Proxy) -> None:
    """Whoever has one IPv6 address has 2^64. In these is a line feed, which a careless pattern would not match."""
    mine = [f"2001:db8:0:a::{number:x}:a" for number in range(1, 7)]
    assert [limited.chat(headers=_from(address)).status for address in mine] == [200, 200, 200, 429, 429, 429]
    assert limited.chat(headers=_from("2001:db8:0:b::1:a")).status == 200


def test_only_messages_count_as_messages(limited: Proxy) -> None:
    assert {limited.ask("OPTIONS", "/api/chat").status for _ in range(8)} == {200}
    assert {limited.ask("GET", "/").status for _ in range(8)} == {200}
    assert limited.chat().status == 200


def test_a_flood_of_pages_is_held_back_too(limited: Proxy) -> None:
    """Two hundred at once on one connection: a hundred are let through, and those whose time comes meanwhile."""
    with limited.connect() as visitor:
        visitor.sendall(f"GET / HTTP/1.1\r\nHost: {WEBSITE}\r\n\r\n".encode() * 200)
        received, deadline = b"", time.monotonic() + PATIENCE_SECONDS
        while received.count(b"HTTP/1.1 ") < 200 and time.monotonic() < deadline:
            received += visitor.recv(65_536)
    assert received.count(b"HTTP/1.1 200 ") >= 100
    assert received.count(b"HTTP/1.1 429 ") == received.count(f"call {EMERGENCY} now".encode()) > 0
    assert limited.chat(headers=_from("203.0.113.5")).status == 200


def test_whoever_holds_twenty_connections_gets_no_more_of_them(limited: Proxy) -> None:
    """A body that never ends is not cut while some of it comes; this is what bounds it."""
    slow = [limited.connect() for _ in range(20)]
    try:
        for connection in slow:
            connection.sendall(_begun("/api/feedback"))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (refused := limited.ask("GET", "/")).status != 429:
            assert time.monotonic() < deadline
            # One of the twenty may have been refused itself, for a connection of an earlier test that was still open.
            slow.append(limited.connect())
            slow[-1].sendall(_begun("/api/feedback"))
            time.sleep(0.2)
        assert _names_the_emergency_number(refused)
        assert limited.chat(headers=_from("203.0.113.5")).status == 200
    finally:
        for connection in slow:
            connection.close()


# What is nobody's business outside


@pytest.mark.parametrize(
    "path",
    [
        *("/metrics", "/readyz", "/healthz", "/metrics/", "/metrics?x=1", "/metrics#x", "//metrics", "/./metrics"),
        *("/x/../readyz", "/%6detrics", "/metrics%2f", "/%2e/metrics", "/x/%2e%2e/metrics"),
    ],
)
def test_metrics_and_readiness_stay_inside_however_they_are_written(proxy: Proxy, path: str) -> None:
    reached = len(proxy.upstream.seen)
    assert proxy.ask("GET", path).status == 404
    assert len(proxy.upstream.seen) == reached


def test_what_a_visitor_says_about_their_address_is_replaced(proxy: Proxy) -> None:
    lies = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "http", "Forwarded": "for=198.51.100.1"}
    assert proxy.ask("GET", "/about", headers=lies).status == 200
    path, told = proxy.upstream.seen[-1]
    assert path == "/about"
    assert (told["x-forwarded-for"], told["x-forwarded-proto"], told["host"]) == ("127.0.0.1", "https", WEBSITE)
    assert "forwarded" not in told


def test_its_log_holds_no_address_and_nothing_that_staff_searched_for(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/search?words=breathless", name=CONSOLE, port="PROXY_CONSOLE_PORT").status == 200
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "/search" not in proxy.log():  # a line is written after the answer
        assert time.monotonic() < deadline, proxy.log()
        time.sleep(0.02)
    assert "breathless" not in proxy.log()
    assert "127.0.0.1" not in proxy.log()


# TLS and names


def test_browsers_are_told_to_come_by_https_only(proxy: Proxy) -> None:
    for name, port in ((WEBSITE, "PROXY_HTTPS_PORT"), (CONSOLE, "PROXY_CONSOLE_PORT")):
        assert proxy.ask("GET", "/", name=name, port=port).headers["strict-transport-security"] == "max-age=31536000"


def test_http_leads_to_https_and_only_to_our_own_name(proxy: Proxy) -> None:
    reply = proxy.ask("GET", "/about?x=1", port="PROXY_HTTP_PORT")
    assert (reply.status, reply.headers["location"]) == (301, f"https://{WEBSITE}/about?x=1")
    with pytest.raises(ConnectionError):
        proxy.ask("GET", "/", name="elsewhere.example", port="PROXY_HTTP_PORT")


def test_a_certificate_authority_finds_the_answer_to_its_challenge(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/.well-known/acme-challenge/token", port="PROXY_HTTP_PORT").body == b"answer"
    assert proxy.ask("GET", "/.well-known/acme-challenge/../../log", port="PROXY_HTTP_PORT").status != 200


def test_a_name_that_is_not_ours_is_shown_no_certificate(proxy: Proxy) -> None:
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        proxy.ask("GET", "/", name="elsewhere.example")


def test_tls_before_1_2_is_refused(proxy: Proxy) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):  # Python tells everybody what this test is about
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    address = ("127.0.0.1", int(proxy.settings["PROXY_HTTPS_PORT"]))
    with socket.create_connection(address, PATIENCE_SECONDS) as plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain, server_hostname=WEBSITE)


# The console


def test_the_console_is_not_on_the_websites_port_nor_the_website_on_its(proxy: Proxy) -> None:
    for name, port in ((CONSOLE, "PROXY_HTTPS_PORT"), (WEBSITE, "PROXY_CONSOLE_PORT")):
        with pytest.raises(ssl.SSLError):
            proxy.ask("GET", "/login", name=name, port=port)
    assert proxy.ask("GET", "/login", name=CONSOLE, port="PROXY_CONSOLE_PORT").status == 200


@pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 200), ("192.0.2.0/24", 403)])
def test_the_console_opens_only_from_where_it_may(network: str, status: int) -> None:
    assert NGINX is not None
    with running(NGINX, allow=f"allow {network};\ndeny all;\n") as proxy:
        assert proxy.ask("GET", "/login", name=CONSOLE, port="PROXY_CONSOLE_PORT").status == status
        assert proxy.ask("GET", "/").status == 200


# When the chat is away


def test_without_the_website_visitors_still_get_the_emergency_number() -> None:
    assert NGINX is not None
    with running(NGINX, PROXY_WEBSITE="127.0.0.1:9") as proxy:
        away = proxy.chat()
        assert away.status == 503
        assert _names_the_emergency_number(away)
        page = proxy.ask("GET", "/")
        assert page.status == 503
        assert f"call {EMERGENCY} now" in page.body.decode()
        assert WARNING in page.body.decode()


def test_it_says_that_it_lives(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/", port="PROXY_HTTP_PORT").status == 301
    with socket.create_connection(("127.0.0.1", int(proxy.settings["PROXY_HEALTH_PORT"])), PATIENCE_SECONDS) as engine:
        engine.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b" 200 " in engine.recv(4096)
