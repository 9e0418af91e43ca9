"""Builds bot/website/static/widget.js with esbuild, checks its types with tsc, or prints its tag.

Usage: widget.py build|types|sri.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.content.clinic import load_clinic
from bot.settings import ROOT, Settings
from bot.website.bundle import BUILT, EMERGENCY_NUMBER, SOURCE, content, fingerprint, integrity, script

PINNED = ROOT / "scripts" / "npm"
"""What is taken of npm, with the hash of everything: `package.json` and `package-lock.json`."""
INSTALLED = ROOT / ".tools" / "npm"


def node(name: str) -> list[str]:
    """How to run `node` or `npm` here: what is on the path, or the Node.js that uv.lock holds.

    Raises:
        SystemExit: there is neither Node.js nor uv.
    """
    if shutil.which(name):
        return [name]
    uv = shutil.which("uv") or shutil.which("uv", path=ROOT / ".tools" / "bin")
    if uv is None:
        raise SystemExit(
            "error: building the widget needs Node.js 18 or later, or uv. Install one of them, then run this again."
        )
    return [uv, "run", "--quiet", "--project", str(ROOT), "--frozen", "--isolated", "--only-group", "node", name]


def tool(name: str) -> list[str]:
    """How to run a tool of npm, which is installed first unless what the lock holds is here."""
    here = INSTALLED / "node_modules" / ".installed"  # copied last: what was cut short is begun anew
    lock = PINNED / "package-lock.json"
    if not here.is_file() or here.read_bytes() != lock.read_bytes():
        shutil.rmtree(INSTALLED, ignore_errors=True)
        INSTALLED.mkdir(parents=True)
        shutil.copy(PINNED / "package.json", INSTALLED)
        shutil.copy(lock, INSTALLED)
        install = [*node("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, check=True, cwd=INSTALLED, capture_output=True, text=True)  # noqa: S603 - a fixed command
        shutil.copy(lock, here)
    return [*node("node"), str(INSTALLED / "node_modules" / ".bin" / name)]


def build() -> None:
    """Writes the one file out of the modules, behind the fingerprint of what it was made from."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for module in SOURCE.glob("*.js"):
            shutil.copy(module, work)
        (work / "content.js").write_text(content(), encoding="utf-8")
        command = [
            *tool("esbuild"),
            str(work / "widget.js"),
            "--bundle",
            "--minify",
            "--format=iife",
            "--target=es2022",
            "--charset=utf8",
        ]
        made = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - a fixed command
    if f'"{EMERGENCY_NUMBER}"' not in made:
        raise SystemExit(
            "error: the built widget has no place for the emergency number. Check EMERGENCY_NUMBER in widget.js."
        )
    BUILT.write_text(f"// Built by `make widget` from {fingerprint()}\n{made}", encoding="utf-8")
    print(f"{BUILT.name}: {BUILT.stat().st_size} bytes")


def types() -> None:
    """Checks the JSDoc types, strictly."""
    subprocess.run([*tool("tsc"), "-p", str(SOURCE)], check=True)  # noqa: S603 - a fixed command


def sri() -> None:
    """Prints the tag that pins the file as this clinic serves it."""
    served = script(load_clinic(Settings().data / "clinic.yml").fields["emergency.number"])
    print(
        f'<script type="module" src="https://your-chat/static/widget.js" integrity="{integrity(served)}"'
        " crossorigin></script>"
    )


if __name__ == "__main__":
    try:
        {"build": build, "types": types, "sri": sri}[sys.argv[1]]()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.stderr or ''}error: {error.cmd[-1]} failed. What is wrong stands above.")
    except (KeyError, IndexError):
        sys.exit("Usage: widget.py build|types|sri")
