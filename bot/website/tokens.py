"""Signed conversation tokens: the server names the conversation, the client only carries the name."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

TOKEN_LIFETIME_SECONDS = 12 * 60 * 60
"""Long enough for a day's visit, short enough that a shared computer forgets."""


class TokenError(ValueError):
    """A token that is not ours, was changed, or has expired; the message is fit for the visitor."""


class Tokens:
    """Makes and reads tokens with one secret."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="conversation")

    def new_conversation(self) -> str:
        """A conversation id that cannot be guessed."""
        return secrets.token_urlsafe(16)

    def sign(self, conversation: str) -> str:
        """The token of a conversation."""
        return str(self._serializer.dumps(conversation))

    def read(self, token: str, *, expired: bool = False) -> str:
        """The conversation of a token; with `expired` also of one that is too old.

        Raises:
            TokenError: the token is foreign, changed or too old.
        """
        try:
            return str(self._serializer.loads(token, max_age=None if expired else TOKEN_LIFETIME_SECONDS))
        except SignatureExpired as error:
            raise TokenError("This conversation has expired. Please start a new one.") from error
        except BadData as error:
            raise TokenError("This conversation is not known here. Please start a new one.") from error


def load_secret(path: Path) -> str:
    """The secret of this installation, made on the first start and readable only by its owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()
