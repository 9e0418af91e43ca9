"""all-MiniLM-L6-v2 (Apache-2.0), tuned on our own sentences,
as int8 ONNX: a sentence in, 384 numbers of length one out.

How it is made, and why it is not the published model: docs/adr/014-tuned-encoder.md and scripts/tune_encoder.py.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from bot.content.ingredients import syntax
from bot.safety.normalise import clean
from bot.settings import Settings
from bot.understanding.kept import FILE, Kept

Matrix = npt.NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 256
"""The length the model was published for; the rest of a longer text is not read."""

_REMEMBERED = 4096
_BEGUN_AT_MOST = 256

_SPUN_SECONDS = 0.002
"""How long to look again and again whether a run is over, before sleeping until it is."""

_NOT_TUNED_BELOW = 51
"""Of 256: a fifth of all sentences."""

_FEWEST_TO_JUDGE_BY = 200


class EncoderError(RuntimeError):
    """The encoder's files are missing or not the ones that belong together."""


def kept_from_tuning(text: str) -> bool:
    """Whether the encoder is never tuned on this sentence, so that it shows how well unseen ones are told apart.

    A property of the sentence alone: it also holds for sentences that somebody adds later.
    """
    return hashlib.sha256(clean(text).encode()).digest()[0] < _NOT_TUNED_BELOW


def judged_by(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of some training sentences to judge a classifier by: those
    the encoder was not tuned on, or all where that leaves too few."""
    kept = np.array([kept_from_tuning(text) for text in texts], dtype=np.bool_)
    return kept if kept.sum() >= _FEWEST_TO_JUDGE_BY else np.ones_like(kept)


def one_thread() -> onnxruntime.SessionOptions:
    """One thread a run: a pool that waits for work is ten times slower on a busy machine. Texts run side by side."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


class SentenceModel:
    """Mean-pooled, L2-normalised sentence embeddings, with a small memory for repeated sentences."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        self._session = onnxruntime.InferenceSession(str(model), one_thread(), providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._remembered: OrderedDict[str, Matrix] = OrderedDict()
        self._begun: OrderedDict[str, Future[Matrix]] = OrderedDict()
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encoder")
        self._kept: Kept | None = None
        self._files = (model, tokenizer)

    def begin(self, text: str) -> None:
        """Starts to encode a text beside whatever the caller does
        next; `encode` then waits for that instead of doing it again."""
        with self._lock:
            if text not in self._remembered and text not in self._begun:
                self._begun[text] = self._threads.submit(self._pooled, self._tokens(text))
            while len(self._begun) > _BEGUN_AT_MOST:  # of messages that nobody reads any more
                self._begun.popitem(last=False)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Embeddings of `texts`, one row each: shape (len(texts), 384), rows of length one.

        Each text is run by itself. In int8 a text's numbers would depend a little on what else is in its batch; so the
        same sentence is always the same numbers, and a batch of short sentences would hardly be quicker.
        """
        with self._lock:
            found = {text: self._remembered[text] for text in texts if text in self._remembered}
            if self._kept is not None:
                found |= {
                    text: row for text in texts if text not in found and (row := self._kept.get(text)) is not None
                }
            begun = {text: self._begun.pop(text) for text in dict.fromkeys(texts) if text in self._begun}
        missing = list(dict.fromkeys(text for text in texts if text not in found and text not in begun))
        run_all = self._threads.map if len(missing) > 1 else map
        fresh = dict(zip(missing, run_all(self._run, missing), strict=True)) | {
            text: _awaited(run) for text, run in begun.items()
        }
        with self._lock:
            if self._kept is not None:
                self._kept.add(fresh)
            self._remembered.update(fresh)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        found.update(fresh)
        return np.stack([found[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), dtype=np.float32)

    @contextmanager
    def keeping(self, folder: Path) -> Iterator[None]:
        """Within the block, takes embeddings from the file that an
        earlier training left in a folder, and leaves new ones there."""
        self._kept = Kept(folder / FILE, self._name(), DIMENSIONS)
        try:
            yield
        finally:
            kept, self._kept = self._kept, None
            kept.save()

    def _name(self) -> str:
        """What the numbers depend on: the encoder's files, what runs them, and this module."""
        made_from = [path.read_bytes() for path in self._files]
        made_from += [onnxruntime.__version__.encode(), syntax(Path(__file__).read_text(encoding="utf-8")).encode()]
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in made_from)).hexdigest()

    def _run(self, text: str) -> Matrix:
        return self._pooled(self._tokens(text))

    def _tokens(self, text: str) -> dict[str, npt.NDArray[np.int64]]:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        return {"input_ids": ids, **_whole(ids.shape[1])}

    def _pooled(self, tokens: dict[str, npt.NDArray[np.int64]]) -> Matrix:
        (hidden,) = self._session.run(None, tokens)
        pooled = np.add.reduce(hidden[0])  # their mean points the same way, and takes longer
        return np.asarray(pooled / max(float(np.linalg.norm(pooled)), 1e-9), dtype=np.float32)


@lru_cache(maxsize=MAX_TOKENS)
def _whole(tokens: int) -> dict[str, npt.NDArray[np.int64]]:
    """What the network is told of a single text without padding: all of it counts, and it is one segment."""
    return {
        "attention_mask": np.ones((1, tokens), dtype=np.int64),
        "token_type_ids": np.zeros((1, tokens), dtype=np.int64),
    }


def _awaited(run: Future[Matrix]) -> Matrix:
    """The result of a run that is nearly over.

    A core that sleeps meanwhile takes longer to wake up than most of these runs still last.
    """
    until = time.perf_counter() + _SPUN_SECONDS
    while not run.done() and time.perf_counter() < until:
        time.sleep(0)
    return run.result()


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceModel:
    """The one encoder of this process, its files checked against the published hashes.

    Raises:
        EncoderError: a file is missing or differs; the message says which and what to do.
    """
    settings = Settings()
    folder = settings.data / "encoder"
    model, tokenizer = (
        settings.encoder_model or folder / "model.onnx",
        settings.encoder_tokenizer or folder / "tokenizer.json",
    )
    sums = checksums()
    _check(model, None if settings.encoder_model else sums["model.onnx"], "OZONE_ENCODER_MODEL")
    _check(tokenizer, None if settings.encoder_tokenizer else sums["tokenizer.json"], "OZONE_ENCODER_TOKENIZER")
    return SentenceModel(model, tokenizer)


def checksums() -> dict[str, str]:
    """SHA-256 of each of the encoder's files, as `data/encoder/SHA256SUMS` lists them.

    Raises:
        EncoderError: the list is missing or does not name both files.
    """
    path = Settings().data / "encoder" / "SHA256SUMS"
    try:
        sums = {
            name: digest for digest, name in (line.split() for line in path.read_text(encoding="utf-8").splitlines())
        }
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"{path}: the list of checksums cannot be read. Take it from the repository again."
        ) from error
    if missing := {"model.onnx", "tokenizer.json"} - sums.keys():
        raise EncoderError(f"{path}: there is no checksum of {min(missing)}. Take the list from the repository again.")
    return sums


def _check(path: Path, expected: str | None, setting: str) -> None:
    if not path.is_file():
        raise EncoderError(
            f"{path}: the encoder's file is missing. Take it from the repository again, or point {setting} at another."
        )
    if expected is None:
        return
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != expected:
        raise EncoderError(
            f"{path}: not the file that belongs here (SHA-256 {digest[:12]}…, expected {expected[:12]}…). Take it from"
            " the repository again."
        )
