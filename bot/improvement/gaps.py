"""Grouping unanswered questions by meaning. A group, once made, stays: new questions join the nearest one, or make new groups."""

from __future__ import annotations

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sqlite_utils import Database

from bot.record.gaps import add_group, add_members, centroids, ungrouped
from bot.safety.normalise import clean
from bot.understanding.encoder import Matrix, SentenceModel

NEAR = 0.62
"""Cosine from which a question belongs to a group: paraphrases of one question mostly lie over 0.6, different questions about ozone under it."""

BATCH = 2_000
"""Questions grouped at once: their distances to each other fit into 32 MB."""

MAX_BATCHES = 25


def group(database: Database, encoder: SentenceModel) -> tuple[int, int]:
    """Groups everything that is in no group yet, and returns how many questions and how many new groups that were."""
    questions, made = 0, 0
    for _ in range(MAX_BATCHES):
        rows = ungrouped(database, BATCH)
        if not rows:
            break
        made += _group_batch(database, rows, encoder.encode([clean(text) for _, text, _ in rows]))
        questions += len(rows)
    return questions, made


def _group_batch(database: Database, rows: list[tuple[int, str, str]], embeddings: Matrix) -> int:
    """Joins what is near a group, makes groups of the rest, and returns how many."""
    known = centroids(database)
    joined = _nearest(embeddings, known)
    rest = [place for place, cluster in enumerate(joined) if cluster is None]
    with database.atomic():
        for cluster, blob, size in known:
            members = [place for place, chosen in enumerate(joined) if chosen == cluster]
            if members:
                centre = np.frombuffer(blob, dtype=np.float32) * size + embeddings[members].sum(axis=0)
                add_members(database, cluster, [(rows[place][0], rows[place][2]) for place in members], _unit(centre).tobytes())
        labels = _labels(embeddings[rest])
        for label in range(max(labels, default=-1) + 1):
            members = [place for place, chosen in zip(rest, labels, strict=True) if chosen == label]
            centre = _unit(embeddings[members].sum(axis=0))
            exemplar = rows[members[int(np.argmax(embeddings[members] @ centre))]][1]
            add_members(database, add_group(database, exemplar, centre.tobytes()), [(rows[place][0], rows[place][2]) for place in members], centre.tobytes())
    return max(labels, default=-1) + 1


def _nearest(embeddings: Matrix, known: list[tuple[int, bytes, int]]) -> list[int | None]:
    usable = [(cluster, np.frombuffer(blob, dtype=np.float32)) for cluster, blob, _ in known if len(blob) == 4 * embeddings.shape[1]]
    if not usable:
        return [None] * len(embeddings)
    likeness = embeddings @ np.stack([centre for _, centre in usable]).T
    best = likeness.argmax(axis=1)
    return [usable[place][0] if likeness[row, place] >= NEAR else None for row, place in enumerate(best)]


def _labels(embeddings: Matrix) -> list[int]:
    """A group for each row, numbered from 0, by average linkage."""
    if len(embeddings) < 2:
        return [0] * len(embeddings)
    found = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - NEAR).fit_predict(embeddings)
    return [int(label) for label in found]


def _unit(vector: Matrix) -> Matrix:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)
