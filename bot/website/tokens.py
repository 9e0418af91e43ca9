"""Signed conversation tokens: the server names the conversation, the client only carries the name."""

from __future__ import annotations

import secrets
import time
from functools import lru_cache

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

TOKEN_LIFETIME_SECONDS = 12 * 60 * 60
"""Long enough for a day's visit, short enough that a shared computer forgets."""

_RENEWED_SECONDS = 15 * 60


class TokenError(ValueError):
    """A token that is not ours, was changed, or has expired; the message is fit for the visitor."""


class Tokens:
    """Makes tokens with one secret, and reads also those of secrets from before it."""

    def __init__(self, secret: str, *former: str) -> None:
        self._serializer = URLSafeTimedSerializer([*reversed(former), secret], salt="conversation")
        self._signed = lru_cache(maxsize=4096)(self._sign)

    def new_conversation(self) -> str:
        """A conversation id that cannot be guessed."""
        return secrets.token_urlsafe(16)

    def sign(self, conversation: str) -> str:
        """The token of a conversation; the same one for some minutes,
        because making it takes longer than the rest of a reply's JSON."""
        return self._signed(conversation, int(time.time() // _RENEWED_SECONDS))

    def _sign(self, conversation: str, period: int) -> str:
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
        except (BadData, UnicodeError) as error:  # half an emoji cannot even be looked at
            raise TokenError("This conversation is not known here. Please start a new one.") from error
