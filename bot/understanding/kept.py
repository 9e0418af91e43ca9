"""Embeddings kept from one training to the next: a new example
is encoded alone, not with the 28,000 there were before."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import structlog

Matrix = npt.NDArray[np.float32]

log = structlog.get_logger()

FILE = "embeddings.npz"
_UNFINISHED = "unfinished-"
"""How the name begins under which it is written; a training takes
away what it finds of that name (bot/on_rasa/model.py)."""

_MOST = 60_000
"""Embeddings in the file, which then has 93 MB: twice as many
as the shipped sentences and the strangers' messages are."""

_KEY_BYTES = 16


class Kept:
    """A file of embeddings by the digest of their text. One that is missing, broken or by another encoder holds none.

    Args:
        path: the file.
        made_by: names the encoder and whatever else the numbers depend on.
        dimensions: how many numbers an embedding has.
    """

    def __init__(self, path: Path, made_by: str, dimensions: int) -> None:
        self._path, self._made_by, self._dimensions = path, made_by, dimensions
        self._keys, self._rows = self._read()
        self._places = {key.tobytes(): place for place, key in enumerate(self._keys)}
        self._fresh: dict[bytes, Matrix] = {}
        self._used: set[bytes] = set()

    def get(self, text: str) -> Matrix | None:
        """The embedding of a text, if it is there."""
        key = _key(text)
        self._used.add(key)
        return self._rows[self._places[key]] if key in self._places else self._fresh.get(key)

    def add(self, rows: Mapping[str, Matrix]) -> None:
        """Keeps embeddings by their text, in the file from `save` on."""
        self._fresh.update((_key(text), row) for text, row in rows.items())

    def save(self) -> None:
        """Writes the file if there is something new: in one step, and
        without those not asked for lately where they are too many.

        It only saves time, so a disk that is full is no error.
        """
        if not self._fresh:
            return
        old = sorted(range(len(self._keys)), key=lambda place: self._keys[place].tobytes() in self._used)
        old = old[max(len(old) + len(self._fresh) - _MOST, 0) :]
        fresh = list(self._fresh)[-_MOST:]
        keys = np.vstack([self._keys[old], np.frombuffer(b"".join(fresh), np.uint8).reshape(-1, _KEY_BYTES)])
        rows = np.vstack([self._rows[old], np.stack([self._fresh[key] for key in fresh])])
        try:
            self._write(keys, rows)
        except OSError as error:
            log.warning("embeddings.not_kept", error=type(error).__name__)

    def _write(self, keys: npt.NDArray[np.uint8], rows: Matrix) -> None:
        unfinished = self._path.with_name(f"{_UNFINISHED}{os.getpid()}.npz")
        try:
            with open(unfinished, "wb") as file:
                np.savez(file, made_by=np.array(self._made_by), keys=keys, rows=rows)
            unfinished.replace(self._path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise

    def _read(self) -> tuple[npt.NDArray[np.uint8], Matrix]:
        none = np.zeros((0, _KEY_BYTES), np.uint8), np.zeros((0, self._dimensions), np.float32)
        try:
            with zipfile.ZipFile(self._path):
                pass  # otherwise NumPy leaves a broken one open
            with np.load(self._path, allow_pickle=False) as stored:
                if str(stored["made_by"]) != self._made_by:
                    return none
                keys, rows = stored["keys"], stored["rows"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return none
        if (
            keys.dtype != np.uint8
            or rows.dtype != np.float32
            or keys.shape != (len(rows), _KEY_BYTES)
            or rows.shape[1:] != (self._dimensions,)
        ):
            return none
        return keys, rows


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_KEY_BYTES]
