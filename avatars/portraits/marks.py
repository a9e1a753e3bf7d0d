"""The places of findings in a picture, so that a page can mark them."""

from collections.abc import Iterable

from avatars.engines.faces import SeenFace
from avatars.engines.puppet.face.topology import CHEEK_LEFT, CHEEK_RIGHT, CHIN, EYES, FOREHEAD, LIPS, OVAL
from avatars.portraits.findings import Place

MOUTH = ("mouth_open", "mouth_covered", "mouth_stays_open")
FACE = (
    *("turned", "turned_some", "tilted", "face_small", "face_too_small", "face_cut_off", "face_at_edge"),
    *("too_dark", "dark", "too_bright", "bright", "blurred", "soft"),
)
BOTH_EYES = tuple(point for eye in EYES for point in (*eye.upper, *eye.lower, *eye.brow))
ROOM = 0.1
"""Of the distance between the eyes: the room around a marked place."""

Edges = tuple[float, float, float, float]


def marks(
    codes: Iterable[str], face: SeenFace, others: Iterable[SeenFace], *, size: tuple[int, int], darker: int = 0
) -> tuple[Place, ...]:
    """The places of these findings about a face; `darker` is the side of it that has less light (see `Light`)."""
    places: list[Place] = []
    for code in codes:
        if code == "others_behind":
            places += faces(code, others, size=size)
        elif code == "side_shadow":
            places += _places(code, [_half(face, darker)], size)
        elif points := _points(code, face):
            places += _places(code, [_around(face, points)], size)
    return tuple(places)


def faces(code: str, seen: Iterable[SeenFace], *, size: tuple[int, int]) -> tuple[Place, ...]:
    return _places(code, [face.box for face in seen], size)


def _points(code: str, face: SeenFace) -> tuple[int, ...]:
    if code in MOUTH:
        return tuple(LIPS)
    if code == "eyes_covered":
        return BOTH_EYES
    if code == "perhaps_covered":
        return tuple(LIPS) if (face.mouth_doubt or 0) >= (face.eyes_doubt or 0) else BOTH_EYES
    return OVAL if code in FACE else ()


def _around(face: SeenFace, points: tuple[int, ...]) -> Edges:
    across, down = zip(*(face.points[point] for point in points), strict=True)
    room = ROOM * face.eye_distance
    return min(across) - room, min(down) - room, max(across) + room, max(down) + room


def _half(face: SeenFace, side: int) -> Edges:
    """The left or the right half of a face, from its middle to the edge of that cheek."""
    cheek = face.points[(CHEEK_LEFT, CHEEK_RIGHT)[side]]
    middle = [face.points[FOREHEAD], face.points[CHIN]]
    across, down = zip(cheek, *middle, strict=True)
    return min(across), min(down), max(across), max(down)


def _places(code: str, boxes: Iterable[Edges], size: tuple[int, int]) -> tuple[Place, ...]:
    """Boxes as shares, within the picture."""
    width, height = size
    return tuple(
        Place(
            code=code,
            x=(x := min(max(left / width, 0.0), 1.0)),
            y=(y := min(max(top / height, 0.0), 1.0)),
            width=max(0.0, min(right / width, 1.0) - x),
            height=max(0.0, min(bottom / height, 1.0) - y),
        )
        for left, top, right, bottom in boxes
    )
