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
    if not cid:
        return replace(card, task_id=f"{prefix}{secrets.token_hex(BYTES)}")
    shown = json.dumps([prefix, cid, card.fields()], sort_keys=True)
    return replace(card, task_id=f"{prefix}{hashlib.blake2b(shown.encode(), digest_size=BYTES).hexdigest()}")
