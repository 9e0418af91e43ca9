"""compose.yml, the Dockerfile and what they share, read as data: no engine runs in the tests."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from bot.settings import Settings
from tests.conftest import ROOT
from tests.deploy.proxy import DEPLOY, container_settings, example_settings
from tests.deploy.tools import needs, run
from tests.ports import free_port

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVED = ["website", "console", "proxy"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
LAST_STAGE = DOCKERFILE.rpartition("\nFROM ")[2]


def _mounts(service: str) -> dict[str, str]:
    """What is mounted where, with its end (`:ro`, or nothing)."""
    mounts = [re.sub(r"\$\{[^}]*\}", "given", mount).split(":") for mount in SERVICES[service]["volumes"]]
    return {mount[1]: ":".join([mount[0], *mount[2:]]) for mount in mounts}


@pytest.mark.parametrize("service", SERVICES)
def test_no_container_may_do_more_than_it_must(service: str) -> None:
    made = SERVICES[service]
    assert made["read_only"] is True
    assert made["cap_drop"] == ["ALL"]
    assert made["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(made)
    assert made["user"] not in ("0", "0:0", "root")
    assert "/var/run/docker.sock" not in str(made)


@pytest.mark.parametrize("service", SERVICES)
def test_no_container_can_take_the_whole_server(service: str) -> None:
    made = SERVICES[service]
    assert made["mem_limit"] == made["memswap_limit"]
    assert 0 < made["pids_limit"] <= 256
    assert made["logging"]["options"]["max-size"]
    for mount in made["tmpfs"]:
        assert re.fullmatch(r"/tmp:size=\d+m,mode=1777,noexec,nosuid,nodev", mount)  # noqa: S108 - inside a container


@pytest.mark.parametrize("service", ["website", "console"])
def test_an_app_is_reached_through_the_proxy_alone_and_reaches_nobody_outside(service: str) -> None:
    assert "ports" not in SERVICES[service]
    assert list(SERVICES[service]["networks"]) == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_console_is_published_to_the_server_alone_unless_somebody_says_otherwise() -> None:
    assert "${CONSOLE_PUBLISHED:-127.0.0.1:8444}:8444" in SERVICES["proxy"]["ports"]
    published = {port.rpartition(":")[2] for port in SERVICES["proxy"]["ports"]}
    assert published == {container_settings()[f"PROXY_{name}_PORT"] for name in ("HTTP", "HTTPS", "CONSOLE")}


def test_the_record_and_the_secret_lie_apart_and_only_the_website_may_make_the_secret() -> None:
    for service in ("website", "console", "training"):
        mounts = _mounts(service)
        assert mounts["/var/lib/ozone/record"] == "record"
        assert mounts["/var/lib/ozone/secret"] == ("secret" if service == "website" else "secret:ro")
    assert not {"record", "secret"} & {mount.split(":")[0] for mount in _mounts("proxy").values()}


def test_the_image_keeps_both_where_the_volumes_are() -> None:
    assert "OZONE_DATABASE=/var/lib/ozone/record/record.db" in LAST_STAGE
    assert "OZONE_SECRET_FILE=/var/lib/ozone/secret/secret" in LAST_STAGE


def test_each_waits_until_what_it_needs_is_healthy() -> None:
    assert SERVICES["console"]["depends_on"] == {"website": {"condition": "service_healthy"}}
    healthy = {"condition": "service_healthy"}
    assert SERVICES["proxy"]["depends_on"] == {"website": healthy, "console": healthy}
    assert "HEALTHCHECK" in LAST_STAGE
    assert all("healthcheck" in SERVICES[service] for service in ("console", "proxy"))


@pytest.mark.parametrize("service", ["website", "console"])
def test_both_apps_know_that_they_are_behind_tls_and_behind_whom(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the values as an engine would put them in; bot/settings.py must take them."""
    proxy = SERVICES["proxy"]["networks"]["inside"]["ipv4_address"]
    assert SERVICES[service]["environment"]["OZONE_TRUSTED_PROXIES"] == proxy == "${PROXY_INSIDE:-172.30.80.2}"
    monkeypatch.setenv("OZONE_TRUSTED_PROXIES", "172.30.80.2")
    monkeypatch.setenv("OZONE_HTTPS", SERVICES[service]["environment"]["OZONE_HTTPS"])
    monkeypatch.setenv("OZONE_ALLOWED_ORIGINS", example_settings()["OZONE_ALLOWED_ORIGINS"])
    settings = Settings()
    assert settings.https
    assert settings.trusted_proxies == ("172.30.80.2",)
    assert settings.allowed_origins == ("https://clinic.example",)


