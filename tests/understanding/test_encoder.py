"""The sentence encoder: vectors of length one, and only the files that belong together."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.understanding.encoder import DIMENSIONS, EncoderError, SentenceModel, kept_from_tuning, shared_encoder
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
    price, cost, bus = model.encode(
        ["How much does a session cost?", "What is the price of one session?", "Which bus goes to the harbour?"]
    )
    assert price @ cost > price @ bus


def test_a_process_keeps_one_encoder() -> None:
    assert shared_encoder() is shared_encoder()


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    texts = [
        "Is it safe?",
        "How long does one session of this therapy usually take, and may my sister wait with me?",
        *(f"Question {n}" for n in range(30)),
    ]
    assert np.array_equal(_open().encode(texts)[:2], np.vstack([_open().encode([text]) for text in texts[:2]]))


def test_a_text_that_was_begun_has_the_vector_it_would_have_had() -> None:
    begun, model = "Is it safe to drive home after a session?", _open()
    model.begin(begun)
    assert np.array_equal(model.encode([begun, "another"]), _open().encode([begun, "another"]))


def test_many_texts_that_are_begun_and_never_wanted_do_no_harm(model: SentenceModel) -> None:
    for number in range(400):
        model.begin(f"never wanted {number}")
    assert model.encode(["What is ozone?"]).shape == (1, DIMENSIONS)


def test_a_fifth_of_all_sentences_is_never_tuned_on() -> None:
    kept = [kept_from_tuning(f"question number {n}") for n in range(5_000)]
    assert 0.17 < sum(kept) / len(kept) < 0.23


def test_spelling_that_the_encoder_never_sees_does_not_decide_what_it_is_tuned_on() -> None:
    assert all(kept_from_tuning(f"question {n}") == kept_from_tuning(f"  question\u2060 {n} ") for n in range(100))


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The encoder's folder in a data folder of its own."""
    folder = shutil.copytree(DATA / "encoder", tmp_path / "encoder")
    monkeypatch.setenv("OZONE_DATA", str(tmp_path))
    return folder


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_that_does_not_belong_here_is_named(copied: Path, name: str) -> None:
    with (copied / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(EncoderError, match=rf"{re.escape(name)}: not the file that belongs here"):
        _open()


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        (None, "cannot be read"),
        ("nonsense\n", "cannot be read"),
        ("0  tokenizer.json\n", r"no checksum of model\.onnx"),
    ],
)
def test_a_broken_list_of_checksums_is_named(copied: Path, listed: str | None, says: str) -> None:
    (copied / "SHA256SUMS").unlink() if listed is None else (copied / "SHA256SUMS").write_text(listed)
    with pytest.raises(EncoderError, match=rf"SHA256SUMS: .*{says}"):
        _open()


def test_a_missing_model_is_named_with_its_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OZONE_ENCODER_MODEL", str(tmp_path / "other.onnx"))
    with pytest.raises(EncoderError, match=r"other\.onnx: the encoder's file is missing.*OZONE_ENCODER_MODEL"):
        _open()
