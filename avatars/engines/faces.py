"""A face in a picture, as plain values, for the check of portraits and for the preview on a page."""

from dataclasses import dataclass

CLEAR, COVERED, EYES_COVERED = 0.010, 0.0125, 0.0145
"""`mouth_doubt` and `eyes_doubt` of a face that nothing covers stay below the first, but for mouths that are open.

`mouth_doubt` of a covered mouth is above the second: of 23 faces behind masks, hands, scarves and microphones 0.014 and
more. `eyes_doubt` of eyes behind sunglasses or hair is above the third: 0.015 and more on the same faces, while a face
lit from one side with nothing before it reached 0.0140 in one of its turns.
"""


@dataclass(frozen=True, kw_only=True)
class SeenFace:
    """All places are pixels of the picture that was searched, all angles degrees.

    `score` is how sure it is that this is a face (0.5..1), `box` its left, top, right and bottom, `points` its mesh:
    478 places (x, y), numbered as in `puppet.topology`. `yaw` is positive where it looks to the left of the picture,
    `pitch` where it looks down, `roll` where its left side in the picture is the higher one. `eye_distance` is between
    the outer corners of the eyes, `gap` between the lips in eye distances: above 0.045 it shows teeth. `mouth_doubt`
    and `eyes_doubt` tell by how much, in eye distances, these points move when the face is measured again in other
    crops: they do where something covers them. Both are None unless requested.
    """

    score: float
    box: tuple[float, float, float, float]
    points: tuple[tuple[float, float], ...]
    yaw: float
    pitch: float
    roll: float
    eye_distance: float
    gap: float
    mouth_doubt: float | None = None
    eyes_doubt: float | None = None

    def scaled(self, by: float) -> "SeenFace":
        """The same face in a picture `by` times as large."""
        left, top, right, bottom = (edge * by for edge in self.box)
        return SeenFace(
            score=self.score,
            box=(left, top, right, bottom),
            points=tuple((x * by, y * by) for x, y in self.points),
            yaw=self.yaw,
            pitch=self.pitch,
            roll=self.roll,
            eye_distance=self.eye_distance * by,
            gap=self.gap,
            mouth_doubt=self.mouth_doubt,
            eyes_doubt=self.eyes_doubt,
        )
