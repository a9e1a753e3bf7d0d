"""A picture of a scene before it is rendered: composed without speech, with the AI label."""

import hashlib
import io
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from avatars.ai_label import image_label
from avatars.ai_label.video_label import Origin
from avatars.framing.scene import Scene
from avatars.media.file_cache import MEGABYTE, FileCache
from avatars.scenes.composition import SceneComposition
from avatars.scenes.layouts import size_of
from avatars.scenes.spec import Deck

FOLDER = "scene-stills"
LIMIT = 100 * MEGABYTE
LONGEST = 960
# Raise it when the same scene gives another picture.
VERSION = 1


@dataclass(frozen=True, kw_only=True)
class ScenePreview:
    """Which scene of a deck to show, with these points of its slide: x and y in per cent."""

    portrait: Path
    look: Scene
    deck: Deck
    number: int = 0
    points: tuple[tuple[float, float], ...] = ()
    provider: str

    @property
    def key(self) -> str:
        """The key of its cache: the portrait's own digest first, by which it is purged."""
        with self.portrait.open("rb") as file:
            portrait = hashlib.file_digest(file, "sha256").hexdigest()
        facts = json.dumps([VERSION, asdict(self)], default=str, sort_keys=True)
        return f"{portrait}-{hashlib.sha256(facts.encode()).hexdigest()}.jpg"


def make(wish: ScenePreview) -> bytes:
    """The picture as JPEG. Raises `PortraitError`, `MediaError`."""
    staging = SceneComposition(wish.deck, wish.number, wish.look, size_of(wish.look.format.aspect))
    with tempfile.TemporaryDirectory(prefix="scene-") as folder:
        human = staging.human(wish.portrait, Path(folder))
    picture = Image.fromarray(staging.still(human, wish.points))
    picture.thumbnail((LONGEST, LONGEST))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    name = hashlib.sha256(wish.key.encode()).hexdigest()[:32]
    return image_label.marked(file.getvalue(), Origin(provider=wish.provider, content_id=name))


def cache(folder: Path) -> FileCache:
    """The cache of these pictures below a folder."""
    return FileCache(folder / FOLDER, limit=LIMIT)
