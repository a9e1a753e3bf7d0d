"""The vectors of the examples of subjects: computed in the background, where they are missing or older."""

import hashlib

from conversations.care.care_table import lines_of
from conversations.knowledge.answer_index import STORED
from conversations.knowledge.embedders.base import Embedder, configured
from conversations.models import CareSubject


def compute_missing() -> int:
    """Compute the vectors that are missing, of other words, or of another model. Returns of how many subjects.

    Call it outside transactions: an embedder may be a service.
    """
    embedder = configured()
    if embedder is None:
        return 0
    stale = [row for row in CareSubject.objects.enabled() if row.vectors_of != _mark(embedder, row.examples)]
    for row in stale:
        lines = lines_of(row.examples)
        row.vectors = embedder.questions(lines).astype(STORED).tobytes() if lines else b""
        row.vectors_of = _mark(embedder, row.examples)
        row.save(update_fields=["vectors", "vectors_of"])
    return len(stale)


def _mark(embedder: Embedder, examples: str) -> str:
    """The model and the words that vectors are of."""
    return f"{embedder.name} {hashlib.sha256(examples.encode()).hexdigest()[:16]}"
