"""The secret of this installation: what signs visitors'
tokens and seals what must not lie in the record in the clear."""

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
        unfinished = _written(path, secrets.token_urlsafe(32))
        try:
            with suppress(FileExistsError):
                os.link(unfinished, path)
        finally:
            unfinished.unlink()
    return path.read_text(encoding="ascii").strip()


def load_secrets(path: Path) -> tuple[str, ...]:
    """The secret, and the one before it if it was changed:
    what was signed or sealed with that one can still be read."""
    secret, before = load_secret(path), _before(path)
    if not before.is_file():
        return (secret,)
    narrow(before)
    return secret, before.read_text(encoding="ascii").strip()


def change_secret(path: Path) -> None:
    """Puts a new secret in the place of the present one, which is kept beside it as `secret.previous`; the one that lay
    there is gone, and what was signed with it is worthless. Processes that run take it up when they start again.

    Raises:
        OSError: it cannot be written; the present secret is as it was.
    """
    present = load_secret(path)
    os.replace(_written(path, present), _before(path))
    os.replace(_written(path, secrets.token_urlsafe(32)), path)


def _before(path: Path) -> Path:
    return path.with_name(f"{path.name}.previous")


def _written(path: Path, secret: str) -> Path:
    """A new file beside `path` that holds a secret, and that nobody else can read."""
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret)
    return unfinished
