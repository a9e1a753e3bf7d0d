"""A portrait video is framed by one crop for all of its frames, and keeps what is behind its person."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from avatars.exceptions import MediaError, PortraitError
from avatars.framing.portrait_video import StoredVideo, compose, fill
from avatars.framing.scene import Format, Scene
from tests.fixtures.portrait_videos import Acted


def stored(acted: Acted) -> StoredVideo:
    return StoredVideo(path=acted.stored, origin=hashlib.sha256(acted.stored.read_bytes()).hexdigest())


@pytest.fixture(scope="module")
def cache(acted: Acted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    compose(stored(acted), Scene(), enhanced=False, cache_folder=folder)
    return folder


def test_a_video_is_followed_once_for_all_formats(acted: Acted, cache: Path) -> None:
    (kept,) = (cache / "rigs").iterdir()
    assert kept.name.startswith(stored(acted).origin), "so that it is purged with the portrait"

    def waiting(_share: float) -> None:
        raise AssertionError

    for shape in Format:
        compose(stored(acted), Scene(format=shape), enhanced=True, cache_folder=cache, waiting=waiting)


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        (Format.AS_PORTRAIT, (720, 960)),
        (Format.SQUARE, (720, 720)),
        (Format.UPRIGHT, (720, 1280)),
        (Format.WIDE, (1280, 720)),
    ],
)
def test_every_format_shows_the_head_and_nothing_is_squeezed(
    acted: Acted, cache: Path, shape: Format, size: tuple[int, int]
) -> None:
    picture, moving = compose(stored(acted), Scene(format=shape), enhanced=True, cache_folder=cache)
    assert picture.shape == (size[1], size[0], 3)
    x, y, width, height = moving.place
    assert 0 <= x <= x + width <= size[0]
    assert 0 <= y <= y + height <= size[1]
    assert abs(width / moving.part[2] / (height / moving.part[3]) - 1) < 0.01
    left, top, right, bottom = np.median(acted.track.boxes, axis=0)
    assert moving.part[0] <= left < right <= moving.part[0] + moving.part[2]
    assert moving.part[1] <= top < bottom <= moving.part[1] + moving.part[3]


@pytest.mark.parametrize(("size", "close"), [((240, 320), False), ((320, 180), False), ((160, 160), True)])
def test_it_fills_a_place_of_a_scene_and_shows_the_face(
    acted: Acted, cache: Path, size: tuple[int, int], close: bool
) -> None:
    picture, moving = fill(stored(acted), size, close=close, cache_folder=cache)
    assert picture.shape == (size[1], size[0], 3)
    left, top, right, bottom = np.median(acted.track.boxes, axis=0)
    assert moving.part[0] <= left < right <= moving.part[0] + moving.part[2]
    assert moving.part[1] <= top < bottom <= moving.part[1] + moving.part[3]
    if close:
        assert moving.part[3] < fill(stored(acted), size, cache_folder=cache)[1].part[3]


@pytest.mark.parametrize("scene", [Scene(colour="#1f6feb"), Scene(backdrop=Path("office.jpg"))])
def test_its_background_is_not_replaced(acted: Acted, scene: Scene) -> None:
    with pytest.raises(MediaError) as caught:
        compose(stored(acted), scene, enhanced=True)
    assert caught.value.code == "moving_background"


def test_what_is_no_stored_video_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    with pytest.raises(PortraitError) as caught:
        compose(StoredVideo(path=broken, origin="a" * 64), Scene(), enhanced=True)
    assert caught.value.code == "not_a_video"
