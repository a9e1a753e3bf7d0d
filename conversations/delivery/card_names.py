"""Names of the cards that answer a callback: the platform's `task_id`, which comes back with a tap."""

import hashlib
import json
import secrets
from dataclasses import replace
from typing import TypeVar

from wecom.contents import Card

BYTES = 8
C = TypeVar("C", bound=Card)


def named(card: C, prefix: str, *, cid: str) -> C:
    """The card under a name that follows from the callback and from what it shows.

    A callback that is handled once more in a restored database gets the card that the member has already: it is known
    not to be sent again, and a tap on the one on the phone is still understood.
    """
    return replace(card, task_id=name(prefix, card.fields(), cid=cid))


def name(prefix: str, about: object, *, cid: str) -> str:
    """The name of a card that shows something else each time, such as how long a video takes.

    It follows from the callback, and from what the card is about (JSON): what tells it from the callback's other cards.
    """
    if not cid:
        return f"{prefix}{secrets.token_hex(BYTES)}"
    shown = json.dumps([prefix, cid, about], sort_keys=True)
    return f"{prefix}{hashlib.blake2b(shown.encode(), digest_size=BYTES).hexdigest()}"
