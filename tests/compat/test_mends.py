"""Every mend of `compat/` is still needed, still names the line of Rasa that needs it, and makes that line work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from room_for_rasa import mends

SITE = Path(sysconfig.get_path("purelib"))
NAMES = [mend.name for mend in mends.ALL]

WORKS = {
    "LegacyVersion": (
        "from packaging.version import LegacyVersion, parse; assert not isinstance(parse('1.2'), LegacyVersion)"
    ),
    "VisibleDeprecationWarning": (
        "import numpy, warnings; warnings.filterwarnings('ignore', category=numpy.VisibleDeprecationWarning)"
    ),
    "pkg_resources": (
        """
import pathlib, pkg_resources
assert pathlib.Path(pkg_resources.resource_filename('packaging', 'version.py')).is_file()
assert pkg_resources.get_distribution('packaging').version
"""
    ),
    "single_process": (
        """
from unittest.mock import patch
from uuid import uuid4
from sanic import Sanic
with patch.object(Sanic, 'serve_single') as here, patch.object(Sanic, 'serve'):
    Sanic('one' + uuid4().hex).run(host='127.0.0.1', port=1, workers=1)
assert here.called, 'workers were started'
"""
    ),
    "response.stream": "from sanic import response; response.stream(print, content_type='text/event-stream')",
    "telemetry": (
        """
import os
if os.environ.get('RASA_TELEMETRY_ENABLED', 'true') == 'true':
    import sentry_sdk
    sentry_sdk.init('https://key@key.ingest.sentry.io/1', default_integrations=False, with_locals=False)
"""
    ),
}
"""What Rasa does at the line that a mend names; it must fail without the mend."""

JUDGE = """
import json, sys
sys.path += sys.argv[1].split('\\n')
from room_for_rasa import mends
def fault(code):
    try:
        exec(code, {})
    except Exception as error:
        return f'{type(error).__name__}: {error}'
works, seen = json.loads(sys.stdin.read()), {}
for mend in mends.ALL:
    before, needed = fault(works[mend.name]), mend.needed()
    mend.make()
    seen[mend.name] = {'before': before, 'needed': needed, 'after': fault(works[mend.name])}
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def judged() -> dict[str, dict[str, str | bool | None]]:
    """Every mend before and after, in an interpreter that reads no `.pth`, so that nothing is mended when it starts."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("RASA_TELEMETRY_ENABLED", "PYTHONPATH")
    }
    path = "\n".join([str(Path(mends.__file__).parent.parent), str(SITE), sysconfig.get_path("platlib")])
    ran = subprocess.run(
        [sys.executable, "-S", "-c", JUDGE, path],
        input=json.dumps(WORKS),
        capture_output=True,
        text=True,
        env=environment,
    )
    assert ran.returncode == 0, ran.stderr
    seen: dict[str, dict[str, str | bool | None]] = json.loads(ran.stdout.splitlines()[-1])
    return seen


def test_it_is_known_here_what_every_mend_makes_work() -> None:
    assert sorted(WORKS) == sorted(NAMES)


@pytest.mark.parametrize("mend", mends.ALL, ids=NAMES)
def test_the_line_of_rasa_that_needs_the_mend_still_stands(mend: mends.Mend) -> None:
    assert mend.line in (SITE / mend.file).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_mend_is_still_needed(judged: dict[str, dict[str, str | bool | None]], name: str) -> None:
    assert judged[name]["needed"], f"the package has it again: take the mend {name} out"
    assert judged[name]["before"], f"Rasa's line works without it: take the mend {name} out"


@pytest.mark.parametrize("name", NAMES)
def test_the_mend_makes_rasas_line_work(judged: dict[str, dict[str, str | bool | None]], name: str) -> None:
    assert judged[name]["after"] is None


def test_a_mend_of_a_package_that_is_left_out_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def mend(package: str) -> mends.Mend:
        return mends.Mend(package, package, "", "", lambda: True, lambda: made.append(package))

    monkeypatch.setattr(mends, "ALL", (mend("no_such_package"), mend("packaging")))
    mends.make()
    assert made == ["packaging"]
