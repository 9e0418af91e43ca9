"""Lays out what containers may write, before the first one starts: `prepare.py [SECRETS]`.

An image's own files cannot be written, and a Secret's are open to a group. So content and models go where OZONE_DATA
and OZONE_MODELS are: what staff promote arrives there. A promoted file of examples that lies there already stays; all
else is the image's. The secrets of the folder SECRETS go where OZONE_SECRET_FILE is, for this account alone.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

APP = Path("/app")
PROMOTED = Path("nlu") / "reviewed.yml"


def prepare(given: Path | None, app: Path, settings: Mapping[str, str]) -> None:
    """Does it all; running it again changes nothing.

    Args:
        given: the folder with `secret` and, after a change of it, `secret.previous`; None leaves secrets alone.
        app: what the image holds.
        settings: the environment.
    """
    os.umask(0o077)
    if given is not None:
        _secrets(given, Path(settings["OZONE_SECRET_FILE"]).parent)
    _content(app / "data", Path(settings["OZONE_DATA"]))
    _copy(app / "models", Path(settings["OZONE_MODELS"]))


def _secrets(given: Path, folder: Path) -> None:
    """Those that are given and no others: one that was taken away must not go on opening anything."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("secret", "secret.previous"):
        if (given / name).is_file():
            shutil.copyfile(given / name, folder / name)
        else:
            (folder / name).unlink(missing_ok=True)


def _content(image: Path, folder: Path) -> None:
    promoted = (folder / PROMOTED).read_bytes() if (folder / PROMOTED).is_file() else None
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _copy(image, fresh)
    if promoted is not None:
        (fresh / PROMOTED).write_bytes(promoted)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _copy(source: Path, target: Path) -> None:
    """Everything, without the rights that it has there."""
    shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        folder.chmod(0o700)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]) if sys.argv[1:] else None, APP, os.environ)
