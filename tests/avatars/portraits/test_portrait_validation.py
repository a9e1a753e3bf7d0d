"""Uploaded pictures: good ones pass, and others are refused with the right reason."""

import io
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from avatars.engines.base import Mode
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face.light import Light
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.exceptions import PortraitError
from avatars.portraits import image_file, samples, verdict
from avatars.portraits.portrait_validation import check, examine, kept, load
from avatars.reasons.portrait import REMARKS, UNUSABLE
from tests.avatars.support import drawings
from tests.support.paths import PHOTOGRAPH


def make_file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def photograph() -> Image.Image:
    return Image.open(PHOTOGRAPH).convert("RGB")


def refused(data: bytes, **wishes: int) -> str:
    with pytest.raises(PortraitError) as caught:
        check(data, **wishes)
    assert caught.value.message
    assert caught.value.remedy
    assert caught.value.code in UNUSABLE
    return caught.value.code


def test_a_good_portrait_is_measured() -> None:
    checked = check(PHOTOGRAPH.read_bytes())
    assert (checked.width, checked.height) == (512, 600)
    assert checked.face.eye_distance == pytest.approx(116, abs=3)
    assert abs(checked.face.yaw) < 5
    assert len(checked.face.points) == 478
    assert (checked.chosen, checked.cut) == (0, None)
    left, top, right, bottom = checked.face.box
    assert 150 < left < right < 380
    assert 110 < top < bottom < 350
    assert checked.remarks == ()


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_drawn_characters_pass(name: str) -> None:
    assert check(drawings.png(name)).remarks == ()


def test_places_are_pixels_of_the_picture_however_large_it_is(photograph: Image.Image) -> None:
    big = photograph.resize((photograph.width * 4, photograph.height * 4))
    checked = check(make_file(big, "JPEG"))
    assert checked.face.eye_distance == pytest.approx(4 * 116, rel=0.03)


