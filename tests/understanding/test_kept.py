"""Embeddings that an earlier training left save time, and never change a number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from bot.understanding import kept as kept_module
from bot.understanding.encoder import SentenceModel, shared_encoder
from bot.understanding.kept import FILE, Kept, Matrix

ROW = np.arange(4, dtype=np.float32)


def _kept(folder: Path, made_by: str = "one") -> Kept:
    return Kept(folder / FILE, made_by, 4)


def _leave(folder: Path, *texts: str) -> None:
    kept = _kept(folder)
    kept.add({text: ROW + place for place, text in enumerate(texts)})
    kept.save()


def test_what_one_training_leaves_the_next_one_finds(tmp_path: Path) -> None:
    _leave(tmp_path, "a", "b")
    found = _kept(tmp_path).get("b")
    assert found is not None
    assert np.array_equal(found, ROW + 1)
    assert _kept(tmp_path).get("c") is None


def test_another_encoder_finds_nothing(tmp_path: Path) -> None:
    _leave(tmp_path, "a")
    assert _kept(tmp_path, "two").get("a") is None


@pytest.mark.parametrize("content", [b"", b"nothing", "half"], ids=["empty", "something else", "cut short"])
def test_a_broken_file_holds_nothing_and_is_written_again(tmp_path: Path, content: bytes | str) -> None:
    _leave(tmp_path, "a")
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if isinstance(content, str) else content)
    assert _kept(tmp_path).get("a") is None
    _leave(tmp_path, "a")
    assert _kept(tmp_path).get("a") is not None


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    _leave(tmp_path, "a")
    path = tmp_path / FILE
    content = bytearray(path.read_bytes())
    content[content.index(ROW.tobytes()) + 5] ^= 1
    path.write_bytes(content)
    assert _kept(tmp_path).get("a") is None


def test_pickled_objects_are_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / FILE, made_by=np.array("one"), keys=np.array([{}], dtype=object), rows=ROW[None])
    assert _kept(tmp_path).get("a") is None


def test_rows_of_another_length_are_not_used(tmp_path: Path) -> None:
    _leave(tmp_path, "a")
    assert Kept(tmp_path / FILE, "one", 5).get("a") is None


def test_where_there_are_too_many_those_not_asked_for_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "_MOST", 3)
    _leave(tmp_path, "a", "b", "c")
    kept = _kept(tmp_path)
    kept.get("a")
    kept.add({"d": ROW})
    kept.save()
    last = _kept(tmp_path)
    assert last.get("a") is not None
    assert last.get("d") is not None
    assert sum(last.get(text) is not None for text in "abcd") == 3


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    _leave(tmp_path / "missing", "a")
    assert not (tmp_path / "missing").exists()


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _leave(tmp_path, "a")

    def full(file: object, **arrays: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    _leave(tmp_path, "b")
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert _kept(tmp_path).get("a") is not None


def test_the_encoder_runs_only_what_it_has_not_kept_and_gives_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["what is ozone", "where can I park", "is it safe"]
    afresh = shared_encoder().encode(texts)
    model = SentenceModel(*shared_encoder()._files)
    with model.keeping(tmp_path):
        model.encode(texts[:2])
    later, ran = SentenceModel(*shared_encoder()._files), []
    run = later._run

    def counted(text: str) -> Matrix:
        ran.append(text)
        return run(text)

    monkeypatch.setattr(later, "_run", counted)
    with later.keeping(tmp_path):
        assert np.array_equal(later.encode(texts), afresh)
    assert ran == ["is it safe"]


def test_the_file_belongs_to_one_encoder_and_one_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    model = shared_encoder()
    before = model._name()
    assert model._name() == before
    monkeypatch.setattr(onnxruntime, "__version__", "0")
    assert model._name() != before
