"""Uploaded pictures keep their pixels and lose everything else."""

import io

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image, ImageCms

from avatars.exceptions import MediaError
from avatars.media import picture_files
from avatars.models import DigitalHuman
from tests.support.factories import make_api, make_digital_human, make_voice

SECRET = b"GPS 31.2304 N, Zhang San's telephone"
TAIL = b"PK\x03\x04<script>alert(1)</script>"


def picture(kind: str, *, size: tuple[int, int] = (64, 32), **options) -> bytes:
    """A picture whose left half is red, with a secret in its metadata and an archive behind its end."""
    pixels = np.full((size[1], size[0], 3), (40, 90, 200), np.uint8)
    pixels[:, : size[0] // 2] = (220, 30, 30)
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = options.pop("turned", 1)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, exif=exif, **options)
    return out.getvalue() + TAIL


@pytest.mark.parametrize("kind", picture_files.FORMATS)
def test_metadata_and_tails_are_gone(kind):
    data = picture(kind)
    assert SECRET in data
    found = picture_files.rewritten(data)
    assert SECRET not in found
    assert TAIL not in found
    image = Image.open(io.BytesIO(found))
    assert (image.format, image.size) == (kind, (64, 32))
    assert not image.getexif()
    assert "icc_profile" not in image.info


@pytest.mark.parametrize(("turned", "size"), [(1, (64, 32)), (3, (64, 32)), (6, (32, 64)), (8, (32, 64))])
def test_it_stands_upright(turned, size):
    data = picture("JPEG", turned=turned)
    image = Image.open(io.BytesIO(picture_files.rewritten(data)))
    assert image.size == size


def test_transparency_stays():
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (10, 20, 30, 40)).save(out, "PNG")
    assert Image.open(io.BytesIO(picture_files.rewritten(out.getvalue()))).getpixel((0, 0)) == (10, 20, 30, 40)


def test_colours_of_a_profile_become_srgb():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = Image.open(io.BytesIO(picture_files.rewritten(picture("PNG", icc_profile=lab)))).convert("RGB")
    red, green, blue = np.asarray(found)[0, 0].astype(int)
    assert abs(red - 220) + abs(green - 30) + abs(blue - 30) <= 6


def test_a_broken_profile_leaves_the_colours():
    found = Image.open(io.BytesIO(picture_files.rewritten(picture("PNG", icc_profile=b"nonsense")))).convert("RGB")
    assert found.getpixel((0, 0)) == (220, 30, 30)


@pytest.mark.parametrize("data", [b"", b"no picture", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises((OSError, ValueError)):
        picture_files.rewritten(data)


@pytest.mark.django_db
def test_whatever_saves_a_row_saves_clean_pictures():
    human = DigitalHuman(name="Grace", voice=make_voice())
    for field in ("portrait", "background", "logo"):
        setattr(human, field, ContentFile(picture("PNG"), name="a.png"))
    human.save()
    for field in ("portrait", "background", "logo"):
        with default_storage.open(getattr(human, field).name) as file:
            kept = file.read()
        assert SECRET not in kept, field
        assert TAIL not in kept, field


@pytest.mark.django_db
def test_a_row_with_a_broken_picture_is_not_saved():
    human = DigitalHuman(name="Grace", voice=make_voice(), portrait=ContentFile(b"no picture", name="a.png"))
    with pytest.raises(MediaError), transaction.atomic():
        human.save()
    assert not DigitalHuman.objects.exists()


@pytest.mark.django_db
@pytest.mark.databases
def test_a_picture_sent_to_the_api_is_stored_clean():
    human = make_digital_human()
    api = make_api("digital_humans:write")
    background = SimpleUploadedFile("room.jpg", picture("JPEG"))
    answer = api.patch(f"/api/v1/digital-humans/{human.pk}/", {"background": background}, format="multipart")
    assert answer.status_code == 200, answer.content
    human.refresh_from_db()
    with human.background.open() as file:
        kept = file.read()
    assert SECRET not in kept
    assert TAIL not in kept
