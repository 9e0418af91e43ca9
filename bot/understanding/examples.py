"""The training examples and how near a message is to each of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import orjson
from threadpoolctl import threadpool_limits

from bot.understanding.encoder import Matrix, one_thread

_KEPT_DIRECTIONS = 128
"""With 96 some questions are read otherwise, with 128 as many right as
with all 384 (1,754 answerable ones nobody trained on: 90.9 and 90.8 %)."""

_MANY_EXAMPLES = 5_000
"""From here on reading all of an example takes longer than it brings."""

_EXAMPLE_STEPS = 127
_MESSAGE_STEPS = 63
"""Steps between zero and the greatest number, for the examples in int8 and for a message: with half of them for one
of the two, no sum of two products overflows 16 bits, in which processors without VNNI add them up. The cosine is off
by 0.003 or so."""

_ROWS_AT_ONCE = 64
"""Messages in one product: more are no quicker, and their
products with all examples take a hundred megabytes and more."""

_ZERO = 128
"""What stands for zero in the unsigned numbers of a message."""


class Examples:
    """Training examples, kept by intent: to weigh the nearest ones, to name them, and to know one again.

    All of them are compared in int8, in one product: a quarter of the memory that each message has to read
    (docs/adr/013-a-turn-in-time.md).

    Args:
        texts, intents, embeddings: one for each example; embeddings of shape (examples, 384), rows of length one.
        directions: shape (384, kept), what embeddings are compared along; None compares them as they are.

    Attributes:
        classes: the intents, in alphabetical order.
        texts, intents: one for each example.
    """

    def __init__(
        self, texts: Sequence[str], intents: Sequence[str], embeddings: Matrix, directions: Matrix | None = None
    ) -> None:
        order = np.argsort(np.array(intents), kind="stable")
        rows = _along(directions, embeddings[order])
        scale = max(float(np.abs(rows).max(initial=0.0)), 1e-9) / _EXAMPLE_STEPS
        product = _product(np.rint(rows.T / scale).astype(np.int8))
        self._keep(
            [str(texts[index]) for index in order], [str(intents[index]) for index in order], directions, scale, product
        )

    def _keep(
        self, texts: Sequence[str], intents: Sequence[str], directions: Matrix | None, scale: float, product: bytes
    ) -> None:
        self.texts, self.intents = tuple(texts), tuple(intents)
        names, self._starts = np.unique(np.array(self.intents), return_index=True)
        self.classes = tuple(str(name) for name in names)
        self._directions, self._scale, self._product = directions, scale, product
        self._session = onnxruntime.InferenceSession(product, one_thread(), providers=["CPUExecutionProvider"])

    def places(self, embeddings: Matrix) -> Matrix:
        """Where texts lie along the kept directions: shape (rows, 128), rows of length one."""
        return _along(self._directions, embeddings)

    def nearest(self, embeddings: Matrix) -> Matrix:
        """Cosine of each row to the nearest example of each class: shape (rows, classes)."""
        parts = [
            self._nearest(embeddings[start : start + _ROWS_AT_ONCE])
            for start in range(0, len(embeddings), _ROWS_AT_ONCE)
        ]
        return np.vstack(parts) if parts else np.zeros((0, len(self.classes)), np.float32)

    def _nearest(self, embeddings: Matrix) -> Matrix:
        products, scales = self._products(embeddings)
        return np.asarray(np.maximum.reduceat(products, self._starts, axis=1) * scales, dtype=np.float32)

    def nearest_of(self, intent: str, embedding: Matrix) -> tuple[str, float]:
        """The example of an intent that is nearest to an embedding of shape (384,), and its cosine."""
        position = self.classes.index(intent)
        start = int(self._starts[position])
        end = self._starts[position + 1] if position + 1 < len(self.classes) else len(self.texts)
        products, scales = self._products(embedding[None])
        best = start + int(products[0, start:end].argmax())
        return self.texts[best], float(products[0, best] * scales[0, 0])

    def _products(self, embeddings: Matrix) -> tuple[npt.NDArray[np.int32], Matrix]:
        """Each row with each example, shape (rows, examples), and what makes cosines of a row, shape (rows, 1)."""
        rows = _along(self._directions, embeddings)
        scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-9) / np.float32(_MESSAGE_STEPS)
        (products,) = self._session.run(None, {"message": (np.rint(rows / scales) + _ZERO).astype(np.uint8)})
        return products, np.asarray(scales * self._scale, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Writes three files into `folder`, without pickled objects.

        As an array, all texts would be as long as the longest.
        """
        directions = np.zeros((0, 0), np.float32) if self._directions is None else self._directions
        np.savez(folder / "examples.npz", directions=directions, scale=np.float64(self._scale))
        (folder / "examples.json").write_bytes(orjson.dumps({"texts": self.texts, "intents": self.intents}))
        (folder / "examples.onnx").write_bytes(self._product)

    @classmethod
    def load(cls, folder: Path) -> Examples:
        """Reads what `save` wrote."""
        examples = cls.__new__(cls)
        worded = orjson.loads((folder / "examples.json").read_bytes())
        with np.load(folder / "examples.npz", allow_pickle=False) as stored:
            directions = stored["directions"] if stored["directions"].size else None
            examples._keep(
                worded["texts"],
                worded["intents"],
                directions,
                float(stored["scale"]),
                (folder / "examples.onnx").read_bytes(),
            )
        return examples


def main_directions(embeddings: Matrix) -> Matrix | None:
    """The directions along which embeddings differ most, shape (384, 128), or None where there are not many examples.

    Along these the nearest examples are the same ones nearly always, for a third of the memory that each message has to
    read (docs/adr/013-a-turn-in-time.md).
    """
    if len(embeddings) < _MANY_EXAMPLES:
        return None
    with threadpool_limits(limits=1):  # two threads wait for each other longer than it takes
        _, directions = np.linalg.eigh(embeddings.T @ embeddings)
    return np.ascontiguousarray(directions[:, ::-1][:, :_KEPT_DIRECTIONS], dtype=np.float32)


def _along(directions: Matrix | None, embeddings: Matrix) -> Matrix:
    if directions is None:
        return embeddings
    rows = embeddings @ directions
    return np.asarray(rows / np.maximum(np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None], 1e-9), dtype=np.float32)


def _product(examples: npt.NDArray[np.int8]) -> bytes:
    """An ONNX model that multiplies messages, shape (rows, kept),
    with examples, shape (kept, examples), in whole numbers."""
    from onnx import TensorProto, helper, numpy_helper  # needed for training alone

    message = helper.make_tensor_value_info("message", TensorProto.UINT8, ["rows", examples.shape[0]])
    products = helper.make_tensor_value_info("products", TensorProto.INT32, ["rows", examples.shape[1]])
    constants = [
        numpy_helper.from_array(examples, "examples"),
        numpy_helper.from_array(np.array(_ZERO, dtype=np.uint8), "zero"),
    ]
    multiply = helper.make_node("MatMulInteger", ["message", "examples", "zero"], ["products"])
    graph = helper.make_graph([multiply], "examples", [message], [products], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())
