"""What is installed to serve, as a list (CycloneDX), and whether anything that is locked has a known fault.

Usage: supply_chain.py sbom FILE | audit [--service URL]

`audit` asks the public database of advisories (OSV, through `uv audit`). Where it cannot be reached the locks are
compared with docs/advisories.yml, and that is said. Exit codes: 0 nothing new, 1 something was found, 2 it could not be
asked.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
KNOWN = ROOT / "docs" / "advisories.yml"
LOCKS = {ROOT / "uv.lock": (), ROOT / "scripts" / "tune_encoder.py.lock": ("--script", "scripts/tune_encoder.py")}
"""Every lock, and how uv is told to read it."""

_NO_NETWORK = re.compile(r"error sending request|dns error|timed? ?out|connect|status code|certificate", re.IGNORECASE)


@dataclass(frozen=True)
class Advisory:
    """One entry of docs/advisories.yml.

    Attributes:
        names: its number, and the others it goes by.
        affected: versions, as `>=1,<2`.
        accepted: why it does no harm here; empty if a locked version must not have it.
        reviewed: when somebody last thought about it.
    """

    package: str
    names: tuple[str, ...]
    affected: SpecifierSet
    accepted: str
    reviewed: date

    def hits(self, locked: dict[str, str]) -> bool:
        """Whether the locked version has it."""
        return self.package in locked and self.affected.contains(locked[self.package], prereleases=True)


def known() -> tuple[date, list[Advisory]]:
    """The dated file: when the locks were last compared with the
    public database or what else there was, and what is in it."""
    text = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    rows = text["advisories"]
    return text["compared"], [
        Advisory(
            row["package"],
            (row["id"], *row.get("also", [])),
            SpecifierSet(row["affected"]),
            row.get("accepted", ""),
            row["reviewed"],
        )
        for row in rows
    ]


def locked(lock: Path) -> dict[str, str]:
    """Package to version."""
    return {
        row["name"]: row["version"]
        for row in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
        if "version" in row
    }


def uv() -> str:
    """The uv that `make install` brought, or the one on the path if that was good enough.

    Raises:
        SystemExit: there is none.
    """
    found = shutil.which("uv", path=ROOT / ".tools" / "bin") or shutil.which("uv")
    if found is None:
        sys.exit("error: uv was not found. Run `make install`, then this again.")
    return found


def sbom(out: Path) -> int:
    """Writes everything that is installed to serve, with versions and hashes."""
    command = [
        uv(),
        "export",
        "--quiet",
        "--frozen",
        "--no-default-groups",
        "--format",
        "cyclonedx1.5",
        "--output-file",
        str(out.resolve()),
    ]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - a fixed command
    print(f"{out}: what is installed to serve, as CycloneDX 1.5")
    return 0


def audit(service: str | None) -> int:
    """Asks about every lock; the worst answer counts."""
    return max(_audit(lock, options, service) for lock, options in LOCKS.items())


def _audit(lock: Path, options: tuple[str, ...], service: str | None) -> int:
    compared, advisories = known()
    versions = locked(lock)
    accepted = [advisory for advisory in advisories if advisory.accepted and advisory.hits(versions)]
    for advisory in accepted:
        print(
            f"accepted on {advisory.reviewed}: {advisory.package} {versions[advisory.package]}, {advisory.names[0]}:"
            f" {advisory.accepted}"
        )
    command = [uv(), "audit", "--frozen", "--preview-features", "audit-command", *options]
    command += [part for advisory in accepted for name in advisory.names for part in ("--ignore", name)]
    command += ["--service-url", service] if service else []
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603 - a fixed command
    if asked.returncode in (0, 1):
        print(f"{lock.name}: {(asked.stdout + asked.stderr).strip()}")
        return asked.returncode
    if not _NO_NETWORK.search(asked.stderr):
        print(f"error: {lock.name} could not be audited: {asked.stderr.strip()}", file=sys.stderr)
        return 2
    print(
        f"{lock.name}: the database of advisories could not be reached, so this was only compared with {KNOWN.name} of"
        f" {compared}."
    )
    found = list(_found(advisories, versions))
    print("\n".join(found) or "Nothing new in it.")
    return int(bool(found))


def _found(advisories: list[Advisory], versions: dict[str, str]) -> Iterator[str]:
    for advisory in advisories:
        if advisory.hits(versions) and not advisory.accepted:
            yield (
                f"found: {advisory.package} {versions[advisory.package]} has {advisory.names[0]} (affected:"
                f" {advisory.affected}). Take a later version."
            )


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sbom").add_argument("file", type=Path)
    commands.add_parser("audit").add_argument("--service", help="another address than the public database's")
    arguments = parser.parse_args()
    return sbom(arguments.file) if arguments.command == "sbom" else audit(arguments.service)


if __name__ == "__main__":
    sys.exit(main())