@pytest.mark.parametrize(("turn", "tag"), [(0, 1), pytest.param(90, 6, marks=pytest.mark.thorough)])
def test_a_large_photograph_is_decoded_smaller_and_measured_as_it_is(
    photograph: Image.Image, turn: int, tag: int
) -> None:
    size = (photograph.width * 9 + 5, photograph.height * 9 + 3)
    exif = Image.Exif()
    exif[0x0112] = tag
    big = make_file(photograph.resize(size).rotate(turn, expand=True), "JPEG", exif=exif, quality=80)
    opened = image_file.opened(big, least=1440)
    assert (opened.image.size, opened.size) == ((-(-size[0] // 2), -(-size[1] // 2)), size)
    checked = check(big)
    assert (checked.width, checked.height) == size
    assert checked.face.eye_distance == pytest.approx(9 * 116, rel=0.03)
    left, top, right, bottom = checked.face.box
    small = check(PHOTOGRAPH.read_bytes()).face.box
    assert (left, top, right, bottom) == pytest.approx([9 * edge for edge in small], abs=9 * 4)
    assert checked.remarks == (("turned_upright",) if turn else ())


def test_a_camera_held_sideways_is_turned_upright(photograph: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = make_file(photograph.rotate(90, expand=True), "JPEG", exif=exif, quality=95)
    checked = check(data)
    assert (checked.width, checked.height) == (512, 600)
    assert checked.remarks == ("turned_upright",)
    assert load(data).shape == (600, 512, 3)


def test_a_transparent_background_becomes_a_plain_light_one(photograph: Image.Image) -> None:
    cut_out = photograph.convert("RGBA")
    cut_out.paste((0, 0, 0, 0), (0, 0, 40, 40))
    picture = load(make_file(cut_out))
    assert picture.shape == (600, 512, 3)
    assert picture[10, 10].min() > 220
    checked = check(make_file(cut_out))
    assert checked.face.eye_distance > 100
    assert checked.remarks == ("transparent",)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, b"RIFF"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refused(data) == "not_an_image"


def test_a_truncated_picture_is_refused() -> None:
    data = PHOTOGRAPH.read_bytes()
    assert refused(data[: len(data) // 2]) == "not_an_image"


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "BMP", "ICO"])
def test_pictures_of_other_kinds_are_refused_in_words_of_their_own(photograph: Image.Image, kind: str) -> None:
    assert refused(make_file(photograph, kind)) == "picture_format"


@pytest.mark.parametrize("start", [b"<svg xmlns='x'/>", b"\0\0\0\x18ftypheic\0\0\0\0", b"\0\0\0\x1cftypavif\0\0\0\0"])
def test_pictures_of_telephones_and_drawings_are_not_even_decoded(start: bytes) -> None:
    assert refused(start + b"\0" * 100) == "picture_format"


def test_a_file_of_more_than_ten_megabytes_is_refused() -> None:
    assert refused(b"\xff\xd8" + b"\x00" * (10 * 1024 * 1024 + 1)) == "too_large"


def test_a_decompression_bomb_is_refused_undecoded() -> None:
    bomb = make_file(Image.new("1", (20_000, 20_000)))
    assert len(bomb) < 1_000_000
    assert refused(bomb) == "too_many_pixels"
    with pytest.raises(PortraitError):
        load(bomb)


def test_more_than_forty_megapixels_are_refused() -> None:
    assert refused(make_file(Image.new("L", (8_000, 5_100)))) == "too_many_pixels"


def test_a_small_picture_is_refused(photograph: Image.Image) -> None:
    assert refused(make_file(photograph.resize((160, 188)))) == "too_small"


def test_a_small_face_is_refused(photograph: Image.Image) -> None:
    canvas = Image.new("RGB", (512, 600), (120, 140, 160))
    canvas.paste(photograph.resize((160, 188)), (170, 200))
    assert refused(make_file(canvas)) == "face_too_small"


def test_a_wall_has_no_face() -> None:
    noise = np.random.default_rng(1).integers(90, 160, (400, 400, 3), dtype=np.uint8)
    assert refused(make_file(Image.fromarray(noise))) == "no_face"


def pair(photograph: Image.Image, *, apart: int = 512) -> Image.Image:
    """Two people; where they are close, the second covers part of the first's picture."""
    both = Image.new("RGB", (512 + apart, 600))
    both.paste(photograph, (0, 0))
    other = photograph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    both.paste(other.crop((512 - apart if apart < 512 else 0, 0, 512, 600)), (512, 0))
    return both


def test_of_two_people_somebody_has_to_choose(photograph: Image.Image) -> None:
    data = make_file(pair(photograph))
    found = examine(data)
    assert (found.flaw, found.chosen, found.cut, len(found.faces)) == ("several_faces", -1, None, 2)
    assert refused(data) == "several_faces"
    with pytest.raises(IndexError):
        _ = found.face


@pytest.mark.parametrize("face", [pytest.param(0, marks=pytest.mark.thorough), 1])
def test_the_picture_is_cut_to_whom_was_chosen(photograph: Image.Image, face: int) -> None:
    data = make_file(pair(photograph))
    found = check(data, face=face)
    assert (found.chosen, found.flaw) == (face, "")
    assert found.cut is not None
    left, top, right, bottom = found.face.box
    assert found.cut[0] < left < right < found.cut[2]
    assert found.cut[1] < top < bottom < found.cut[3]
    again = check(kept(data, found))
    assert len(again.faces) == 1
    assert again.face.eye_distance == pytest.approx(found.face.eye_distance, rel=0.03)


def test_whoever_stands_behind_can_be_chosen_too(photograph: Image.Image) -> None:
    scene = Image.new("RGB", (1200, 600), (120, 140, 160))
    scene.paste(photograph, (0, 0))
    scene.paste(photograph.resize((205, 240), Image.Resampling.LANCZOS), (800, 200))
    data = make_file(scene)
    assert check(data).remarks == ("others_behind",)
    found = check(data, face=1)
    assert found.cut is not None
    assert found.face.box[0] > 800
    assert found.remarks == ("face_small",)


def test_a_face_that_is_not_there_cannot_be_chosen(photograph: Image.Image) -> None:
    assert refused(make_file(photograph), face=3) == "face_unknown"
    assert check(make_file(photograph), face=0).cut is None


def covered(photograph: Image.Image, points: tuple[int, ...], width: float, height: float) -> bytes:
    face = check(make_file(photograph)).face
    picture = np.asarray(photograph).copy()
    for x, y in (face.points[point] for point in points):
        axes = round(width * face.eye_distance), round(height * face.eye_distance)
        cv2.ellipse(picture, (round(x), round(y)), axes, 0, 0, 360, (30, 30, 40), -1)
    return make_file(Image.fromarray(picture))


def test_a_covered_mouth_and_covered_eyes_are_refused_each_by_its_name(photograph: Image.Image) -> None:
    assert refused(covered(photograph, (13,), 0.65, 0.5)) == "mouth_covered"
    assert refused(covered(photograph, (159, 386), 0.3, 0.2)) == "eyes_covered"


@pytest.mark.thorough
def test_a_wide_open_mouth_will_do_but_is_mentioned(photograph: Image.Image) -> None:
    rig = Puppet().rig(load(make_file(photograph)))
    pose = np.zeros(len(Expression), np.float32)
    pose[Expression.JAW], pose[Expression.RAISE] = 1.4, 0.3
    open_mouth = Camera(rig, Mode.ENHANCED_LIPSYNC).frame(pose, np.zeros(len(Head), np.float32), 0.0)
    assert check(make_file(Image.fromarray(open_mouth))).remarks[0] == "mouth_open"


@pytest.mark.parametrize(
    ("yaw", "flaw", "remarks"),
    [
        (19.0, "", ()),
        (-21.0, "", ("turned_some",)),
        (34.9, "", ("turned_some",)),
        (35.1, "turned", ()),
        (-50.0, "turned", ()),
    ],
)
def test_a_turn_is_mentioned_and_then_refused(yaw: float, flaw: str, remarks: tuple[str, ...]) -> None:
    face = replace(check(PHOTOGRAPH.read_bytes()).face, yaw=yaw)
    light = Light(level=60, whites=60, burnt=0, glare=0, ratio=1, darker=0)
    seen = verdict.Measures(face=face, size=(512, 600), light=light, blur=0.5, photographic=True)
    assert verdict.flaw(seen) == flaw
    assert flaw or verdict.remarks(seen) == remarks


def test_every_flaw_and_every_remark_has_words_of_its_own() -> None:
    for words in (UNUSABLE, REMARKS):
        assert len({str(one) for one in words.values()}) == len(words)


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
