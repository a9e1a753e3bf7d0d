"""Traditional characters as simplified ones, so that 轉人工 means the same as 转人工. Pure.

The pairs, a line of each kind, are those of the grammar `traditional_to_simple` of wetext 0.1.8 (Apache-2.0).
"""

from functools import lru_cache
from pathlib import Path

_PAIRS = Path(__file__).with_name("traditional.txt")


def simplified(text: str) -> str:
    """A text with simplified characters, each in its place; for comparison, never for storage or display."""
    return text if text.isascii() else text.translate(_table())


@lru_cache(maxsize=1)
def _table() -> dict[int, int]:
    traditional, simple = _PAIRS.read_text(encoding="utf-8").split()
    return str.maketrans(traditional, simple)
