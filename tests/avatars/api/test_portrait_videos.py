"""Portrait videos over REST."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from avatars import services
from avatars.models import PortraitVideo
from tests.support.factories import make_api, make_digital_human, make_portrait_video
from tests.support.problem_details import problem

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def api():
    return make_api("digital_humans:read", "digital_humans:write")


def address(human):
    return f"/api/v1/digital-humans/{human.pk}/portrait-video/"


def test_a_video_is_queued_and_followed(api):
    human = make_digital_human()
    answer = api.post(address(human), {"video": SimpleUploadedFile("me.mp4", b"video")}, format="multipart")
    assert answer.status_code == 202, answer.content
    row = PortraitVideo.objects.get()
    PortraitVideo.objects.filter(pk=row.pk).update(progress=42)
    found = api.get(address(human)).json()
    assert (found["id"], found["status"], found["progress"], found["shown"]) == (row.pk, "queued", 42, False)


def test_a_picture_brought_later_ends_the_check(api):
    human = make_digital_human()
    row = make_portrait_video(human)
    picture = SimpleUploadedFile("me.png", services.sample_portrait("ran"))
    answer = api.patch(f"/api/v1/digital-humans/{human.pk}/", {"portrait": picture}, format="multipart")
    assert answer.status_code == 200, answer.content
    row.refresh_from_db()
    assert row.status == "cancelled"


def test_a_refusal_tells_what_and_when(api):
    human = make_digital_human()
    finding = {"code": "turned", "begin": 12.0, "end": 15.5, "picture": ""}
    make_portrait_video(human, status="failed", reason="turned", findings=[finding])
    found = api.get(address(human)).json()
    assert found["words"].startswith("The face is turned away.")
    assert found["findings"][0]["words"].startswith("0:12–0:15: The face is turned away.")


def test_what_is_no_video_is_refused(api):
    human = make_digital_human()
    answer = api.post(address(human), {"video": SimpleUploadedFile("me.gif", b"gif")}, format="multipart")
    assert [flaw["code"] for flaw in problem(answer, 422)["errors"]] == ["not_a_video"]


def test_one_without_a_video_has_none(api):
    problem(api.get(address(make_digital_human())), 404)


def test_reading_alone_uploads_nothing():
    human = make_digital_human()
    answer = make_api("digital_humans:read").post(
        address(human), {"video": SimpleUploadedFile("me.mp4", b"video")}, format="multipart"
    )
    assert answer.status_code == 403
