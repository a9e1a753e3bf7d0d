"""The memory of the graphics cards that the studio's child uses."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CardMemory:
    """Bytes of the memory of a card, by its number: in use by all processes, and in total."""

    card: int
    used: int
    total: int


def memory() -> tuple[CardMemory, ...]:
    """Of each card that this process uses, if torch is loaded. To ask another card would take memory there."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return ()
    ours = [card for card in range(torch.cuda.device_count()) if torch.cuda.memory_reserved(card)]
    by_card = {card: torch.cuda.mem_get_info(card) for card in ours}
    return tuple(CardMemory(card=card, used=total - free, total=total) for card, (free, total) in by_card.items())
