"""Portrait videos over REST."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from avatars import services
from avatars.models import PortraitVideo, Render
from tests.support.factories import make_api, make_digital_human, make_portrait_video, make_template
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db


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
    place = {"x": 0.3, "y": 0.1, "width": 0.4, "height": 0.5}
    findings = [finding, {**finding, "places": [place]}]
    make_portrait_video(human, status="failed", reason="turned", findings=findings)
    found = api.get(address(human)).json()
    assert found["words"].startswith("The face is turned away.")
    assert found["findings"][0]["words"].startswith("0:12–0:15: The face is turned away.")
    assert [each["places"] for each in found["findings"]] == [[], [place]]


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


def moving_human(**fields):
    human = make_digital_human()
    make_portrait_video(human, status="done", still=str(human.portrait.name), video="portraits/a.mp4", **fields)
    return human


def refused(answer):
    """The field of the only fault, which is the background and names the remedy."""
    (flaw,) = problem(answer, 422)["errors"]
    assert (flaw["code"], "Remove the colour and the picture" in flaw["detail"]) == ("moving_background", True)
    return flaw["field"]


def test_another_background_is_refused_for_its_digital_human(api):
    page = f"/api/v1/digital-humans/{moving_human().pk}/"
    assert refused(api.patch(page, {"background_color": "#1f6feb"}, format="json")) == "background_color"
    picture = SimpleUploadedFile("wall.png", services.sample_portrait("ran"))
    assert refused(api.patch(page, {"background": picture}, format="multipart")) == "background"
    assert api.patch(page, {"speed": 1.1, "background_color": ""}, format="json").status_code == 200


def test_another_background_is_refused_while_the_video_is_checked(api):
    human = make_digital_human()
    make_portrait_video(human)
    page = f"/api/v1/digital-humans/{human.pk}/"
    assert refused(api.patch(page, {"background_color": "#1f6feb"}, format="json")) == "background_color"


def test_a_picture_and_a_background_together_replace_the_video(api):
    changes = {"background_color": "#1f6feb", "portrait": SimpleUploadedFile("me.png", services.sample_portrait("ran"))}
    answer = api.patch(f"/api/v1/digital-humans/{moving_human().pk}/", changes, format="multipart")
    assert answer.status_code == 200, answer.content


def test_a_video_is_refused_where_the_background_is_another(api):
    human = make_digital_human(background_color="#1f6feb")
    answer = api.post(address(human), {"video": SimpleUploadedFile("me.mp4", b"video")}, format="multipart")
    assert refused(answer) == "video"
    assert not PortraitVideo.objects.exists()


def test_a_template_with_another_background_is_refused(api):
    wish = {"name": "早会", "digital_human": moving_human().pk, "script": "早上好。"}
    answer = api.post("/api/v1/templates/", {**wish, "background_color": "#1f6feb"}, format="json")
    assert refused(answer) == "background_color"
    assert api.post("/api/v1/templates/", wish, format="json").status_code == 201


def test_a_render_of_an_older_template_is_refused_at_once():
    human = make_digital_human()
    template = make_template(human, script="早上好。", variables=[], background_color="#1f6feb")
    make_portrait_video(human, status="done", still=str(human.portrait.name), video="portraits/a.mp4")
    api = make_api("renders:write")
    answer = api.post(f"/api/v1/templates/{template.pk}/renders/", {"variables": {}}, format="json")
    assert refused(answer) == "template"
    assert not Render.objects.exists()


def test_a_presentation_may_have_any_colour_behind_it(api):
    wish = {"name": "培训", "digital_human": moving_human().pk, "background_color": "#1f6feb"}
    assert api.post("/api/v1/presentations/", wish, format="json").status_code == 201
