"""What a restorer does: a portrait in, the same one sharper or larger out."""

from abc import ABC, abstractmethod

from avatars.availability import Probed
from avatars.engines.base import Picture


class Restorer(Probed, ABC):
    """A way to mend a portrait. Models load in `__init__`, which raises `EngineMissing` where one is absent."""

    @abstractmethod
    def restore(self, picture: Picture, *, scale: float) -> Picture:
        """Return an RGB picture `scale` (at least 1) times as wide and as high, to a pixel; the one given is kept.

        The same picture gives the same result. Raises `EngineFailed` with the field "restorer".
        """
