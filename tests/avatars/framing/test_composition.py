"""A portrait in the video's format on the chosen background: no distortion, no cropped head."""

import io

import numpy as np
import pytest
from PIL import Image

from avatars.exceptions import MediaError, PortraitError
from avatars.framing import composition, pictures
from avatars.framing.crop import Head, window
from avatars.framing.scene import Format, Scene, size_of
from avatars.portraits import portrait_validation
from tests.avatars.support import drawings
from tests.support.paths import PHOTOGRAPH

GREEN = (20, 160, 60)


@pytest.fixture(scope="module")
def character(tmp_path_factory):
    """A drawn person, 360 × 480, whose head is too tall for a wide video."""
    path = tmp_path_factory.mktemp("portrait") / "xiao.png"
    Image.fromarray(drawings.draw("xiao", height=480)).save(path)
    return path


@pytest.fixture
def backdrop(tmp_path):
    """Left half dark, right half green."""
    picture = np.zeros((300, 900, 3), np.uint8)
    picture[:, 450:] = GREEN
    Image.fromarray(picture).save(tmp_path / "behind.png")
    return tmp_path / "behind.png"


def face_of(picture):
    (face,) = composition._mesh().find(picture)
    return face


def shown(path, *, enhanced=False, longest=480, **scene):
    return composition.compose(path, Scene(**scene), enhanced=enhanced, longest=longest)


@pytest.mark.parametrize(
    ("shape", "enhanced", "size"),
    [
        (Format.UPRIGHT, True, (720, 1280)),
        (Format.SQUARE, True, (720, 720)),
        (Format.WIDE, True, (1280, 720)),
        (Format.UPRIGHT, False, (480, 852)),
        (Format.SQUARE, False, (480, 480)),
        (Format.WIDE, False, (852, 480)),
    ],
)
def test_a_format_has_its_pixels(shape, enhanced, size):
    tall = 1000.0 / shape.aspect
    assert size_of(1000.0, tall, fixed=True, enhanced=enhanced) == size


@pytest.mark.parametrize(
    ("width", "height", "enhanced", "size"),
    [
        (512, 600, True, (720, 842)),
        (200, 300, True, (400, 600)),
        (512, 600, False, (512, 600)),
        (900, 1200, False, (540, 720)),
    ],
)
def test_only_enhanced_modes_enlarge_a_portrait_and_at_most_twice(width, height, enhanced, size):
    assert size_of(width, height, fixed=False, enhanced=enhanced) == size


@pytest.mark.parametrize("shape", [Format.UPRIGHT, Format.SQUARE, Format.WIDE])
@pytest.mark.parametrize("width", [300, 720, 1600])
def test_a_window_has_its_format_and_holds_the_head_with_room_above(shape, width):
    height, head = 960, Head(left=width / 2 - 130, top=120, right=width / 2 + 130, bottom=560)
    found = window(width, height, head, shape.aspect)
    assert found.width / found.height == pytest.approx(shape.aspect)
    assert found.left <= head.left
    assert head.right <= found.left + found.width
    assert found.top <= head.top - 0.1 * (head.bottom - head.top)
    assert head.bottom + 0.2 * (head.bottom - head.top) <= found.top + found.height <= height + 1e-6


@pytest.mark.parametrize("shape", [Format.UPRIGHT, Format.SQUARE, Format.WIDE])
@pytest.mark.parametrize("colour", ["", "#14a03c"])
def test_no_face_is_distorted_in_any_format(character, shape, colour):
    picture = shown(character, format=shape, colour=colour)
    assert picture.shape[1] / picture.shape[0] == pytest.approx(shape.aspect, rel=0.01)
    assert all(side % 2 == 0 for side in picture.shape[:2])
    before, now = face_of(portrait_validation.load(character)), face_of(picture)
    proportions = [(f.box[2] - f.box[0]) / (f.box[3] - f.box[1]) for f in (before, now)]
    assert proportions[0] == pytest.approx(proportions[1], rel=0.03)
    left, top, right, bottom = now.box
    assert 0.03 * picture.shape[0] < top
    assert bottom < 0.9 * picture.shape[0]
    assert abs((left + right) / 2 / picture.shape[1] - 0.5) < 0.06


