"""Learns small talk by meaning from its examples, and measures it: python -m tests.benchmarks.talk.small_talk [--write]

Each example is judged by what is learnt from the others. Printed are how many of each kind are recognised, how many are
taken for another kind, and how many questions about work, the examples and those of `tests.benchmarks.knowledge`, are
taken for small talk, at several limits. `--write` writes what is learnt beside the examples.
"""

import argparse
import os
from collections import Counter
from dataclasses import dataclass

import django
import numpy as np
import yaml

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.test")
django.setup()

from conversations.knowledge.embedders.base import Vectors  # noqa: E402
from conversations.knowledge.embedders.bundled import Bundled  # noqa: E402
from conversations.providers.talk import meaning  # noqa: E402
from conversations.providers.talk.meaning import LEARNT, SCALE, WORK, Learnt, Likelihood, directions, judge  # noqa: E402
from conversations.providers.talk.phrases import PHRASES  # noqa: E402
from tests.benchmarks.knowledge.questions import known  # noqa: E402

RIDGE = 0.3
SHORTEST = 2  # characters of a phrase that is an example too


@dataclass(frozen=True, kw_only=True)
class Taught:
    """Texts with their kinds and vectors; the first `own` are those of the file, the others are phrases."""

    texts: tuple[str, ...]
    kinds: tuple[str, ...]
    whose: Vectors
    vectors: Vectors
    own: int


def examples() -> list[tuple[str, str]]:
    """The examples of the file, each with its kind."""
    lines: dict[str, str] = yaml.safe_load(LEARNT.with_name("examples.yaml").read_text(encoding="utf-8"))
    return [(text, kind) for kind, several in lines.items() for text in several.splitlines()]


def taught(embedder: Bundled) -> Taught:
    """The examples and the phrases of their kinds."""
    own = examples()
    kinds = tuple(dict.fromkeys(kind for _text, kind in own))
    phrases = [(text, talk.value) for talk, several in PHRASES.items() for text in several.split("|")]
    pairs = own + [(text, kind) for text, kind in phrases if kind in kinds and len(text) >= SHORTEST]
    texts = tuple(text for text, _kind in pairs)
    return Taught(
        texts=texts,
        kinds=kinds,
        whose=np.array([kinds.index(kind) for _text, kind in pairs]),
        vectors=directions(embedder.questions(texts)),
        own=len(own),
    )


def weigh(of: Taught) -> tuple[Vectors, Vectors]:
    """The weights by ridge regression, a kind as much as any other; and the scores of each text without itself."""
    count = np.bincount(of.whose, minlength=len(of.kinds))
    share = 1.0 / np.sqrt(count[of.whose])
    share = share / share.mean()
    targets = np.eye(len(of.kinds))[of.whose]
    scaled = of.vectors * share[:, None]
    inverse = np.linalg.inv(scaled.T @ scaled + RIDGE * np.eye(scaled.shape[1]))
    weights = inverse @ scaled.T @ (targets * share[:, None])
    leverage = np.einsum("ij,jk,ik->i", scaled, inverse, scaled)
    scores = of.vectors @ weights
    return weights, targets - (targets - scores) / (1.0 - leverage)[:, None]


def measure(of: Taught, embedder: Bundled) -> None:
    """Print the figures."""
    weights, without = weigh(of)
    similar = of.vectors @ of.vectors[: of.own].T
    similar[np.arange(of.own), np.arange(of.own)] = -1.0
    nearest = np.full((len(of.texts), len(of.kinds)), -1.0)
    for kind in range(len(of.kinds)):
        nearest[:, kind] = similar[:, of.whose[: of.own] == kind].max(axis=1)
    asked = [text for question in known() for text in question.asked.values()]
    learnt = Learnt(
        model=embedder.name,
        kinds=of.kinds,
        weights=weights,
        examples=of.vectors[: of.own],
        whose=of.whose[: of.own].astype(np.int16),
    )
    scored = [learnt.scores(vector) for vector in embedder.questions(asked)]
    limits = meaning.LEAD, meaning.NEAR
    for lead in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
        for near in (0.35, 0.4, 0.45, 0.5):
            meaning.LEAD, meaning.NEAR = lead, near
            fates = Counter(_fate(of, place, without, nearest) for place in range(of.own))
            wrong = sum(judge(of.kinds, *scores) is not None for scores in scored)
            talk = sum(fates[fate] for fate in ("right", "other", "missed"))
            print(
                f"lead {lead:.2f} near {near:.2f}: small talk right {fates['right'] / talk:.3f}, as another kind"
                f" {fates['other'] / talk:.3f}; questions about work taken for it"
                f" {fates['taken'] / (fates['taken'] + fates['work']):.3f}, of the benchmark {wrong / len(asked):.3f}"
            )
    meaning.LEAD, meaning.NEAR = limits
    sure = [judge(of.kinds, *scores) for scores in scored]
    print("sure of the benchmark:", sum(one is not None and one.likelihood == Likelihood.SURE for one in sure))
    for place in range(of.own):
        if (fate := _fate(of, place, without, nearest)) != "right" and fate != "work":
            sensed = judge(of.kinds, without[place], nearest[place])
            print(f"  {fate}: {of.texts[place]} ({of.kinds[of.whose[place]]} as {sensed and sensed.talk})")
    for text, one in zip(asked, sure, strict=True):
        if one is not None:
            print(f"  benchmark: {text} as {one.talk} {one.likelihood.name}")


def _fate(of: Taught, place: int, scores: Vectors, nearest: Vectors) -> str:
    kind, sensed = of.kinds[of.whose[place]], judge(of.kinds, scores[place], nearest[place])
    if kind == WORK:
        return "taken" if sensed else "work"
    return "missed" if sensed is None else "right" if sensed.talk == kind else "other"


def write(of: Taught, embedder: Bundled) -> None:
    """Write what is learnt."""
    weights, _without = weigh(of)
    np.savez_compressed(
        LEARNT,
        model=np.array(embedder.name),
        kinds=np.array(of.kinds),
        weights=weights.astype(np.float16),
        examples=np.round(of.vectors[: of.own] * SCALE / np.abs(of.vectors).max()).astype(np.int8),
        whose=of.whose[: of.own].astype(np.int16),
    )
    print(f"{LEARNT.name}: {LEARNT.stat().st_size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write what is learnt")
    options = parser.parse_args()
    embedder = Bundled()
    of = taught(embedder)
    measure(of, embedder)
    if options.write:
        write(of, embedder)


if __name__ == "__main__":
    main()
