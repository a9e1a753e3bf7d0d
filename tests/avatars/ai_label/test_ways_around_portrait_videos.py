"""Ways around the consent of a person in a portrait video that were tried, each a row."""

import hashlib

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from avatars import services
from avatars.exceptions import ConsentError
from avatars.models import DigitalHuman, PortraitVideo
from core.web import signed_links
from tests.avatars.support.rendering import make_human
from tests.support import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_engines", "work_dir")]

VIDEO = b"a person who moves"


def shown(human: DigitalHuman, data: bytes = VIDEO) -> PortraitVideo:
    """A video that was checked, and is the portrait now."""
    still = default_storage.save("portraits/still.jpg", ContentFile(b"its frame"))
    video = default_storage.save("portraits/video.mp4", ContentFile(data))
    digest = hashlib.sha256(data).hexdigest()
    row = factories.make_portrait_video(human, status="done", video=video, still=still, sha256=digest)
    DigitalHuman.objects.filter(pk=human.pk).update(portrait=still)
    human.refresh_from_db()
    return row


def photographed(**fields: str) -> DigitalHuman:
    human: DigitalHuman = make_human(origin="photograph", **fields)
    return human


@pytest.fixture
def human() -> DigitalHuman:
    return photographed()


def consented(human: DigitalHuman) -> DigitalHuman:
    shown(human)
    factories.make_consent(human)
    services.request_render(human, "你好。")
    return human


def another_video(human: DigitalHuman) -> DigitalHuman:
    shown(consented(human), b"another person who moves")
    return human


def a_video_after_a_photograph(human: DigitalHuman) -> DigitalHuman:
    factories.make_consent(human)
    shown(human)
    return human


def the_same_video_of_another(human: DigitalHuman) -> DigitalHuman:
    consented(human)
    other = photographed(name="另一个")
    shown(other)
    return other


def its_frame_as_a_photograph(human: DigitalHuman) -> DigitalHuman:
    name = str(consented(human).portrait.name)
    with default_storage.open(name) as file:
        frame = default_storage.save("portraits/frame.jpg", ContentFile(file.read()))
    DigitalHuman.objects.filter(pk=human.pk).update(portrait=frame)
    human.refresh_from_db()
    return human


def its_frame_in_another(human: DigitalHuman) -> DigitalHuman:
    name = str(consented(human).portrait.name)
    other = photographed(name="另一个")
    DigitalHuman.objects.filter(pk=other.pk).update(portrait=name)
    other.refresh_from_db()
    return other


def erased(human: DigitalHuman) -> DigitalHuman:
    consented(human)
    services.withdraw_consent(human.likenesses.get().consent, by="boss")
    return human


def a_statement_about_the_picture_before(human: DigitalHuman) -> DigitalHuman:
    services.declare_drawn(human, by="boss", reason="Painted by us.")
    shown(human)
    return human


WAYS = {
    way.__name__: way
    for way in (
        *(another_video, a_video_after_a_photograph, the_same_video_of_another, its_frame_as_a_photograph),
        *(its_frame_in_another, erased, a_statement_about_the_picture_before),
    )
}


@pytest.mark.parametrize("way", WAYS)
def test_no_video_is_made_without_consent_to_this_video(human, way):
    speaker = WAYS[way](human)
    with pytest.raises(ConsentError):
        services.request_render(speaker, "你好，世界。")


@pytest.fixture
def names(human) -> list[str]:
    row = shown(human)
    factories.make_consent(human)
    return [str(row.video.name), row.still]


def staff(*rights: str) -> Client:
    client = Client()
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return client


def test_media_serves_no_video_without_the_right(names):
    clerk = staff("view_voice", "view_render")
    for name in names:
        assert clerk.get(f"/media/{name}").status_code == 403
        assert clerk.get(f"/media/renders/../{name}").status_code in (403, 404)
        assert Client().get(f"/media/{name}").status_code == 302  # to the sign-in of staff


def test_media_serves_nothing_of_a_video_that_was_erased(human, names):
    clerk, links = staff("view_digitalhuman"), [signed_links.signed_url(name) for name in names]
    assert [clerk.get(f"/media/{name}").status_code for name in names] == [200, 200]
    services.withdraw_consent(human.likenesses.get().consent, by="boss")
    assert [clerk.get(f"/media/{name}").status_code for name in names] == [404, 404]
    assert [Client().get(link).status_code for link in links] == [404, 404]
