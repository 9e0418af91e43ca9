"""Grouping unanswered questions by meaning.

A group, once made, stays: new questions join the nearest one, or make new groups.

Only a question that was asked once and is not decided yet can still join others: what is asked again seldom comes in
the same run.
"""

from __future__ import annotations

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sqlite_utils import Database

from bot.record.gaps import add_group, add_members, asked_once, centroids, merge_groups, ungrouped
from bot.safety.normalise import clean
from bot.understanding.encoder import DIMENSIONS, Matrix, SentenceModel

NEAR = 0.5
"""Cosine from which a question joins a group that is there,
whose middle lies nearer to a paraphrase than any of its members."""

ALIKE = 0.42
"""Cosine that all questions of a new group have to each other.

On samples of the training sentences, three to an intent, nine pairs of ten that come together so are of one intent; the
0.62 of before left nearly every question of a real record alone.
"""

BATCH = 2_000
"""Questions grouped at once: their distances to each other fit into 32 MB."""

MAX_BATCHES = 25


def group(database: Database, encoder: SentenceModel) -> tuple[int, int]:
    """Groups everything that is in no group yet, and returns how many questions and how many new groups that were."""
    questions, made = 0, 0
    for turn in range(MAX_BATCHES):
        rows = ungrouped(database, BATCH)
        if not rows and turn:
            break
        made += _group_batch(database, rows, encoder)
        questions += len(rows)
    return questions, made


def _group_batch(database: Database, rows: list[tuple[int, str, str]], encoder: SentenceModel) -> int:
    """Joins what is near a group, makes groups of the rest together
    with what was asked once before, and returns how many are new."""
    embeddings = (
        encoder.encode([clean(text) for _, text, _ in rows]) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)
    )
    known = centroids(database)
    alone = _usable([(cluster, blob) for cluster, blob, _ in known if cluster in asked_once(database)])
    groups = [one for one in known if one[0] not in dict(alone)]
    joined = _nearest(embeddings, groups)
    rest = [place for place, cluster in enumerate(joined) if cluster is None]
    made = 0
    with database.atomic():
        for cluster, blob, size in groups:
            members = [place for place, chosen in enumerate(joined) if chosen == cluster]
            if members:
                centre = np.frombuffer(blob, dtype=np.float32) * size + embeddings[members].sum(axis=0)
                add_members(
                    database, cluster, [(rows[place][0], rows[place][2]) for place in members], _unit(centre).tobytes()
                )
        together = np.concatenate([embeddings[rest], *([np.stack([centre for _, centre in alone])] if alone else [])])
        labels = _labels(together)
        for label in range(max(labels, default=-1) + 1):
            places = [place for place, chosen in enumerate(labels) if chosen == label]
            new = [rest[place] for place in places if place < len(rest)]
            before = [alone[place - len(rest)][0] for place in places if place >= len(rest)]
            if not new and len(before) < 2:
                continue
            centre = _unit(together[places].sum(axis=0))
            if before:
                target = before[0]
            else:
                target, made = (
                    add_group(database, rows[new[int(np.argmax(embeddings[new] @ centre))]][1], centre.tobytes()),
                    made + 1,
                )
            merge_groups(database, before[1:], target)
            add_members(database, target, [(rows[place][0], rows[place][2]) for place in new], centre.tobytes())
    return made


def _usable(found: list[tuple[int, bytes]]) -> list[tuple[int, Matrix]]:
    """Those whose centre is of this encoder."""
    return [(cluster, np.frombuffer(blob, dtype=np.float32)) for cluster, blob in found if len(blob) == 4 * DIMENSIONS]


def _nearest(embeddings: Matrix, known: list[tuple[int, bytes, int]]) -> list[int | None]:
    usable = _usable([(cluster, blob) for cluster, blob, _ in known])
    if not usable or not len(embeddings):
        return [None] * len(embeddings)
    likeness = embeddings @ np.stack([centre for _, centre in usable]).T
    best = likeness.argmax(axis=1)
    return [usable[place][0] if likeness[row, place] >= NEAR else None for row, place in enumerate(best)]


def _labels(embeddings: Matrix) -> list[int]:
    """A group for each row, numbered from 0, by complete linkage:
    each is like every other of its group, so that none drifts away."""
    if len(embeddings) < 2:
        return [0] * len(embeddings)
    found = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="complete", distance_threshold=1 - ALIKE
    ).fit_predict(embeddings)
    return [int(label) for label in found]


def _unit(vector: Matrix) -> Matrix:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)
