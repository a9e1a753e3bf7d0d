"""A portrait video is checked as work; if it will do, it is the portrait, under a consent of its own or none."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars import services
from avatars.exceptions import ConsentError, PortraitError
from avatars.models import DigitalHuman, PortraitVideo
from avatars.rendering import recipes
from avatars.rendering.portrait_videos import video_check
from avatars.services.portrait_videos import is_moving
from avatars.services.portraits import purge_portrait
from tests.fixtures.portrait_videos import BRIEF, Acted
from tests.support import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("work_dir")]


def brought(human: DigitalHuman, data: bytes, name: str = "me.mp4") -> PortraitVideo:
    return services.request_portrait_video(human, ContentFile(data, name=name), by="hr")


def after(row: PortraitVideo) -> PortraitVideo:
    video_check.check(row.pk, limits=BRIEF)
    row.refresh_from_db()
    return row


def spec_of(human: DigitalHuman):
    return recipes.video_spec(services.request_render(human, "你好"))


@pytest.fixture
def human() -> DigitalHuman:
    return factories.make_digital_human()


def accepted(human: DigitalHuman, data: bytes) -> PortraitVideo:
    """A video that was checked before."""
    video = default_storage.save("portraits/video.mp4", ContentFile(data))
    still = default_storage.save("portraits/still.jpg", ContentFile(b"its frame"))
    digest = hashlib.sha256(data).hexdigest()
    row = factories.make_portrait_video(human, status="done", video=video, still=still, sha256=digest, findings=[{}])
    DigitalHuman.objects.filter(pk=human.pk).update(portrait=still)
    human.refresh_from_db()
    return row


@pytest.fixture
def shown(human: DigitalHuman) -> PortraitVideo:
    return accepted(human, b"a video")


def test_a_video_that_will_do_becomes_the_portrait(human: DigitalHuman, acted: Acted) -> None:
    shown = after(brought(human, acted.recorded.read_bytes()))
    assert (shown.status, shown.reason) == ("done", "")
    human.refresh_from_db()
    stored = Path(default_storage.path(str(shown.video.name)))
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == shown.sha256
    assert (shown.progress, shown.seconds, shown.upload.name) == (100, 4.0, "")
    assert human.portrait.name == shown.still
    assert is_moving(human)


def test_it_is_not_shown_without_a_consent_to_this_very_video(human: DigitalHuman, shown: PortraitVideo) -> None:
    with pytest.raises(ConsentError):
        services.request_render(human, "你好")  # that the earlier picture was drawn says nothing about it
    factories.make_consent(human)
    assert spec_of(human).portrait_video == Path(default_storage.path(str(shown.video.name)))


def test_a_statement_that_it_is_drawn_is_about_this_video(human: DigitalHuman, shown: PortraitVideo) -> None:
    services.declare_drawn(human, by="hr", reason="Made with our own renderer.")
    render = services.request_render(human, "你好")
    assert render.recipe["portrait_video"] == shown.video.name
    assert recipes.freeze(human, "你好", mode="lipsync")["portrait_video"] == shown.video.name


def test_another_video_makes_its_consent_void(human: DigitalHuman, shown: PortraitVideo) -> None:
    factories.make_consent(human)
    again = accepted(human, b"another video")
    assert again.still == human.portrait.name != shown.still
    with pytest.raises(ConsentError) as caught:
        services.request_render(human, "你好")
    assert caught.value.code == "consent_portrait"


def test_a_photograph_in_its_place_does_not_move(human: DigitalHuman, shown: PortraitVideo) -> None:
    human.portrait.save("portrait.png", ContentFile(b"no picture"), save=True)
    services.declare_drawn(human, by="hr", reason="Drawn.")
    assert spec_of(human).portrait_video is None


def test_a_withdrawal_deletes_the_video_and_all_that_was_computed(human: DigitalHuman, shown: PortraitVideo) -> None:
    consent = factories.make_consent(human)
    spec = spec_of(human)
    services.withdraw_consent(consent, by="hr")
    assert not spec.portrait_video.exists()
    assert not spec.portrait.exists()
    shown.refresh_from_db()
    assert (shown.video.name, shown.findings) == ("", [])
    assert not is_moving(human)
    assert purge_portrait(shown.sha256) == 0


def test_a_video_that_will_not_do_is_refused_and_deleted(human: DigitalHuman, acted: Acted) -> None:
    before = human.portrait.name
    row = brought(human, acted.recorded.read_bytes())
    upload = str(row.upload.name)
    video_check.check(row.pk)  # it is shorter than 20 seconds
    row.refresh_from_db()
    assert (row.status, row.reason, row.upload.name) == ("failed", "video_too_short", "")
    assert not default_storage.exists(upload)
    human.refresh_from_db()
    assert human.portrait.name == before


def test_another_upload_ends_the_check_of_the_one_before(human: DigitalHuman) -> None:
    first = brought(human, b"one")
    upload = str(first.upload.name)
    second = brought(human, b"two")
    first.refresh_from_db()
    assert (first.status, first.upload.name) == ("cancelled", "")
    assert not default_storage.exists(upload)
    assert services.latest_portrait_video(human) == second
    assert after(first).status == "cancelled"


def test_a_withdrawal_ends_the_check_of_another_video(human: DigitalHuman, shown: PortraitVideo) -> None:
    consent = factories.make_consent(human)
    row = brought(human, b"two")
    services.withdraw_consent(consent, by="hr")
    row.refresh_from_db()
    assert (row.status, row.upload.name) == ("cancelled", "")


def test_a_video_whose_workers_died_is_deleted(human: DigitalHuman) -> None:
    row = brought(human, b"one")
    upload = str(row.upload.name)
    PortraitVideo.objects.filter(pk=row.pk).update(attempts=PortraitVideo.max_attempts)
    assert after(row).status == "failed"
    assert row.reason_words.startswith("its worker stopped each time")
    assert not default_storage.exists(upload)


@pytest.mark.parametrize("about", ["nothing", "a consent", "a render"])
def test_a_replaced_video_is_deleted_once_nothing_is_about_it(human: DigitalHuman, about: str) -> None:
    shown = accepted(human, b"a video")
    if about == "a consent":
        factories.make_consent(human)
    elif about == "a render":
        services.declare_drawn(human, by="hr", reason="Made with our own renderer.")
        services.request_render(human, "你好")
    accepted(human, b"another video")
    PortraitVideo.objects.update(finished_at=timezone.now() - timedelta(days=2))
    services.clean_up()
    assert default_storage.exists(str(shown.video.name)) == (about != "nothing")
    assert is_moving(human)


@pytest.mark.parametrize("name", ["me.gif", "me", "me.m3u8"])
def test_a_file_of_another_kind_is_not_stored(human: DigitalHuman, name: str) -> None:
    with pytest.raises(PortraitError) as caught:
        brought(human, b"data", name)
    assert caught.value.code == "not_a_video"
    assert not human.portrait_videos.exists()


def test_it_goes_with_its_digital_human(human: DigitalHuman, shown: PortraitVideo) -> None:
    video = str(shown.video.name)
    services.remove_digital_human(human)
    assert not default_storage.exists(video)
    assert not default_storage.exists(shown.still)
