"""The mask of the person by the selfie segmentation model, so that the head moves and the wall behind it does not."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.litert import interpreter, read_model, run
from avatars.engines.puppet.files import DATA

SIDE = 256  # pixels of the square that the model takes


class PersonMask:
    """Raises `EngineMissing` where the model file or LiteRT is absent."""

    def __init__(self, model: Path = DATA / "selfie_segmentation.tflite") -> None:
        self._model = interpreter(read_model(model))

    def __call__(self, picture: Picture) -> NDArray[np.float32]:
        """The certainty that a pixel belongs to a person: float32 of the picture's height and width, 0..1, soft."""
        # The model wants 0..1 and a stretched picture; it answers with a probability.
        small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        (output,) = run(self._model, small[None].astype(np.float32) / 255.0).values()
        mask: NDArray[np.float32] = cv2.resize(output[0, :, :, 0], (picture.shape[1], picture.shape[0]))
        return mask
