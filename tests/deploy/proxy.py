"""A real nginx that runs deploy/nginx.conf, filled in as the container would, before a website of a few lines."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import ROOT
from tests.ports import free_port

DEPLOY = ROOT / "deploy"
WEBSITE, CONSOLE = "chat.clinic.example", "console.clinic.example"
PATIENCE_SECONDS = 10
NOBODY = 65534
_BROUGHT = str(ROOT / ".tools/nginx/usr/sbin/nginx")
_PLACES = [os.environ.get("NGINX", ""), shutil.which("nginx") or "", "/usr/sbin/nginx", _BROUGHT]
_SETTING = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}")


def find_nginx() -> str | None:
    """The nginx that `scripts/nginx.sh` looks for and brings."""
    return next((place for place in _PLACES if place and Path(place).is_file()), None)


def example_settings() -> dict[str, str]:
    """What deploy/example.env sets."""
    lines = (DEPLOY / "example.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def container_settings() -> dict[str, str]:
    """The proxy's environment in compose.yml, with what example.env sets and the defaults for the rest."""
    given = example_settings()

    def value(found: re.Match[str]) -> str:
        return given.get(found[1], found[2] or "")

    services = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))["services"]
    return {name: _SETTING.sub(value, text) for name, text in services["proxy"]["environment"].items()}


def fill_in(template: str, settings: dict[str, str]) -> str:
    """As envsubst does in the container: what is named is replaced, and nginx's own variables stay."""
    return re.sub(r"\$\{(PROXY_\w+)\}", lambda found: settings[found[1]], template)


@dataclass
class Upstream:
    """A website of a few lines that remembers what reached it."""

    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                upstream.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                body = b'{"reached": true}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET
            do_OPTIONS = do_GET

            def log_message(self, *_: object) -> None:
                """Tests print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Proxy:
    """A running nginx; `settings` are those it was filled in with."""

    settings: dict[str, str]
    folder: Path
    upstream: Upstream

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        name: str = WEBSITE,
        port: str = "PROXY_HTTPS_PORT",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """One request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", int(self.settings[port]), timeout=PATIENCE_SECONDS)
        if port != "PROXY_HTTP_PORT":
            connection.sock = self.connect(name, port)
        try:
            connection.request(method, path, body, {"Host": name, **(headers or {})})
            response: HTTPResponse = connection.getresponse()
            return Reply(response.status, {key.lower(): value for key, value in response.getheaders()}, response.read())
        finally:
            connection.close()

    def chat(self, message: str = "What is ozone?", **more: Any) -> Reply:
        return self.ask("POST", "/api/chat", json.dumps({"message": message}).encode(), **more)

    def connect(self, name: str = WEBSITE, port: str = "PROXY_HTTPS_PORT") -> ssl.SSLSocket:
        """A visitor's connection, whom nobody hurries."""
        trust = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        plain = socket.create_connection(("127.0.0.1", int(self.settings[port])), PATIENCE_SECONDS)
        return trust.wrap_socket(plain, server_hostname=name)

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")


@contextmanager
def running(nginx: str, extra: str = "", allow: str = "", **settings: str) -> Iterator[Proxy]:
    """An nginx of its own, as a user without rights; `extra` goes into its `http` block."""
    with tempfile.TemporaryDirectory(prefix="proxy-") as made:
        folder, upstream = Path(made), Upstream()
        _make_certificate(folder)
        (folder / "challenges/.well-known/acme-challenge").mkdir(parents=True)
        (folder / "challenges/.well-known/acme-challenge/token").write_text("answer", encoding="ascii")
        (folder / "allow.conf").write_text(allow, encoding="ascii")
        ports = {f"PROXY_{port}_PORT": str(free_port()) for port in ("HTTP", "HTTPS", "CONSOLE", "HEALTH")}
        filled = {
            **container_settings(),
            **ports,
            "PROXY_ADDRESS": "127.0.0.1",
            "PROXY_ADDRESS_6": "127.0.0.2",
            "PROXY_WEBSITE": upstream.address,
            "PROXY_CONSOLE": upstream.address,
            "PROXY_CERTIFICATES": str(folder),
            "PROXY_CHALLENGES": str(folder / "challenges"),
            "PROXY_CONSOLE_ALLOW": str(folder / "allow.conf"),
            "PROXY_RUN": str(folder),
            **settings,
        }
        text = fill_in((DEPLOY / "nginx.conf").read_text(encoding="utf-8"), filled)
        (folder / "nginx.conf").write_text(text.replace("http {", f"http {{\n{extra}", 1), encoding="utf-8")
        server = _start(nginx, folder)
        try:
            _wait_for(server, int(filled["PROXY_HEALTH_PORT"]), folder)
            yield Proxy(filled, folder, upstream)
        finally:
            server.terminate()
            server.wait(PATIENCE_SECONDS)
            upstream.stop()


def _start(nginx: str, folder: Path) -> subprocess.Popen[bytes]:
    """Without root's rights, as in the container, where it could not even change its user."""
    rights: dict[str, Any] = {}
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        rights = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    with (folder / "log").open("wb") as log:
        os.fchmod(log.fileno(), 0o666)
        command = [nginx, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **rights)


def _wait_for(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert server.poll() is None, (folder / "log").read_text(encoding="utf-8")
        assert time.monotonic() < deadline, "nginx did not start"
        time.sleep(0.02)


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, WEBSITE)])
    now = datetime.now().astimezone()
    names = x509.SubjectAlternativeName([x509.DNSName(WEBSITE), x509.DNSName(CONSOLE)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form, unlocked = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, unlocked))