def test_what_has_to_be_set_has_an_example() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yml").read_text(encoding="utf-8")))
    assert needed <= set(example_settings())


def test_each_file_that_is_mounted_exists() -> None:
    """An engine makes a folder of a file that is not there, and the proxy would start with that."""
    for path in ("nginx.conf", "console-allow.conf"):
        assert any(mount.startswith(f"./{path}:") for mount in SERVICES["proxy"]["volumes"])
        assert (DEPLOY / path).is_file()


def test_the_image_serves_as_a_user_without_rights() -> None:
    assert re.search(r"^USER 10001:10001$", LAST_STAGE, re.MULTILINE)
    assert SERVICES["website"]["user"] == "10001:10001"
    assert re.search(r"^STOPSIGNAL SIGTERM$", LAST_STAGE, re.MULTILINE)


@needs("hadolint")
def test_a_linter_finds_nothing_wrong_with_the_image() -> None:
    checked = run("hadolint", "--failure-threshold", "warning", DEPLOY / "Dockerfile")
    assert checked.returncode == 0, checked.stdout


def test_what_runs_in_the_container_needs_no_shell() -> None:
    for kind in ("ENTRYPOINT", "CMD"):
        for told in re.findall(rf"^\s*(?:HEALTHCHECK .*)?{kind} (.*)$", DOCKERFILE, re.MULTILINE):
            assert told.startswith("["), told


def test_what_the_image_is_made_with_is_pinned_by_hash() -> None:
    """The same uv as `make install` brings, and the same lock."""
    installed = re.search(r"^RUN (.*\bpip\b.*)$", DOCKERFILE, re.MULTILINE)
    assert installed is not None
    assert {"--require-hashes", "scripts/uv.txt"} <= set(yaml.safe_load(installed[1]))
    assert all("--frozen" in line for line in re.findall(r"^RUN .*\bsync\b.*$", DOCKERFILE, re.MULTILINE))


def _let_in() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "everything is kept out first"
    return [rule[1:] for rule in rules if rule.startswith("!")]


def test_neither_record_nor_secret_can_get_into_an_image() -> None:
    for path in ("var/secret", "var/record.db", ".git/config", "deploy/.env", "deploy/certificates/privkey.pem"):
        assert not any(path == let_in or path.startswith(f"{let_in}/") for let_in in _let_in()), path


def test_what_is_copied_is_let_in_and_what_is_let_in_is_copied() -> None:
    copied = set()
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        copied |= set(line.split()[:-1])
    assert copied == set(_let_in())


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def app() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield str(server.server_port)
    server.shutdown()
    server.server_close()


def _healthy(port: str, path: str) -> int:
    command = [sys.executable, "-I", str(DEPLOY / "healthcheck.py"), port, path]
    proxied = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    return subprocess.run(command, env=proxied, stdout=subprocess.DEVNULL, timeout=30, check=False).returncode


def test_the_healthcheck_believes_an_app_that_is_ready_and_no_other(app: str) -> None:
    assert _healthy(app, "/readyz") == 0
    assert _healthy(app, "/elsewhere") == 1
    assert _healthy(str(free_port()), "/readyz") == 1


def test_the_healthcheck_gives_up_before_the_engine_does() -> None:
    allowed = [int(seconds) for seconds in re.findall(r"--timeout=(\d+)s", DOCKERFILE)]
    allowed.append(int(SERVICES["console"]["healthcheck"]["timeout"].removesuffix("s")))
    patience = runpy.run_path(str(Path(DEPLOY / "healthcheck.py")))["PATIENCE_SECONDS"]
    assert all(patience < seconds for seconds in allowed)
