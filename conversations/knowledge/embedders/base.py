"""Turns texts into vectors, by a class in `settings.EMBEDDERS`: a question and its answers have a large product."""

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from conversations.exceptions import ConversationError
from core import backends

Vectors = NDArray[np.float32]
MOST_KEPT = 256  # vectors of questions in this process

_lock = threading.Lock()
_kept: OrderedDict[tuple[int, str], Vectors] = OrderedDict()


class EmbedderMissing(ConversationError):
    """A model of an embedder is not installed."""


class Embedder(ABC):
    """Texts to vectors. Safe to call from several threads.

    Class attributes:
        waits: whether it uses the network, so that it must not be called inside a transaction.
    """

    waits: ClassVar[bool] = False

    @classmethod
    def missing_packages(cls) -> list[str]:
        """The Python packages that it needs and that are not installed."""
        return []

    @classmethod
    def missing_options(cls, **_options: Any) -> list[str]:
        """The settings of the environment that its options lack."""
        return []

    @property
    @abstractmethod
    def name(self) -> str:
        """The model and its version. Vectors of different names are not compared; another name embeds all anew."""

    @property
    def comparable(self) -> frozenset[str]:
        """The names of models whose vectors are searched beside its own, until its own have taken their place."""
        return frozenset({self.name})

    @abstractmethod
    def questions(self, texts: Sequence[str]) -> Vectors:
        """One row for each text that members ask. Raises `TemporaryError` if a service cannot answer now."""

    @abstractmethod
    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row for each text that is searched: of the same length as a row of `questions`."""


def configured() -> Embedder | None:
    """This process's embedder; None if `settings.EMBEDDER` names none, or its models are not installed."""
    name: str = settings.EMBEDDER
    if not name:
        return None
    try:
        embedder: Embedder = backends.backend("EMBEDDERS", name)
    except EmbedderMissing:
        return None
    return embedder


def question_vector(embedder: Embedder, text: str) -> Vectors:
    """The vector of a question, computed once: the same question is searched several times while it is answered.

    Call it outside transactions, which would wait for it. Raises `TemporaryError` if a service cannot answer now.
    """
    if (kept := kept_vector(embedder, text)) is not None:
        return kept
    computed: Vectors = embedder.questions([text])[0]
    computed.flags.writeable = False
    with _lock:
        _kept[id(embedder), text] = computed
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return computed


def kept_vector(embedder: Embedder, text: str) -> Vectors | None:
    """The vector of a question that was computed before; None for others."""
    with _lock:
        if (id(embedder), text) in _kept:
            _kept.move_to_end((id(embedder), text))
        return _kept.get((id(embedder), text))
