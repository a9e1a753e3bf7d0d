"""How many messages go out together: after trouble as few as went well, and then twice as many with each batch.

A message that a batch prepared and did not call is prepared again: each time that costs a row of `Attempt` for every
message. A process learns the pace of each application for itself.
"""

from wecom.models import Outbound

MOST = 200  # messages that one worker takes at a time: at 0.2 s a call, ten seconds of work
MOST_BULK = 20  # a second of work: what a worker has begun before a stop of all campaigns still goes out
FEWEST = 4

_slowed: dict[int, int] = {}  # how many, by application; only of those that have met trouble


def most(outbound: Outbound) -> int:
    """How many messages go out together with this one, itself included."""
    return min(MOST_BULK if outbound.is_bulk else MOST, _slowed.get(outbound.application_id, MOST))


def note(outbound: Outbound, *, called: int, in_trouble: bool) -> None:
    """A batch is over: after so many calls, `in_trouble` if that stopped it."""
    key = outbound.application_id
    pace = _slowed.get(key, MOST)
    if in_trouble:
        _slowed[key] = max(called, FEWEST)
    elif called < pace:  # too few were due to tell anything
        return
    elif 2 * pace < MOST:
        _slowed[key] = 2 * pace
    else:
        _slowed.pop(key, None)
