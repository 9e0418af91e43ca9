"""The sentence encoder: vectors of length one, and only the published files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.understanding import encoder
from bot.understanding.encoder import DIMENSIONS, EncoderError, SentenceModel, shared_encoder
from tests.conftest import DATA


@pytest.fixture(autouse=True)
def shipped_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine points elsewhere."""
    monkeypatch.setenv("OZONE_DATA", str(DATA))
    for name in ("OZONE_ENCODER_MODEL", "OZONE_ENCODER_TOKENIZER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def model() -> SentenceModel:
    return shared_encoder()


def _open() -> SentenceModel:
    """The encoder opened anew, past the one this process keeps."""
    return shared_encoder.__wrapped__()


def test_every_vector_has_length_one(model: SentenceModel) -> None:
    lengths = np.linalg.norm(model.encode(["What is ozone?", "", "x" * 5000, "你好"]), axis=1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-5)


def test_there_is_one_row_for_each_text(model: SentenceModel) -> None:
    assert model.encode(["one", "two", "one"]).shape == (3, DIMENSIONS)


def test_no_text_gives_no_row(model: SentenceModel) -> None:
    assert model.encode([]).shape == (0, DIMENSIONS)


def test_the_same_text_has_the_same_vector(model: SentenceModel) -> None:
    first, again = model.encode(["What is ozone?", "What is ozone?"])
    assert np.array_equal(first, again)


def test_a_text_has_the_same_vector_when_it_is_asked_for_again(model: SentenceModel) -> None:
    assert np.array_equal(model.encode(["Is it safe?"]), model.encode(["Is it safe?"]))


def test_rows_come_in_the_order_of_the_texts(model: SentenceModel) -> None:
    short, long = "Hi", "How long does one session of this therapy usually take?"
    assert np.array_equal(model.encode([long, short]), model.encode([short, long])[::-1])


def test_similar_sentences_are_closer_than_different_ones(model: SentenceModel) -> None:
    price, cost, bus = model.encode(["How much does a session cost?", "What is the price of one session?", "Which bus goes to the harbour?"])
    assert price @ cost > price @ bus


def test_a_process_keeps_one_encoder() -> None:
    assert shared_encoder() is shared_encoder()


def test_a_model_that_is_not_the_published_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "MODEL_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match=r"model\.onnx: not the published file"):
        _open()


def test_a_tokenizer_that_is_not_the_published_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "TOKENIZER_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match=r"tokenizer\.json: not the published file"):
        _open()


def test_a_missing_model_is_named_with_its_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OZONE_ENCODER_MODEL", str(tmp_path / "other.onnx"))
    with pytest.raises(EncoderError, match=r"other\.onnx: the encoder's file is missing.*OZONE_ENCODER_MODEL"):
        _open()


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_MODEL_PACKAGE", "no-such-package-here")
    with pytest.raises(EncoderError, match="no-such-package-here is not installed"):
        _open()
