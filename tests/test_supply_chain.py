"""What is installed is listed, held by hash, and compared with what is known of it."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import ROOT
from tests.locked import installed

SCRIPT = ROOT / "scripts" / "supply_chain.py"
NOWHERE = "http://127.0.0.1:1/"
ADVISORIES = yaml.safe_load((ROOT / "docs" / "advisories.yml").read_text(encoding="utf-8"))
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def supply_chain() -> Run:
    """Runs the script as `make` does."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"UV_HTTP_RETRIES": "0", "UV_NO_PROGRESS": "1"}
        return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, env=environment)

    return run


@pytest.fixture(scope="session")
def script() -> Any:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("supply_chain", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["supply_chain"] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def database_of(package: str, advisory: str) -> Iterator[str]:
    """A database of advisories with the interface of OSV that knows one fault of one package; its address."""
    fault = {"id": advisory, "summary": "It falls over.", "modified": "2026-11-01T00:00:00Z", "affected": []}

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
            self._send(
                {"results": [{"vulns": [fault]} if query["package"]["name"] == package else {} for query in asked]}
            )

        def do_GET(self) -> None:
            self._send(fault)

        def _send(self, answer: object) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the screen."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_the_list_holds_everything_that_is_installed_to_serve_and_nothing_else(
    supply_chain: Run, tmp_path: Path
) -> None:
    ran = supply_chain("sbom", str(tmp_path / "sbom.json"))
    assert ran.returncode == 0, ran.stderr
    listed = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.5")
    assert {component["name"]: component.get("version") for component in listed["components"]} == installed()
    unhashed = {component["name"] for component in listed["components"] if "SHA-256" not in json.dumps(component)}
    assert unhashed == {"room-for-rasa"}


def test_a_fault_that_is_published_is_found(supply_chain: Run) -> None:
    with database_of("starlette", "GHSA-aaaa-bbbb-cccc") as address:
        ran = supply_chain("audit", "--service", address)
    assert ran.returncode == 1, ran.stderr
    assert re.search(r"starlette \S+ has 1 known vulnerability", ran.stdout)


def test_a_fault_in_what_tunes_the_encoder_is_found(supply_chain: Run) -> None:
    with database_of("torch", "GHSA-aaaa-bbbb-cccc") as address:
        ran = supply_chain("audit", "--service", address)
    assert ran.returncode == 1, ran.stderr
    assert re.search(r"tune_encoder.py.lock: [\s\S]*torch \S+ has 1 known vulnerability", ran.stdout)


def test_a_fault_that_was_accepted_is_named_with_its_reason_and_is_no_finding(supply_chain: Run) -> None:
    with database_of("dask", "CVE-2024-10096") as address:
        ran = supply_chain("audit", "--service", address)
    assert ran.returncode == 0, ran.stdout
    assert "dask 2022.10.2, CVE-2024-10096: it is about the server of dask.distributed" in ran.stdout
    assert "could not be reached" not in ran.stdout


def test_without_the_database_it_says_that_only_the_dated_file_was_read(supply_chain: Run) -> None:
    ran = supply_chain("audit", "--service", NOWHERE)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (
        f"could not be reached, so this was only compared with advisories.yml of {ADVISORIES['compared']}" in ran.stdout
    )


def test_without_the_database_a_version_that_the_file_knows_to_be_faulty_is_found(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    old = re.sub(r'(name = "starlette"\nversion = )"[^"]+"', r'\1"1.0.0"', text)
    (tmp_path / "uv.lock").write_text(old, encoding="utf-8")
    monkeypatch.setattr(script, "LOCKS", {tmp_path / "uv.lock": ()})
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    assert script.audit(NOWHERE) == 1
    assert (
        "found: starlette 1.0.0 has CVE-2026-48710 (affected: <1.0.1). Take a later version." in capsys.readouterr().out
    )


def test_whatever_was_accepted_is_still_in_a_lock(script: Any) -> None:
    versions = [script.locked(lock) for lock in script.LOCKS]
    idle = [
        advisory.names[0]
        for advisory in script.known()[1]
        if advisory.accepted and not any(map(advisory.hits, versions))
    ]
    assert idle == []


def test_uv_is_installed_by_hash_in_the_version_that_the_project_asks_for() -> None:
    lines = [
        line
        for line in (ROOT / "scripts" / "uv.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    version = lines[0].removeprefix("uv==").split()[0]
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]["required-version"]
    assert asked.startswith(f">={version},")
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines[1:])
    assert len(lines) > 4


def test_what_builds_the_widget_is_held_by_hash() -> None:
    wanted = json.loads((ROOT / "scripts" / "npm" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    held = json.loads((ROOT / "scripts" / "npm" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert held.pop("")["dependencies"] == wanted
    assert {name for name, package in held.items() if not package["integrity"].startswith("sha512-")} == set()
    assert {f"node_modules/{name}" for name in wanted} <= held.keys()


def test_what_tunes_the_encoder_is_held_by_hash_in_the_versions_that_the_script_names() -> None:
    text = (ROOT / "scripts" / "tune_encoder.py").read_text(encoding="utf-8").partition("# ///\n")[0]
    pins = dict(re.findall(r'"([a-z0-9-]+)==([0-9.]+)"', text))
    assert len(pins) == text.count('"') // 2 - 1, "a dependency is not pinned"
    lock = tomllib.loads((ROOT / "scripts" / "tune_encoder.py.lock").read_text(encoding="utf-8"))["package"]
    assert pins.items() <= {package["name"]: package["version"] for package in lock}.items()
    files = [
        file
        for package in lock
        for file in [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    ]
    assert all(file["hash"].startswith("sha256:") for file in files)
