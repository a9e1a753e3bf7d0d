"""Computes the means that `Bundled` takes out of its vectors, from the half of the questions that is for development.

    python -m tests.benchmarks.knowledge.means

A new version of a model needs them anew, and so do the limits in `conversations/knowledge/answer_retrieval.py`.
"""

import numpy as np

from conversations.knowledge.embedders.bundled import MEANS, Bundled
from conversations.knowledge.embedders.language_means import means_of
from tests.benchmarks.knowledge.questions import known, unknown


def main() -> None:
    rows = [row for row in known() if not row.is_held_out]
    asked = [text for row in rows for text in row.asked.values()]
    asked += [row.text for row in unknown() if not row.is_held_out]
    written = [text for row in rows for text in (row.question, f"{row.question} {row.answer}")]
    embedder = Bundled()
    e5_asked, use_asked = embedder.raw(asked, is_question=True)
    e5_written, use_written = embedder.raw(written, is_question=False)
    use = np.concatenate([use_asked, use_written])
    roles = (("e5_question", e5_asked, asked), ("e5_passage", e5_written, written), ("use", use, asked + written))
    means = {
        f"{role}_{script}": mean.astype(np.float16)
        for role, vectors, texts in roles
        for script, mean in means_of(vectors, texts).items()
    }
    np.savez_compressed(MEANS, allow_pickle=False, **means)
    print(f"{MEANS.name}: {MEANS.stat().st_size} bytes, from {len(asked)} questions and {len(written)} texts")


if __name__ == "__main__":
    main()