def test_a_narrow_portrait_is_extended_without_bars_or_seams(character):
    picture = shown(character, format=Format.WIDE).astype(int)
    upper = picture[: picture.shape[0] // 3]
    assert upper.min(axis=2)[:, [0, -1]].min() > 90, "the wall goes on, and is no black bar"
    steps = np.abs(np.diff(upper[:, : picture.shape[1] // 4].mean(axis=(0, 2))))
    assert steps.max() < 6, "no seam where the portrait ends"


def test_a_colour_replaces_what_was_behind_and_leaves_no_halo(character):
    picture = shown(character, format=Format.SQUARE, colour="#14a03c")
    assert (np.abs(picture[:40, :40].astype(int) - GREEN).max(axis=2) <= 1).all()
    before = shown(character, format=Format.SQUARE)
    middle = slice(200, 280), slice(200, 280)
    assert np.abs(picture[middle].astype(int) - before[middle]).mean() < 3, "the person stays as they are"
    # A halo is lighter than both the green and the hair that it lies between.
    row = picture[100].astype(int)
    away = np.abs(row - GREEN).max(axis=1) > 8
    first = int(np.argmax(away))
    assert row[first : first + 8].max() <= 175
    assert row[first : first + 8].sum(axis=1).max() <= sum(GREEN) + 40


def test_a_picture_behind_the_person_covers_the_video(character, backdrop):
    picture = shown(character, format=Format.WIDE, backdrop=backdrop)
    assert picture[5, 5].max() <= 2
    assert np.abs(picture[5, -5].astype(int) - GREEN).max() <= 2


def test_the_same_wish_gives_the_same_pixels(character):
    first, second = (shown(character, format=Format.WIDE, colour="#14a03c") for _ in range(2))
    assert np.array_equal(first, second)


def test_a_portrait_in_its_own_format_is_only_scaled():
    picture = composition.compose(PHOTOGRAPH, Scene(), enhanced=False, longest=240)
    assert picture.shape == portrait_validation.load(PHOTOGRAPH, longest=240).shape
    assert np.abs(picture.astype(int) - portrait_validation.load(PHOTOGRAPH, longest=240)).mean() < 1


@pytest.mark.parametrize("data", [b"", b"GIF89a", PHOTOGRAPH.read_bytes()[:3000]], ids=["empty", "other", "cut off"])
def test_a_background_that_is_no_picture_names_its_field_and_a_remedy(tmp_path, data):
    path = tmp_path / "behind.png"
    path.write_bytes(data)
    with pytest.raises(MediaError) as caught:
        shown(PHOTOGRAPH, backdrop=path)
    assert (caught.value.code, caught.value.field) == ("background_broken", "background")
    assert "Upload" in caught.value.remedy


def test_a_background_that_is_gone_or_a_bomb_is_refused(tmp_path, monkeypatch):
    with pytest.raises(MediaError):
        pictures.opened(tmp_path / "none.png", field="background")
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    with pytest.raises(MediaError):
        pictures.opened(PHOTOGRAPH, field="background")


@pytest.mark.parametrize("colour", ["red", "#12345", "#12345g", "rgb(1,2,3)"])
def test_what_is_no_colour_is_refused(colour):
    with pytest.raises(MediaError) as caught:
        pictures.rgb(colour)
    assert caught.value.field == "background_color"


def test_a_portrait_without_a_face_has_no_format(tmp_path):
    file = io.BytesIO()
    Image.new("RGB", (300, 300), (90, 90, 90)).save(file, "PNG")
    (tmp_path / "wall.png").write_bytes(file.getvalue())
    with pytest.raises(PortraitError) as caught:
        shown(tmp_path / "wall.png", format=Format.SQUARE)
    assert caught.value.code == "no_face"
