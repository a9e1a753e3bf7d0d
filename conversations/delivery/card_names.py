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
    """The card under a name derived from the callback and from the card's fields.

    A callback that is handled once more in a restored database gets the card that the member has already: it is known
    not to be sent again, and a tap on the one on the phone is still understood.
    """
    return replace(card, task_id=name(prefix, card.fields(), cid=cid))


def name(prefix: str, about: object, *, cid: str) -> str:
    """The name of a card that changes each time, such as with the duration of a video.

    It is derived from the callback, and from `about` (JSON), which tells the card from others of the callback.
    """
    if not cid:
        return f"{prefix}{secrets.token_hex(BYTES)}"
    shown = json.dumps([prefix, cid, about], sort_keys=True)
    return f"{prefix}{hashlib.blake2b(shown.encode(), digest_size=BYTES).hexdigest()}"
