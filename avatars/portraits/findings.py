"""The findings of a portrait check, as plain values: for forms, programs and previews."""

from dataclasses import dataclass

from avatars.engines.faces import SeenFace

NOBODY = -1  # index of a face: none was chosen

Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Place:
    """The place of the finding `code`: its left, top, width and height as shares of the picture, 0..1."""

    code: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Examined:
    """All places are pixels of the upright picture of `width` and `height`.

    `faces` are all its faces, largest first; `chosen` is the index of the speaking one, -1 where that is not clear.
    `cut` is left, top, right and bottom of the kept crop, with that face alone; None where the picture is kept whole.
    `flaw` is the code of the reason why it cannot be animated (`reasons.UNUSABLE`), "" where it can; `remarks` are
    codes of lesser flaws (`reasons.REMARKS`); `places` are those of both, some codes having none and some several.
    `turn` is the degrees clockwise by which the file's picture, as EXIF turns it, is turned to be upright.
    `photographic` is whether its face looks photographed (see `texture`), None where no face was chosen.
    """

    width: int
    height: int
    faces: tuple[SeenFace, ...] = ()
    chosen: int = NOBODY
    cut: Box | None = None
    flaw: str = ""
    remarks: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    turn: int = 0
    photographic: bool | None = None

    @property
    def face(self) -> SeenFace:
        """The speaking face. Raises `IndexError` where there is none."""
        if self.chosen == NOBODY:
            raise IndexError("No face was chosen.")
        return self.faces[self.chosen]

    def places_of(self, code: str) -> tuple[Place, ...]:
        """The places of the finding `code`."""
        return tuple(place for place in self.places if place.code == code)
