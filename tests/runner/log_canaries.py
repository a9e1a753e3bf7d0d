"""What no log line may hold, and the tests are full of: keys, tokens, user IDs, and words.

Members and flows of the tests are Chinese, and log lines are English.
"""

import re
from collections.abc import Iterable, Iterator

from tests.support.emulator import KEYS

# A line of our formatters; what pytest, commands and tests print is none.
LINE = re.compile(r"\d\d:\d\d:\d\d\.\d{3} [A-Z]+ |\{\"ts\": ")
SHOWN = 300  # characters of a line
CANARIES = (
    # Words as they are, and as `repr` and JSON write them. Two patterns: each alone is searched for much faster.
    re.compile(r"[\u3400-\u9fff]"),
    re.compile(r"\\(?:u[3-9][0-9a-f]{3}|xe[3-9]\\x)"),
    re.compile(r"\bperson\d+x\d+"),  # a member whom a test hired
    re.compile("|".join(re.escape(KEYS[name]) for name in ("SECRET", "TOKEN", "AES_KEY"))),
)


def leaks(text: str, keys: Iterable[str] = ()) -> Iterator[str]:
    """The beginnings of the log lines in a text that hold one, or one of these keys."""
    own = "|".join(re.escape(key) for key in keys if key)
    for pattern in (*CANARIES, *([re.compile(own)] if own else [])):
        place = 0
        while found := pattern.search(text, place):
            place = text.find("\n", found.end()) + 1 or len(text)
            line = text[text.rfind("\n", 0, found.start()) + 1 : place]
            if LINE.match(line):
                yield line[:SHOWN].rstrip()
