"""The built-in renderer without streaming: the baseline of the streaming benchmark."""

from collections.abc import Iterator

from avatars.engines.base import Picture, RenderEngine, Shot
from avatars.engines.puppet import Puppet
from core.backends import backend


class Waiting(RenderEngine):
    """Animates by the engine `puppet` of the settings."""

    def __init__(self) -> None:
        self._puppet: Puppet = backend("RENDER_ENGINES", "puppet")

    def animate(self, shot: Shot) -> Iterator[Picture]:
        return self._puppet.animate(shot)
