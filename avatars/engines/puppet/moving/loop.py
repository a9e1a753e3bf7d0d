"""A loop through the video of a person: a silent piece of it, forwards and backwards, so that no step is a jump."""

import numpy as np
from numpy.typing import NDArray

from avatars.engines.portrait_video import Track
from avatars.engines.puppet.moving.route import silent, speaks
from avatars.engines.puppet.moving.way import unrest


def round_trip(track: Track, count: int) -> list[int]:
    """The numbers of `count` frames that play over and over: each step, and the one to the beginning, is one that the
    video has. It is the most silent piece, and of those as silent the one at whose ends a turn is seen least.

    A video that is too short goes to and fro several times.
    """
    most = max(1, len(track) - 1)
    trips = max(1, -(-count // (2 * most)))
    far = min(most, count // (2 * trips))
    loud = np.concatenate([[0], np.cumsum(~quiet(track))])
    begins, ends = unrest(track.motion)
    places = np.arange(len(track) - far)
    spoken = loud[places + far + 1] - loud[places]
    first = int(places[np.lexsort((begins[places] + ends[places + far], spoken))[0]])
    there = [*range(first, first + far), *range(first + far, first, -1)] * trips
    # The frames beyond a whole number of trips rest at the first.
    return there + [first] * (count - len(there))


def is_quiet(track: Track, numbers: list[int]) -> bool:
    """Whether the lips rest in all of these frames, so that they are shown as they are."""
    return bool(quiet(track)[numbers].all())


def quiet(track: Track) -> NDArray[np.bool_]:
    """The frames in which the person says nothing."""
    return silent(track.gap) if speaks(track.gap) else np.ones(len(track), bool)
