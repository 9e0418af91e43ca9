"""Sealing short texts with a key that is not in the record: whoever copies record.db alone can read none of them.

The key comes from the installation's secret (OZONE_SECRET_FILE), which lies outside the record and is not part of a
backup of it. A sealed text is bound to its owner, so that nobody can move it to another place.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MARK = "sealed1:"
_NONCE_BYTES = 12

SECOND_FACTOR = b"console second factor"
CONTACT = b"contact data of visitors"
"""What a key is for; each purpose has a key of its own."""


class SealError(ValueError):
    """A sealed text that this key does not open: the secret was replaced, or the text was changed or moved."""


class Seal:
    """Seals and opens texts with a key of its own, derived from a secret for one purpose (AES-256-GCM).

    Args:
        secret: what new texts are sealed with.
        former: secrets from before it was changed, which still open what was sealed with them.
        purpose: what the key is for.
    """

    def __init__(self, secret: str, *former: str, purpose: bytes = SECOND_FACTOR) -> None:
        self._ciphers = [AESGCM(_derived(one, purpose)) for one in (secret, *former)]
        self._offers = _derived(secret, purpose + b" to be confirmed")

    def offer(self, owner: str) -> bytes:
        """20 bytes that are the same for an owner each time, and that nobody without the secret can tell."""
        return hmac.digest(self._offers, owner.encode(), "sha1")

    def close(self, text: str, owner: str) -> str:
        """The text, sealed for its owner."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _MARK + base64.b64encode(nonce + self._ciphers[0].encrypt(nonce, text.encode(), owner.encode())).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The text again.

        Raises:
            SealError: it was not sealed with this key, or not for this owner.
        """
        return self._opened(sealed, owner)[0]

    def is_former(self, sealed: str, owner: str) -> bool:
        """Whether a text was sealed with a secret from before the present one.

        Raises:
            SealError: as for `open`.
        """
        return self._opened(sealed, owner)[1] > 0

    def _opened(self, sealed: str, owner: str) -> tuple[str, int]:
        """The text, and which of the secrets opened it."""
        with suppress(ValueError):
            raw = base64.b64decode(sealed.removeprefix(_MARK), validate=True)
            for place, cipher in enumerate(self._ciphers):
                with suppress(InvalidTag):
                    return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode(), place
        raise SealError("This was not sealed with the secret of this installation.")


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode())


def is_sealed(text: str) -> bool:
    """Whether a stored text is sealed, rather than from before there were seals."""
    return text.startswith(_MARK)
