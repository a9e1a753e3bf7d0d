"""One frame after the other: the warped face, then eyes and mouth, over a portrait that otherwise stands still."""

import cv2

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.eyes import eyes
from avatars.engines.puppet.mouth import Mouth
from avatars.engines.puppet.rig import Rig
from avatars.engines.puppet.warp import Pose, face_flow


class Camera:
    """Films a rig in one mode; `frame` overwrites the picture it gave before."""

    def __init__(self, rig: Rig, mode: Mode) -> None:
        # Linear interpolation is twice as fast and loses some sharpness while the head moves.
        self._interpolation = cv2.INTER_CUBIC if mode.enhanced else cv2.INTER_LINEAR
        self._rig, self._moves_head = rig, mode.moves_head
        self._flow = face_flow(rig, moves_head=mode.moves_head)
        self._eyes = eyes(rig, self._interpolation)
        self._mouth = Mouth(rig, moves_head=mode.moves_head, interpolation=self._interpolation)
        self._frame = rig.portrait.copy()
        self._region = self._frame[rig.region.area]

    def frame(self, face: Pose, head: Pose, blink: float) -> Picture:
        """The portrait in a pose: RGB of the portrait's shape."""
        source = self._flow.source(face, head)
        target = self._region[self._flow.pixels.area]
        cv2.remap(self._rig.picture, source, None, self._interpolation, target, cv2.BORDER_REPLICATE)
        for eye in self._eyes:
            where = source[eye.pixels.inside(self._flow.pixels).area] if self._moves_head else None
            eye.draw(self._region[eye.pixels.area], where, blink)
        self._mouth.draw(self._region[self._mouth.pixels.area], face, head)
        return self._frame
