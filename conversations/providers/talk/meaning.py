"""Small talk in words of one's own, by the vector that the search for an answer has computed. Without a language model.

A linear classifier, learnt from `examples.yaml`, and the nearness of the nearest example must agree. It is only asked
about what no answer fits; what is sure goes to no language model. `tests.benchmarks.talk.small_talk` learns and
measures it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conversations.knowledge.embedders import base
from conversations.knowledge.embedders.base import Vectors
from conversations.providers.talk.phrases import Talk

LEARNT = Path(__file__).parent / "learnt.npz"
WORK = "work"  # the kind of the examples that are no small talk
LONGEST = 120  # characters; a longer message tells something
SCALE = 127.0  # of an example's whole numbers
TINY = 1e-9  # of a vector without a direction
# Set on the examples, each judged by what is learnt from the others: of small talk three quarters are recognised, a
# fifth as a kind beside their own; of questions about work 0.03 are taken for small talk.
LEAD = 0.2  # by how much the best kind is before questions about work
NEAR = 0.45  # the cosine of the nearest example of that kind
SURE_LEAD, SURE_NEAR = 0.6, 0.55
APART = 0.1  # kinds that are nearer to each other than this are both meant
OPINIONS = frozenset({Talk.COMPLAINT, Talk.FEEDBACK, Talk.PRAISE, Talk.ANGER, Talk.DISMISSAL})


class Likelihood(IntEnum):
    """How sure it is."""

    LIKELY = 1
    SURE = 2


@dataclass(frozen=True, kw_only=True)
class Sensed:
    """The kind of small talk that a message is by its meaning."""

    talk: Talk
    likelihood: Likelihood


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What is learnt from the examples.

    Attributes:
        model: the embedder of the vectors.
        kinds: the names of the kinds, `work` among them.
        weights: (dimensions, kinds).
        examples: (examples, dimensions), of length 1.
        whose: (examples,) the place in `kinds` of each example.
    """

    model: str
    kinds: tuple[str, ...]
    weights: Vectors
    examples: Vectors
    whose: NDArray[np.int16]

    def scores(self, vector: Vectors) -> tuple[Vectors, Vectors]:
        """For each kind: how much a vector is like it by the classifier, and the cosine of its nearest example."""
        unit = directions(vector[None])[0]
        nearest = np.full(len(self.kinds), -1.0, dtype=np.float32)
        np.maximum.at(nearest, self.whose, self.examples @ unit)
        return unit @ self.weights, nearest


def sense(text: str) -> Sensed | None:
    """The small talk that a message is by its meaning; None for others, and where no vector of it was computed."""
    embedder = base.configured()
    vector = base.kept_vector(embedder, text) if embedder is not None and len(text) <= LONGEST else None
    learnt = _learnt() if vector is not None else None
    if embedder is None or vector is None or learnt is None or learnt.model not in embedder.comparable:
        return None
    return judge(learnt.kinds, *learnt.scores(vector))


def judge(kinds: Sequence[str], scores: Vectors, nearest: Vectors) -> Sensed | None:
    """The kind that a message is by its scores and its nearest examples, in the order of `kinds`."""
    work = kinds.index(WORK)
    order = np.argsort(-np.where(np.arange(len(kinds)) == work, -np.inf, scores))
    best, second = int(order[0]), int(order[1])
    lead, near = float(scores[best] - scores[work]), float(nearest[best])
    if lead < LEAD or near < NEAR or nearest[work] > nearest.max() - TINY:
        return None
    talk, other = Talk(kinds[best]), Talk(kinds[second])
    if scores[best] - scores[second] < APART:  # words that fit both
        talk = Talk.FEEDBACK if {talk, other} <= OPINIONS else Talk.FRAGMENT
    is_sure = lead >= SURE_LEAD and near >= SURE_NEAR
    return Sensed(talk=talk, likelihood=Likelihood.SURE if is_sure else Likelihood.LIKELY)


def directions(vectors: Vectors) -> Vectors:
    """Vectors of length 1."""
    units: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY)
    return units


@lru_cache(maxsize=1)
def _learnt() -> Learnt:
    with np.load(LEARNT) as stored:
        return Learnt(
            model=str(stored["model"]),
            kinds=tuple(map(str, stored["kinds"])),
            weights=stored["weights"].astype(np.float32),
            examples=directions(stored["examples"].astype(np.float32)),
            whose=stored["whose"],
        )
