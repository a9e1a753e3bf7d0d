"""Digital humans over REST."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from avatars.models import DigitalHuman
from tests.support.factories import make_api, make_application, make_desk, make_digital_human, make_render, make_voice
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
HUMANS, RENDERS = "/api/v1/digital-humans/", "/api/v1/renders/"


@pytest.fixture
def api():
    return make_api("digital_humans:read", "digital_humans:write", "renders:read", "renders:write")


def send(api, portrait: bytes, *, name: str = "face.jpg", **fields: object):
    file = SimpleUploadedFile(name, portrait)
    values = {"name": "Grace", "voice": make_voice().pk, "portrait": file, **fields}
    return api.post(HUMANS, values, format="multipart")


def picture(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "grey").save(out, "PNG")
    return out.getvalue()


def test_a_digital_human_is_created_from_a_photograph(api, photo):
    answer = send(api, photo, speed=1.2, mode="lipsync")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["name"], made["speed"], made["mode"], made["warnings"]) == ("Grace", 1.2, "lipsync", [])
    assert (made["mood"], made["automatic_mood"]) == ("", True)
    assert answer["Location"].endswith(f"{HUMANS}{made['id']}/")
    assert api.get(answer["Location"]).json()["name"] == "Grace"
    got = api.get(made["portrait_url"])
    shown = Image.open(io.BytesIO(b"".join(got.streaming_content)))
    assert (shown.format, shown.size) == ("JPEG", Image.open(io.BytesIO(photo)).size)
    assert got["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("portrait", "code"),
    [(picture((100, 100)), "too_small"), (picture((400, 400)), "no_face"), (b"no picture", "not_an_image")],
)
def test_a_portrait_that_cannot_speak_is_refused_with_the_reason(api, portrait, code):
    found = problem(send(api, portrait, name="face.png"), 422)
    assert [(flaw["field"], flaw["code"]) for flaw in found["errors"]] == [("portrait", code)]
    assert len(found["detail"]) > 20
    assert not DigitalHuman.objects.exists()


def test_a_picture_is_checked_before_a_digital_human_is_made_of_it(api, photo):
    one = Image.open(io.BytesIO(photo)).convert("RGB")
    both = Image.new("RGB", (2 * one.width, one.height))
    both.paste(one, (0, 0))
    both.paste(one, (one.width, 0))
    out = io.BytesIO()
    both.save(out, "JPEG")

    def check(data: bytes, **fields: object):
        return api.post(
            "/api/v1/portraits/check/", {"portrait": SimpleUploadedFile("a.jpg", data), **fields}, format="multipart"
        )

    found = check(out.getvalue())
    assert found.status_code == 200, found.content
    assert (found.json()["ok"], found.json()["code"], len(found.json()["faces"])) == (False, "several_faces", 2)
    chosen = check(out.getvalue(), face=1).json()
    assert (chosen["ok"], chosen["chosen"]) == (True, 1)
    assert problem(check(photo, face="x"), 422)["field"] == "face"
    assert check(b"no picture").json()["code"] == "not_an_image"
    made = send(api, out.getvalue(), face=1)
    assert made.status_code == 201, made.content
    kept = Image.open(DigitalHuman.objects.get().portrait.path)
    assert kept.width < one.width + 20
    assert make_api("renders:read").post("/api/v1/portraits/check/").status_code == 403


def test_every_finding_of_a_check_comes_with_its_place(api, photo):
    picture = Image.open(io.BytesIO(photo)).convert("RGB")
    dark = picture.point([value // 8 for value in range(256)] * 3).rotate(90, expand=True)
    out = io.BytesIO()
    dark.save(out, "PNG")
    answer = api.post(
        "/api/v1/portraits/check/", {"portrait": SimpleUploadedFile("a.png", out.getvalue())}, format="multipart"
    )
    found = answer.json()
    assert (found["ok"], found["code"], found["turn"]) == (False, "too_dark", 90)
    (place,) = found["places"]
    left, top, right, bottom = found["faces"][0]["box"]
    assert place["x"] * picture.width <= left < right <= (place["x"] + place["width"]) * picture.width
    assert place["y"] * picture.height <= top < bottom <= (place["y"] + place["height"]) * picture.height
    assert abs(found["faces"][0]["roll"]) < 10


def test_a_lying_picture_is_stored_upright(api, photo):
    lying = io.BytesIO()
    upright = Image.open(io.BytesIO(photo)).convert("RGB")
    upright.rotate(90, expand=True).save(lying, "PNG")
    made = send(api, lying.getvalue(), name="face.png")
    assert made.status_code == 201, made.content
    assert len(made.json()["warnings"]) == 1
    assert Image.open(DigitalHuman.objects.get().portrait.path).size == upright.size


def test_a_digital_human_is_changed_by_what_is_named_only(api):
    human = make_digital_human()
    voice = make_voice()
    answer = api.patch(f"{HUMANS}{human.pk}/", {"voice": voice.pk, "speed": 0.8})
    assert answer.status_code == 200, answer.content
    human.refresh_from_db()
    assert (human.voice, human.speed) == (voice, 0.8)
    moods = api.patch(f"{HUMANS}{human.pk}/", {"mood": "calm", "automatic_mood": False}).json()
    assert (moods["mood"], moods["automatic_mood"]) == ("calm", False)
    own = api.patch(f"{HUMANS}{human.pk}/", {"mood": "neutral", "speed": 1.0}).json()
    assert (own["mood"], own["speed"]) == ("neutral", 1.0)
    assert api.patch(f"{HUMANS}{human.pk}/", {"mood": "", "speed": None}).status_code == 200
    human.refresh_from_db()
    assert (human.mood, human.speed) == ("", None)
    assert problem(api.patch(f"{HUMANS}{human.pk}/", {"mood": "angry"}), 422)["field"] == "mood"
    assert problem(api.patch(f"{HUMANS}{human.pk}/", {"speed": 9}), 422)["field"] == "speed"
    assert problem(api.patch(f"{HUMANS}{human.pk}/", {"voice": 0}), 422)["field"] == "voice"
    taken = make_digital_human().name
    assert problem(api.patch(f"{HUMANS}{human.pk}/", {"name": taken}), 422)["errors"][0]["code"] == "unique"


@pytest.mark.parametrize("form", ["json", "multipart"])
def test_null_takes_the_scenery_of_a_digital_human_away(api, form):
    names = ("background", "logo", "intro", "outro")
    human = make_digital_human(**{name: f"scenery/{name}" for name in names})
    nothing = "" if form == "multipart" else None
    answer = api.patch(f"{HUMANS}{human.pk}/", {"logo": nothing, "intro": nothing}, format=form)
    assert answer.status_code == 200, answer.content
    human.refresh_from_db()
    assert [str(getattr(human, name)) for name in names] == ["scenery/background", "", "", "scenery/outro"]
    assert problem(api.patch(f"{HUMANS}{human.pk}/", {"portrait": None}, format="json"), 422)["field"] == "portrait"


def test_a_digital_human_is_deleted_only_while_nothing_uses_it(api, django_capture_on_commit_callbacks):
    rendered, seated, free = make_digital_human(), make_digital_human(), make_digital_human()
    make_render(rendered)
    make_desk(make_application(), digital_human=seated)
    for human in (rendered, seated):
        assert problem(api.delete(f"{HUMANS}{human.pk}/"), 409)["code"] == "in_use"
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{HUMANS}{free.pk}/").status_code == 204
    assert set(DigitalHuman.objects.all()) == {rendered, seated}
    assert not default_storage.exists(free.portrait.name)
    assert default_storage.exists(rendered.portrait.name)
