"""Pictures as people upload them: good ones pass, others are refused with the right reason."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatars import characters
from avatars.exceptions import PortraitError
from avatars.portrait import check, load

pytestmark = pytest.mark.once

PHOTOGRAPH = Path(__file__).parents[1] / "data" / "grace_hopper.jpg"


def make_file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def photograph() -> Image.Image:
    return Image.open(PHOTOGRAPH).convert("RGB")


def refused(data: bytes) -> PortraitError:
    with pytest.raises(PortraitError) as caught:
        check(data)
    assert caught.value.message
    assert caught.value.remedy
    return caught.value


def test_a_good_portrait_is_measured() -> None:
    checked = check(PHOTOGRAPH.read_bytes())
    assert (checked.width, checked.height) == (512, 600)
    assert checked.eye_distance == pytest.approx(116, abs=3)
    assert abs(checked.yaw) < 5
    assert len(checked.points) == 478
    left, top, right, bottom = checked.box
    assert 150 < left < right < 380
    assert 110 < top < bottom < 350
    assert checked.warnings == ()


@pytest.mark.parametrize("name", characters.NAMES)
def test_the_drawn_characters_pass(name: str) -> None:
    assert check(characters.png(name)).warnings == ()


def test_places_are_pixels_of_the_picture_however_large_it_is(photograph: Image.Image) -> None:
    big = photograph.resize((photograph.width * 4, photograph.height * 4))
    checked = check(make_file(big, "JPEG"))
    assert checked.eye_distance == pytest.approx(4 * 116, rel=0.03)


def test_a_camera_held_sideways_is_turned_upright(photograph: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = make_file(photograph.rotate(90, expand=True), "JPEG", exif=exif, quality=95)
    checked = check(data)
    assert (checked.width, checked.height) == (512, 600)
    assert load(data).shape == (600, 512, 3)


def test_a_transparent_background_becomes_a_plain_light_one(photograph: Image.Image) -> None:
    cut_out = photograph.convert("RGBA")
    cut_out.paste((0, 0, 0, 0), (0, 0, 40, 40))
    picture = load(make_file(cut_out))
    assert picture.shape == (600, 512, 3)
    assert picture[10, 10].min() > 220
    assert check(make_file(cut_out)).eye_distance > 100


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, b"<svg xmlns='x'/>", b"GIF89a"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refused(data).code == "not_an_image"


def test_a_truncated_picture_is_refused() -> None:
    data = PHOTOGRAPH.read_bytes()
    assert refused(data[: len(data) // 2]).code == "not_an_image"


def test_other_formats_are_not_even_decoded(photograph: Image.Image) -> None:
    assert refused(make_file(photograph, "TIFF")).code == "not_an_image"
    assert refused(make_file(photograph, "GIF")).code == "not_an_image"


def test_a_file_of_more_than_ten_megabytes_is_refused() -> None:
    assert refused(b"\xff\xd8" + b"\x00" * (10 * 1024 * 1024 + 1)).code == "too_large"


def test_a_decompression_bomb_is_refused_undecoded() -> None:
    bomb = make_file(Image.new("1", (20_000, 20_000)))
    assert len(bomb) < 1_000_000
    assert refused(bomb).code == "too_large"
    with pytest.raises(PortraitError):
        load(bomb)


def test_more_than_forty_megapixels_are_refused() -> None:
    assert refused(make_file(Image.new("L", (8_000, 5_100)))).code == "too_large"


def test_a_small_picture_is_refused(photograph: Image.Image) -> None:
    assert refused(make_file(photograph.resize((160, 188)))).code == "too_small"


def test_a_small_face_is_refused(photograph: Image.Image) -> None:
    canvas = Image.new("RGB", (512, 600), (120, 140, 160))
    canvas.paste(photograph.resize((160, 188)), (170, 200))
    assert refused(make_file(canvas)).code == "too_small"


def test_a_wall_has_no_face() -> None:
    noise = np.random.default_rng(1).integers(90, 160, (400, 400, 3), dtype=np.uint8)
    assert refused(make_file(Image.fromarray(noise))).code == "no_face"


def test_two_people_are_refused(photograph: Image.Image) -> None:
    both = Image.new("RGB", (1024, 600))
    both.paste(photograph, (0, 0))
    both.paste(photograph.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (512, 0))
    assert refused(make_file(both)).code == "several_faces"


def test_a_loaded_picture_has_even_sides_and_is_never_enlarged(photograph: Image.Image) -> None:
    odd = photograph.crop((0, 0, 501, 599))
    assert load(make_file(odd)).shape == (598, 500, 3)
    small = load(make_file(odd), longest=300)
    assert small.shape == (300, 250, 3)
    assert small.dtype == np.uint8
    assert small.flags.writeable


def test_a_picture_is_loaded_from_a_path_too() -> None:
    assert np.array_equal(load(PHOTOGRAPH), load(PHOTOGRAPH.read_bytes()))


def test_an_absent_file_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(PortraitError):
        load(tmp_path / "gone.png")
