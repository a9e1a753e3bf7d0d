"""Portrait videos on the page of a digital human."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from avatars import services
from avatars.models import DigitalHuman, PortraitVideo
from tests.fixtures.portrait_videos import Acted
from tests.support.factories import make_digital_human, make_portrait_video, make_voice

pytestmark = pytest.mark.django_db
ADD = reverse("admin:avatars_digitalhuman_add")


def fields(**changes):
    values = {"name": "林晓", "voice": make_voice().pk, "speed": 1, "pause": 0.3, "mood": "neutral", "mode": "lipsync"}
    values |= {"format": "portrait", "captions": "off", "origin": "photograph"}
    values |= {"logo_corner": "upper_left", "logo_size": 12, "logo_opacity": 100}
    return {**values, **changes}


def change(human):
    return reverse("admin:avatars_digitalhuman_change", args=[human.pk])


def test_a_digital_human_is_made_of_a_video_alone(admin_client, acted: Acted):
    video = SimpleUploadedFile("me.mp4", acted.recorded.read_bytes())
    answer = admin_client.post(ADD, fields(portrait_video=video))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    human = DigitalHuman.objects.get()
    assert human.portrait.size > 1000, "its first frame stands for it"
    row = PortraitVideo.objects.get()
    assert (row.digital_human, row.status) == (human, "queued")
    page = admin_client.get(change(human)).content.decode()
    assert "The video is being checked: 0 %" in page
    progress = admin_client.get(reverse("admin:avatars_digitalhuman_portrait_video", args=[human.pk])).json()
    assert progress == {"ended": False, "words": "The video is being checked: 0 %"}


def test_a_picture_brought_later_ends_the_check(admin_client):
    human = make_digital_human()
    row = make_portrait_video(human)
    picture = SimpleUploadedFile("me.png", services.sample_portrait("ran"))
    answer = admin_client.post(change(human), fields(portrait=picture, voice=human.voice_id, name=human.name))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row.refresh_from_db()
    assert row.status == "cancelled"


def test_that_a_video_is_drawn_is_not_stated_before_it_is_checked(admin_client, acted: Acted):
    video = SimpleUploadedFile("me.mp4", acted.recorded.read_bytes())
    answer = admin_client.post(ADD, fields(portrait_video=video, origin="drawn"), follow=True)
    assert "State it again once the video is the portrait." in answer.content.decode()
    assert not DigitalHuman.objects.get().statements.exists()


def test_a_video_with_another_background_is_refused_in_the_form(admin_client):
    human = make_digital_human()
    make_portrait_video(human, status="done", still=str(human.portrait.name), video="portraits/a.mp4")
    changes = {"name": human.name, "voice": human.voice_id, "background_color": "#1f6feb"}
    answer = admin_client.post(change(human), fields(**changes))
    assert "keeps its own background" in str(answer.context["adminform"].form.errors["background_color"])


def test_without_a_picture_and_a_video_it_is_not_made(admin_client):
    answer = admin_client.post(ADD, fields())
    assert "portrait" in answer.context["adminform"].form.errors


@pytest.mark.parametrize(("name", "data"), [("me.gif", b"gif"), ("me.mp4", b"no video")])
def test_what_is_no_video_is_refused_in_the_form(admin_client, name, data):
    answer = admin_client.post(ADD, fields(portrait_video=SimpleUploadedFile(name, data)))
    assert "This is no video" in str(answer.context["adminform"].form.errors["portrait_video"])
    assert not DigitalHuman.objects.exists()


def test_what_was_found_is_told_with_its_time_and_picture(admin_client):
    human = make_digital_human()
    finding = {"code": "turned", "begin": 12.0, "end": 15.5, "picture": "aGVsbG8="}
    marked = {**finding, "places": [{"x": 0.3, "y": 0.125, "width": 0.4, "height": 0.5}]}
    make_portrait_video(human, status="failed", reason="turned", findings=[finding, marked])
    page = admin_client.get(change(human)).content.decode()
    assert "The video cannot be used." in page
    assert "0:12–0:15: The face is turned away." in page
    assert "data:image/jpeg;base64,aGVsbG8=" in page
    mark = (
        '<div class="ou-mark ou-bad" data-number="2" style="left: 30.00%; top: 12.50%; width: 40.00%; height: 50.00%">'
    )
    assert page.count("ou-mark ou-") == page.count(mark) == 1


def test_a_video_that_is_shown_is_told_from_one_that_was_replaced(admin_client):
    human = make_digital_human()
    row = make_portrait_video(human, status="done", still=str(human.portrait.name), video="portraits/a.mp4")
    page = admin_client.get(change(human)).content.decode()
    assert "The video is the portrait." in page
    assert 'src="/media/portraits/a.mp4"' in page
    assert "It speaks once you record a consent for it." not in page, "it is drawn"
    PortraitVideo.objects.filter(pk=row.pk).update(still="portraits/other.jpg")
    assert "The video was replaced." in admin_client.get(change(human)).content.decode()
    PortraitVideo.objects.filter(pk=row.pk).update(video="")
    assert "The video was deleted." in admin_client.get(change(human)).content.decode()


def test_a_video_without_a_consent_says_what_is_missing(admin_client):
    human = make_digital_human(origin="photograph")
    make_portrait_video(human, status="done", still=str(human.portrait.name), video="portraits/a.mp4")
    assert "It speaks once you record a consent for it." in admin_client.get(change(human)).content.decode()
