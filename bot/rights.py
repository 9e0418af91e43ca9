"""Who may read the record and the secret: the account that the chat runs as, and nobody else on the machine.

Folders are 0700 and files 0600. What lies there with wider rights, from an earlier version perhaps, is narrowed when
it is opened.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import structlog

from bot.settings import ROOT

log = structlog.get_logger()

OWN_FOLDER = ROOT / "var"
"""The folder that this project makes for itself. Any other one that is there already is its owner's to narrow."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_said: set[Path] = set()
"""What was spoken of already: one line for each is enough, also on a file system that knows no rights."""


def keep_private() -> None:
    """Nobody else may read what this process, or one that it starts, writes from now on."""
    os.umask(_OTHERS)


def warn_of_root() -> None:
    """Says so when this runs as root: a fault in it would then be the whole machine's."""
    if os.geteuid() == 0:
        _say(OWN_FOLDER, "record.kept_by_root", remedy="run it as an account of its own; deploy/systemd has an example")


def private_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing. One that somebody else made is left as it is; the log says
    if it is open to others.

    Raises:
        OSError: it cannot be made.
    """
    folder = folder.resolve()
    for missing in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    if OWN_FOLDER in (folder, *folder.parents):
        narrow(folder)
    elif _open_to_others(folder):
        _say(folder, "record.folder_open_to_others", remedy=f"chmod 700 {folder}")


def private_file(path: Path) -> None:
    """Makes an empty file if there is none at `path`.

    One that is there is not opened: for a record that this process has open already, closing it again would take away
    all of SQLite's locks on it, and another process could take the log from under it.

    Raises:
        OSError: it cannot be made.
    """
    if not path.exists():
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
    narrow(path)


def narrow(path: Path) -> None:
    """Takes the rights of everybody but the owner away. Where that is refused the log says so and all goes on."""
    if not _open_to_others(path):
        return
    try:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
    except OSError as error:
        _say(path, "record.rights_not_narrowed", error=type(error).__name__)
    else:
        _say(path, "record.rights_narrowed")


def narrow_output() -> None:
    """Narrows the file that standard output goes to, if it goes to one: an export is as private as the record."""
    with suppress(OSError):
        if stat.S_ISREG(mode := os.fstat(1).st_mode):
            os.fchmod(1, stat.S_IMODE(mode) & ~_OTHERS)


def _open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False


def _say(path: Path, event: str, **facts: str) -> None:
    if path not in _said:
        _said.add(path)
        log.warning(event, path=str(path), **facts)
