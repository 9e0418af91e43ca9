"""The secret of this installation: what signs visitors' tokens and seals what must not lie in the record in the clear."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from bot.rights import narrow, private_folder


def load_secret(path: Path) -> str:
    """The secret of this installation, made on the first start and readable only by its owner.

    It appears under its name only when it is whole: website and console may start, and make it, at the same moment.
    """
    narrow(path)
    if not path.exists():
        private_folder(path.parent)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            with suppress(FileExistsError):
                os.link(unfinished, path)
        finally:
            unfinished.unlink()
    return path.read_text(encoding="ascii").strip()
