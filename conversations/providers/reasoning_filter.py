"""What a language model thinks aloud before it answers."""

import re

THOUGHT = re.compile(r"<(/?)(?:think|thinking|reasoning)>", re.IGNORECASE)


def without_thoughts(text: str) -> str:
    """The answer without what the model thought aloud, which may lack its beginning or its end."""
    first, *others = THOUGHT.split(text)
    kept, thinking = [first], False
    for slash, piece in zip(others[::2], others[1::2], strict=True):
        if slash and not thinking:
            kept.clear()  # the service's own template had begun it
        thinking = not slash
        if not thinking:
            kept.append(piece)
    return "".join(kept)
