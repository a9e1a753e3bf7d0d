"""Triggers of flows: words, patterns, events and buttons, and the flow that they start.

A pattern is a line with `*`, which stands for any words, also for none. It is compared piece by piece from left to
right, so it takes linear time for any text.
"""

from conversations.knowledge.likeness import plain
from conversations.models import Flow

ANY = "*"
LIVE = ("triggers", "language", "also_in")  # without the definitions, which are large


def flow_for(text: str, language: str) -> Flow | None:
    """The flow that a message starts: the one with the longest words or pattern in it; among equals words go before
    patterns, and a flow in the member's language before others."""
    said = plain(text)
    best: tuple[int, bool, bool, Flow] | None = None
    for flow in Flow.objects.live().only(*LIVE):
        words = max((len(words) for words in map(plain, flow.trigger_words) if contains(words, said)), default=0)
        pattern = max((size(one) for one in flow.patterns if fits(one, text)), default=0)
        rank = (max(words, pattern), words >= pattern, language in flow.languages)
        if rank[0] and (best is None or rank > best[:3]):
            best = (*rank, flow)
    return _whole(best[3].pk) if best else None


def flow_for_event(event: str, language: str) -> Flow | None:
    """The flow that an event of WeChat Work starts, one in the member's language before others."""
    flows = list(Flow.objects.live().filter(event=event).only(*LIVE))
    best = next((flow for flow in flows if language in flow.languages), flows[0] if flows else None)
    return _whole(best.pk) if best else None


def flow_for_button(key: str) -> Flow | None:
    """The flow that a button with this value starts, on a card of any kind."""
    return Flow.objects.live().select_related("live__flow").filter(card_key=key).first() if key else None


def contains(words: str, said: str) -> bool:
    """Whether plain words start a flow in a plain text: longer ones within a sentence too, short ones alone."""
    short = 2 if any(ord(char) > 0x2E7F for char in words) else 5
    return words == said or (len(words) >= short and words in said)


def fits(pattern: str, text: str) -> bool:
    """Whether a whole message is like a pattern."""
    return _fits([plain(piece) for piece in pattern.split(ANY)], plain(text))


def covers(pattern: str, other: str) -> bool:
    """Whether every message like another pattern is like this one too."""
    # No letter of a pattern equals the star of the other one, so that only a star takes it in.
    return _fits([plain(piece) for piece in pattern.split(ANY)], ANY.join(map(plain, other.split(ANY))))


def size(pattern: str) -> int:
    """How many letters and digits of a message a pattern names."""
    return len(plain(pattern))


def _fits(pieces: list[str], said: str) -> bool:
    first, *between = pieces
    if not between:
        return said == first
    last = between.pop()
    if not said.startswith(first) or not said.endswith(last) or len(said) < len(first) + len(last):
        return False
    place, end = len(first), len(said) - len(last)
    for piece in between:
        at = said.find(piece, place, end)
        if at < 0:
            return False
        place = at + len(piece)
    return True


def _whole(pk: int) -> Flow | None:
    return Flow.objects.live().select_related("live__flow").filter(pk=pk).first()
