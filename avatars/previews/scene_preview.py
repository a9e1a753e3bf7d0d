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
LIMIT = 100 * MEGABYTE  # bytes of the cache: previews are drawn again when they are dropped
LONGEST = 960  # pixels of the longer side
# Raise it when the same scene gives another picture.
VERSION = 1


@dataclass(frozen=True, kw_only=True)
class ScenePreview:
    """The scene of a deck to show, with these points of its slide: x and y in per cent. The portraits of people who are
    `moving` are frames of videos, which keep their background."""

    portrait: Path
    look: Scene
    deck: Deck
    number: int = 0
    points: tuple[tuple[float, float], ...] = ()
    moving: tuple[bool, bool] = (False, False)
    provider: str

    @property
    def key(self) -> str:
        """The key of its cache: the digests of its portraits first, by which it is purged."""
        facts = json.dumps([VERSION, asdict(self)], default=str, sort_keys=True)
        names = [_digest(portrait) for portrait in self.portraits]
        return f"{'-'.join((*names, hashlib.sha256(facts.encode()).hexdigest()))}.jpg"

    @property
    def portraits(self) -> tuple[Path, ...]:
        """The portraits of the people in the scene."""
        partner = self.deck.partner
        known = (self.portrait, partner.portrait if partner else self.portrait)
        return tuple(known[person] for person in self.deck.scenes[self.number].people)


def make(wish: ScenePreview) -> bytes:
    """The picture as JPEG. Raises `PortraitError`, `MediaError`."""
    staging = SceneComposition(wish.deck, wish.number, wish.look, size_of(wish.look.format.aspect))
    with tempfile.TemporaryDirectory(prefix="scene-") as folder:
        people = zip(staging.scene.people, wish.portraits, strict=True)
        humans = [
            staging.human(portrait, Path(folder), person=person, keeps_background=wish.moving[person])
            for person, portrait in people
        ]
    picture = Image.fromarray(staging.still(humans, wish.points))
    picture.thumbnail((LONGEST, LONGEST))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    name = hashlib.sha256(wish.key.encode()).hexdigest()[:32]
    return image_label.marked(file.getvalue(), Origin(provider=wish.provider, content_id=name))


def _digest(portrait: Path) -> str:
    with portrait.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache(folder: Path) -> FileCache:
    """The cache of these pictures below a folder."""
    return FileCache(folder / FOLDER, limit=LIMIT)
