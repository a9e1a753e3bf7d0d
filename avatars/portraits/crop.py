"""The part of a picture that is kept where one of several faces shall speak."""

from dataclasses import replace

import numpy as np

from avatars.engines.base import Picture
from avatars.engines.faces import SeenFace
from avatars.engines.puppet.face import findings
from avatars.portraits.findings import Box
from avatars.portraits.orientation import LARGE
from avatars.portraits.verdict import MIN_EYES, MIN_SIDE


def around(index: int, faces: tuple[SeenFace, ...], size: tuple[int, int]) -> Box:
    """Head and shoulders of one face, and as little of others as can be."""
    left, top, right, bottom = faces[index].box
    wide, high = right - left, bottom - top
    edges = [left - 1.1 * wide, top - 0.8 * high, right + 1.1 * wide, bottom + 1.2 * high]
    for other in (*faces[:index], *faces[index + 1 :]):
        # The cut goes through the middle of the room between the two faces, on the side with the most room.
        rooms = {
            0: left - other.box[2],
            1: top - other.box[3],
            2: other.box[0] - right,
            3: other.box[1] - bottom,
        }
        side = max(rooms, key=lambda edge: rooms[edge])
        if rooms[side] <= 0:
            continue
        own = (left, top, right, bottom)[side]
        middle = own - rooms[side] / 2 if side < 2 else own + rooms[side] / 2
        edges[side] = max(edges[side], middle) if side < 2 else min(edges[side], middle)
    return (
        max(0, int(edges[0])),
        max(0, int(edges[1])),
        min(size[0], int(edges[2]) + 1),
        min(size[1], int(edges[3]) + 1),
    )


def alone(picture: Picture, cut: Box, face: SeenFace) -> tuple[SeenFace | None, tuple[SeenFace, ...]]:
    """The face as it is in the part that is kept, and smaller ones there, in places of the whole picture; None where
    it is not the only large one."""
    left, top, right, bottom = cut
    part = np.ascontiguousarray(picture[top:bottom, left:right])
    if min(part.shape[:2]) < MIN_SIDE:
        return replace(face, eye_distance=min(face.eye_distance, MIN_EYES - 1)), ()
    faces = findings.look(part)
    if not faces or abs(faces[0].eye_distance - face.eye_distance) > 0.2 * face.eye_distance:
        return None, ()
    if len(faces) > 1 and faces[1].eye_distance > LARGE * faces[0].eye_distance:
        return None, ()
    return _moved(faces[0], left, top), tuple(_moved(each, left, top) for each in faces[1:])


def _moved(face: SeenFace, right: float, down: float) -> SeenFace:
    left, top, right_edge, bottom = face.box
    points = tuple((x + right, y + down) for x, y in face.points)
    return replace(face, box=(left + right, top + down, right_edge + right, bottom + down), points=points)
