"""How a step goes on that waits for the result of a call or a sub-flow."""

from conversations.machine.calls import Returned, Way
from conversations.machine.edges import On
from conversations.machine.nodes.node import Node, Walk
from conversations.machine.notices import UNFINISHED
from conversations.machine.places import Act, Place


def returned(node: Node, walk: Walk, place: Place, act: Act, text: str) -> Place:
    """By the way of the result, or back with the member. A time-out without a way leads where a failure does."""
    if act == Act.BACK and place.path:
        return walk.back(place)
    if act not in (Act.RETURN, Act.EXPIRE):
        return place
    result = Returned.from_text(text) if act == Act.RETURN else Returned(way=Way.TIMEOUT)
    place, on = place.keeping(result.kept, result.labels), On(result.way)
    if on in UNFINISHED:
        return walk.way_out(node, place, on, *UNFINISHED[on])
    key = walk.leave(node, place, on)
    if key is None and on == On.TIMEOUT:
        key = walk.leave(node, place, On.FAILED)
    return walk.fail(place) if key is None and on != On.NEXT else walk.enter(place, key)
