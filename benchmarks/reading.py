"""Where the time of reading a message goes: `python -m benchmarks.reading`.

Medians in milliseconds, with caches as warm as a loop makes them and after some idle milliseconds, in which the rest of
the machine and its other tenants take the caches over.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.load import messages
from bot.content.shared import shared_triage
from bot.safety.normalise import sentences
from bot.safety.prefilter import Prefilter
from bot.understanding.encoder import DIMENSIONS, SentenceModel, shared_encoder
from bot.understanding.examples import Examples, main_directions

EXAMPLES = 28_000
"""About as many as there are training sentences."""

IDLE_SECONDS = 0.005


def median_ms(work: Callable[[Any], object], on: Sequence[Any], idle_seconds: float = 0.0) -> float:
    """The median time of one piece of work, in milliseconds."""
    took = []
    for item in on:
        if idle_seconds:
            time.sleep(idle_seconds)
        before = time.perf_counter()
        work(item)
        took.append(time.perf_counter() - before)
    return statistics.median(took) * 1000


def main() -> None:
    """The command."""
    texts = messages()
    random.Random(5).shuffle(texts)
    texts = texts[:300]
    encoder = shared_encoder()
    rows = np.random.default_rng(5).normal(size=(EXAMPLES, DIMENSIONS)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    directions = main_directions(rows)
    assert directions is not None
    examples = Examples(
        [str(number) for number in range(EXAMPLES)],
        [f"{number // 165:03}" for number in range(EXAMPLES)],
        rows,
        directions,
    )
    single = np.ascontiguousarray(rows @ directions)
    triage = shared_triage()
    patterns = [rule.pattern for rule in triage.rules]
    prefilter = Prefilter(patterns)
    said = [sentence for text in texts for sentence in sentences(text)]
    embeddings = [encoder.encode([text]) for text in texts]
    works: list[tuple[str, Callable[[Any], object], Sequence[Any]]] = [
        ("encoder", lambda text: _afresh(encoder, text), texts),
        ("nearest of 28,000 examples, int8", examples.nearest, embeddings),
        ("the same in single precision", lambda row: single @ (row[0] @ directions), embeddings),
        (
            "rules that can match, a sentence",
            lambda sentence: [patterns[number].search(sentence) for number in prefilter.worth_searching(sentence)],
            said,
        ),
        ("all rules, a sentence", lambda sentence: [pattern.search(sentence) for pattern in patterns], said),
    ]
    print(f"| | warm | after {IDLE_SECONDS * 1000:.0f} ms |\n|---|---:|---:|")
    with threadpool_limits(limits=1, user_api="blas"):
        for name, work, on in works:
            print(f"| {name} | {median_ms(work, on):.2f} ms | {median_ms(work, on, IDLE_SECONDS):.2f} ms |", flush=True)
    candidates = statistics.mean(len(prefilter.worth_searching(sentence)) for sentence in said)
    print(f"\nOf {len(patterns)} rules {candidates:.1f} are searched for in a sentence.")


def _afresh(encoder: SentenceModel, text: str) -> None:
    encoder._remembered.clear()
    encoder.encode([text])


if __name__ == "__main__":
    main()
