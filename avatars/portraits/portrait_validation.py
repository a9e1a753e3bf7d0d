"""Portraits as people bring them, checked before anything is rendered: a reason and a remedy where one will not do."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from avatars.engines.base import Picture
from avatars.engines.faces import SeenFace
from avatars.engines.puppet import lip_closure
from avatars.engines.puppet.face import findings, light, sharpness
from avatars.engines.puppet.face.closeup import closeup
from avatars.exceptions import PortraitError
from avatars.portrait_words import UNUSABLE
from avatars.portraits import crop, image_file, marks, orientation, texture, verdict
from avatars.portraits.findings import Box, Examined
from avatars.portraits.image_file import MAX_BYTES, opened

__all__ = ["MAX_BYTES", "check", "examine", "kept", "load"]

LONGEST = 720
"""Pixels of the longer side of a portrait that is rendered."""


def check(data: bytes, *, face: int | None = None) -> Examined:
    """As `examine`. Raises `PortraitError` for one that cannot be animated, its code one of `UNUSABLE`."""
    examined = examine(data, face=face)
    if examined.flaw:
        raise PortraitError("The portrait cannot be animated.", code=examined.flaw, remedy=UNUSABLE[examined.flaw])
    return examined


def examine(data: bytes, *, face: int | None = None) -> Examined:
    """The findings in an image file: the faces, the speaking one, its flaw and remarks, and their places.

    `face` is the number of the face to take where there are several, the largest being 0: the picture is cut to it.
    Raises `PortraitError` for a file that cannot be read as a picture: code `not_an_image`, `picture_format`,
    `too_large`, `too_many_pixels`.
    """
    # Face detection looks no closer than that; a crop needs all of it.
    image, size, notes = opened(data, least=findings.LONGEST if face is None else None)
    if min(size) < verdict.MIN_SIDE:
        return Examined(width=size[0], height=size[1], flaw="too_small", remarks=notes)
    picture, turn, faces = orientation.upright(np.asarray(image))
    if turn:
        notes = ("turned_upright", *(note for note in notes if note != "turned_upright"))
    if turn % 180:
        size = size[::-1]
    shrunk = picture.shape[1] / size[0]
    if shrunk < 1:
        faces = tuple(each.scaled(1 / shrunk) for each in faces)
    seen = Examined(width=size[0], height=size[1], faces=faces, remarks=notes, turn=turn)
    if face is not None and face not in range(len(faces)):
        return replace(seen, flaw="face_unknown")
    large = [each for each in faces if each.eye_distance > orientation.LARGE * faces[0].eye_distance]
    if not faces or (len(large) > 1 and face is None):
        flaw = "several_faces" if faces else "no_face"
        return replace(seen, flaw=flaw, places=marks.faces(flaw, large, size=size))
    if len(large) == 1 and not face:
        return _judged(seen, picture, shrunk=shrunk, chosen=0, others=faces[1:])
    return _cut_to(seen, picture, chosen=face or 0)


def kept(data: bytes, examined: Examined) -> bytes:
    """The crop to keep in place of an image file, upright, as JPEG; b"" to keep the file."""
    if examined.flaw or not (examined.cut or examined.turn):
        return b""
    image = opened(data).image.rotate(-examined.turn, expand=True)
    out = io.BytesIO()
    (image.crop(examined.cut) if examined.cut else image).save(out, "JPEG", quality=95)
    return out.getvalue()


def load(data: bytes | Path, *, longest: int = LONGEST) -> Picture:
    """The upright picture as RGB of even sides, the longer at most `longest` pixels; never enlarged.

    Raises `PortraitError` with code `not_an_image`, `picture_format`, `too_large` or `too_many_pixels`.
    """
    return _at_most(opened(image_file.read(data) if isinstance(data, Path) else data).image, longest)


def _cut_to(seen: Examined, picture: Picture, *, chosen: int) -> Examined:
    """The picture cut to one of several faces, and that one judged in it."""
    cut = crop.around(chosen, seen.faces, (seen.width, seen.height))
    known, others = crop.alone(picture, cut, seen.faces[chosen])
    if known is None:
        places = marks.faces("faces_too_close", seen.faces, size=(seen.width, seen.height))
        return replace(seen, flaw="faces_too_close", places=places)
    faces = (*seen.faces[:chosen], known, *seen.faces[chosen + 1 :])
    return _judged(replace(seen, faces=faces), picture, chosen=chosen, cut=cut, others=others)


def _judged(
    seen: Examined,
    picture: Picture,
    *,
    chosen: int,
    others: tuple[SeenFace, ...],
    cut: Box | None = None,
    shrunk: float = 1.0,
) -> Examined:
    """The findings with the chosen face's flaw and remarks, in a picture that is `shrunk` so many times."""
    face, size = seen.faces[chosen], (seen.width, seen.height)
    small = face.scaled(shrunk)
    near = closeup(picture, small)
    measures = verdict.Measures(
        face=face,
        size=size,
        light=light.measure(near),
        blur=sharpness.blur(near),
        photographic=texture.looks_photographed(picture, small.box),
        others=bool(others),
        shut=_shut(picture, cut) if verdict.wants_trial(face) else None,
    )
    flaw = verdict.flaw(measures)
    minded = () if flaw else verdict.remarks(measures)
    codes = (flaw,) if flaw else minded
    return replace(
        seen,
        chosen=chosen,
        cut=cut,
        flaw=flaw,
        remarks=() if flaw else (*seen.remarks, *minded),
        places=marks.marks(codes, face, others, size=size, darker=measures.light.darker),
        photographic=measures.photographic,
    )


def _shut(picture: Picture, cut: Box | None) -> SeenFace | None:
    """The face with its lips shut by the renderer, in the size that it is rendered in."""
    left, top, right, bottom = cut or (0, 0, picture.shape[1], picture.shape[0])
    part = Image.fromarray(np.ascontiguousarray(picture[top:bottom, left:right]))
    return lip_closure.shut(_at_most(part, LONGEST))


def _at_most(image: Image.Image, longest: int) -> Picture:
    scale = min(1.0, longest / max(image.size))
    size = max(2, int(image.width * scale) // 2 * 2), max(2, int(image.height * scale) // 2 * 2)
    if size != image.size:
        # Cut to the proportions of the even sides first: resizing alone would squeeze the face by a pixel.
        image = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    return np.array(image, np.uint8)
