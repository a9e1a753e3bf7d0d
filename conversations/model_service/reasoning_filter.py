"""Removes the reasoning that some language models put into their answers."""

import re

THOUGHT = re.compile(r"<(/?)(?:think|thinking|reasoning)>", re.IGNORECASE)


def without_thoughts(text: str) -> str:
    """The answer without the model's reasoning, whose opening or closing tag may be missing."""
    first, *others = THOUGHT.split(text)
    kept, thinking = [first], False
    for slash, piece in zip(others[::2], others[1::2], strict=True):
        if slash and not thinking:
            kept.clear()  # the opening tag was in the service's own template
        thinking = not slash
        if not thinking:
            kept.append(piece)
    return "".join(kept)
