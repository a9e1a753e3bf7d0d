"""Takes the mean of a language's texts out of their vectors.

The vectors of a small model lie close together, those of one language closer still: a Chinese question is nearer to any
Chinese text than to the English one that answers it. Without the mean of its language, a vector keeps the subject of
its text, and Chinese and English compete as equals.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from conversations.knowledge.embedders.base import Vectors

HAN = re.compile("[\u3400-\u9fff]")
CHINESE, OTHER = "zh", "other"
Means = Mapping[str, Vectors]


def script_of(text: str) -> str:
    """Which mean a text takes: a text with a third of Chinese characters is Chinese, as “VPN 怎么申请” is."""
    return CHINESE if 3 * len(HAN.findall(text)) >= len("".join(text.split())) else OTHER


def centred(vectors: Vectors, texts: Sequence[str], means: Means) -> Vectors:
    """The vectors without the mean of their texts' language, of length 1."""
    off = np.stack([means[script_of(text)] for text in texts])
    return unit(vectors - off)


def unit(vectors: Vectors) -> Vectors:
    """The rows with length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled


def means_of(vectors: Vectors, texts: Sequence[str]) -> dict[str, Vectors]:
    """The mean of the vectors in each language."""
    scripts = np.array([script_of(text) for text in texts])
    return {script: vectors[scripts == script].mean(axis=0) for script in (CHINESE, OTHER)}
