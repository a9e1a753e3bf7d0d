"""Vectors of a service with OpenAI's protocol, local or remote: `POST {base_url}/embeddings`."""

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np

from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.knowledge.embedders.base import Embedder, EmbedderMissing, Vectors
from conversations.knowledge.embedders.language_means import unit
from conversations.model_service.client import NO_ANSWER, Client, SettingNames, garbage

NAMES = SettingNames(
    url="OPENUSER_EMBEDDING_BASE_URL", key="OPENUSER_EMBEDDING_API_KEY", model="OPENUSER_EMBEDDING_MODEL"
)
MAX_BODY = 64 * 2**20  # bytes of an answer: a batch of long vectors as text
LONGEST = 2_000  # characters of a text that are sent
AWAY_SECONDS = 15.0  # in which no question waits for a service that did not answer the one before
LENGTH = 2**0.5  # of all vectors: the limits of retrieval are for products from -2 to 2


class EmbeddingService(Embedder):
    """One model of a service. Its `dimensions` are the length of its vectors; another length embeds all anew.

    The prefixes are those that some models want before a question and before a passage: `query: `, `passage: `.
    `timeout` is for a batch of passages, `question_timeout` for one question, which a member waits for.
    """

    waits: ClassVar[bool] = True

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        dimensions: int,
        api_key: str = "",
        networks: Iterable[str] = (),
        batch: int = 32,
        timeout: float = 30.0,
        question_timeout: float = 3.0,
        question_prefix: str = "",
        passage_prefix: str = "",
    ) -> None:
        if lacks := self.missing_options(base_url=base_url, model=model, dimensions=dimensions):
            raise EmbedderMissing(
                "The embedding service is not set up.", code="no_embedder", remedy=f"Set {' and '.join(lacks)}."
            )
        self.model, self.dimensions, self.batch = model, dimensions, max(1, batch)
        self.prefixes = {True: question_prefix, False: passage_prefix}
        options: dict[str, Any] = {"base_url": base_url, "api_key": api_key, "networks": networks, "names": NAMES}
        self._client = Client(timeout=timeout, most=MAX_BODY, **options)
        self._question_client = Client(timeout=question_timeout, most=MAX_BODY, **options)
        self._lock = threading.Lock()
        self._away_until = 0.0

    @classmethod
    def missing_options(cls, **options: Any) -> list[str]:
        needed = {"base_url": NAMES.url, "model": NAMES.model, "dimensions": "OPENUSER_EMBEDDING_DIMENSIONS"}
        return [setting for option, setting in needed.items() if not options.get(option)]

    @property
    def name(self) -> str:
        marks = "|".join(prefix.strip() for prefix in self.prefixes.values() if prefix.strip())
        return f"{self.model}/{self.dimensions}{f'/{marks}' if marks else ''}"[:120]

    def questions(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            if time.monotonic() < self._away_until:
                raise ServiceBusy("The service did not answer a moment ago.", code="away")
        try:
            return self._vectors(texts, self._question_client, is_question=True)
        except ServiceBusy:
            with self._lock:
                self._away_until = time.monotonic() + AWAY_SECONDS
            raise

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts, self._client, is_question=False)

    def _vectors(self, texts: Sequence[str], client: Client, *, is_question: bool) -> Vectors:
        # No service takes an empty text.
        sent = [f"{self.prefixes[is_question]}{text.strip()[:LONGEST] or '-'}" for text in texts]
        parts = [self._ask(client, sent[start : start + self.batch]) for start in range(0, len(sent), self.batch)]
        rows: Vectors = (LENGTH * unit(np.concatenate(parts))).astype(np.float32)
        return rows

    def _ask(self, client: Client, texts: Sequence[str]) -> Vectors:
        asked = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        rows = _rows(client.post("/embeddings", asked), len(texts))
        if rows.shape[1] != self.dimensions:
            raise ServiceRefused(
                f"The vectors of the service have {rows.shape[1]} numbers, not {self.dimensions}.",
                code="dimensions",
                remedy=f"Set OPENUSER_EMBEDDING_DIMENSIONS to {rows.shape[1]}.",
            )
        return rows


def _rows(answer: Any, count: int) -> Vectors:
    """The vectors in the order of their texts. Raises `ServiceBusy` for an answer that does not follow the protocol."""
    try:
        by_index = {int(item["index"]): item["embedding"] for item in answer["data"]}
        rows = np.array([by_index[number] for number in range(count)], dtype=np.float32)
    except NO_ANSWER as error:
        raise garbage() from error
    if rows.ndim != 2 or not rows.shape[1] or not np.isfinite(rows).all():
        raise garbage()
    return rows
