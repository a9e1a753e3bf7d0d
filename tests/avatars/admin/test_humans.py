"""The digital human's form with real pictures: it stores a good one and refuses any other with its reason."""

import io
from pathlib import Path

import numpy as np
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from avatars import services
from avatars.exceptions import ConsentError
from avatars.models import DigitalHuman
from avatars.reasons.portrait import REMARKS, UNUSABLE
from tests.avatars.support import drawings
from tests.support.factories import make_digital_human, make_voice
from tests.support.paths import PHOTOGRAPH

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADD = "admin:avatars_digitalhuman_add"
# The form's initial values.
CHOICES = {
    field.name: field.default
    for field in DigitalHuman._meta.fields
    if field.editable and field.has_default() and not callable(field.default)
} | {"mode": "lipsync"}


def as_file(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def gradient() -> bytes:
    ramp = np.linspace(40, 220, 640, dtype=np.uint8)
    return as_file(Image.fromarray(np.repeat(np.tile(ramp, (640, 1))[..., None], 3, axis=2)))


def twice() -> bytes:
    one = Image.open(PHOTOGRAPH).convert("RGB")
    both = Image.new("RGB", (2 * one.width, one.height))
    both.paste(one, (0, 0))
    both.paste(one, (one.width, 0))
    return as_file(both, "JPEG")


def tiny() -> bytes:
    return as_file(Image.open(PHOTOGRAPH).convert("RGB").resize((96, 120)))


def small() -> bytes:
    """A face that can be animated, but would look better from nearer."""
    one = Image.open(PHOTOGRAPH).convert("RGB")
    canvas = Image.new("RGB", (900, 900), (210, 214, 220))
    canvas.paste(one.resize((one.width * 330 // one.height, 330), Image.Resampling.LANCZOS), (300, 285))
    return as_file(canvas)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(User.objects.create_superuser("hr"))
    return client


def upload(client: Client, data: bytes, name: str = "portrait.png", **fields):
    form = {"name": "新数字人", "voice": make_voice().pk, **CHOICES, **fields}
    return client.post(reverse(ADD), {**form, "portrait": SimpleUploadedFile(name, data)}, follow=True)


def stored(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_good_photograph_is_stored_under_a_random_name(client, settings):
    answer = upload(client, PHOTOGRAPH.read_bytes(), "grace.jpg")
    assert answer.redirect_chain, answer.context["adminform"].form.errors
    human = DigitalHuman.objects.get()
    assert "grace" not in human.portrait.name
    assert stored(settings) == [Path(human.portrait.path)]


def test_a_portrait_that_could_be_better_is_stored_with_a_word(client):
    answer = upload(client, small())
    assert answer.redirect_chain, answer.context["adminform"].form.errors
    said = [str(message) for message in answer.context["messages"]]
    assert str(REMARKS["face_small"]) in said


@pytest.mark.parametrize(
    ("make", "code"),
    [(gradient, "no_face"), (twice, "several_faces"), (tiny, "too_small")],
    ids=["empty", "two", "tiny"],
)
def test_a_portrait_that_cannot_speak_is_refused_in_its_own_words(client, settings, make, code):
    errors = upload(client, make()).context["adminform"].form.errors
    assert errors["portrait"] == [str(UNUSABLE[code])]
    assert not DigitalHuman.objects.exists()
    assert stored(settings) == []


@pytest.mark.parametrize("data", [b"no picture", PHOTOGRAPH.read_bytes()[:3000], b""], ids=["text", "cut", "nothing"])
def test_a_broken_file_is_refused(client, settings, data):
    errors = upload(client, data, "portrait.jpg").context["adminform"].form.errors
    assert len(errors["portrait"]) == 1
    assert not DigitalHuman.objects.exists()
    assert stored(settings) == []


def test_whoever_was_chosen_in_the_picture_is_cut_out_of_it(client):
    answer = upload(client, twice(), face="1")
    assert answer.redirect_chain, answer.context["adminform"].form.errors
    human = DigitalHuman.objects.get()
    assert human.portrait.name.endswith(".jpg")
    assert Image.open(human.portrait.path).width < 520


def test_a_picture_is_looked_at_before_it_is_saved(client, settings):
    address = reverse("admin:avatars_digitalhuman_portrait")

    def look(data: bytes, **fields):
        return client.post(address, {"portrait": SimpleUploadedFile("a.png", data), **fields}).json()

    good = look(PHOTOGRAPH.read_bytes())
    assert (good["ok"], good["chosen"], len(good["faces"][0]["points"])) == (True, 0, 478)
    several = look(twice())
    assert (several["ok"], several["code"], several["chosen"]) == (False, "several_faces", None)
    assert several["words"] == str(UNUSABLE["several_faces"])
    chosen = look(twice(), face="1")
    assert (chosen["ok"], chosen["chosen"], chosen["cut"] is None) == (True, 1, False)
    assert [bool(face["points"]) for face in chosen["faces"]] == [False, True]
    assert (good["places"], good["turn"], len(several["places"])) == ([], 0, 2)
    assert [len(remark["places"]) for remark in look(small())["remarks"]] == [1]
    broken = look(b"no picture")
    assert (broken["ok"], broken["code"], broken["faces"]) == (False, "not_an_image", [])
    assert not DigitalHuman.objects.exists()
    assert stored(settings) == []


def test_the_points_of_a_stored_portrait_can_be_seen(client):
    upload(client, PHOTOGRAPH.read_bytes(), "grace.jpg")
    human = DigitalHuman.objects.get()
    address = reverse("admin:avatars_digitalhuman_portrait")
    assert client.post(address, {"human": human.pk}).json()["ok"] is True
    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 405


def test_changing_only_the_name_looks_at_no_picture_again(client):
    upload(client, PHOTOGRAPH.read_bytes(), "grace.jpg")
    human = DigitalHuman.objects.get()
    form = {"name": "改名", "voice": human.voice_id, **CHOICES}
    client.post(reverse("admin:avatars_digitalhuman_change", args=[human.pk]), form)
    assert DigitalHuman.objects.get().name == "改名"
    assert DigitalHuman.objects.get().portrait.name == human.portrait.name


def editor_without_consents() -> Client:
    user = User.objects.create_user("clerk", is_staff=True)
    rights = ("view_digitalhuman", "add_digitalhuman", "change_digitalhuman", "view_voice", "add_render")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def change(client: Client, human: DigitalHuman, **fields):
    form = {"name": human.name, "voice": human.voice_id, **CHOICES, **fields}
    return client.post(reverse("admin:avatars_digitalhuman_change", args=[human.pk]), form, follow=True)


def test_without_the_right_nobody_declares_a_photograph_drawn():
    clerk = editor_without_consents()
    answer = upload(clerk, PHOTOGRAPH.read_bytes(), "grace.jpg", origin="drawn", origin_reason="Trust me.")
    assert "origin" in answer.context["adminform"].form.errors
    assert not DigitalHuman.objects.exists()
    human = make_digital_human(origin="photograph")
    answer = change(clerk, human, origin="drawn", origin_reason="Trust me.")
    assert "origin" in answer.context["adminform"].form.errors
    clerk.post(
        reverse("admin:avatars_digitalhuman_changelist"), {"action": "declare_drawn", "_selected_action": [human.pk]}
    )
    assert human.origin == "photograph"
    with pytest.raises(ConsentError):
        services.request_render(human, "你好")


def test_without_the_right_a_photograph_in_a_drawn_human_stays_silent():
    human = make_digital_human()
    photograph = SimpleUploadedFile("grace.jpg", PHOTOGRAPH.read_bytes())
    answer = change(editor_without_consents(), human, portrait=photograph, origin="drawn", origin_reason="Trust me.")
    assert "earlier picture" in answer.content.decode()
    human = DigitalHuman.objects.get()
    assert (human.origin, human.statements.get().state) == ("photograph", "void")
    with pytest.raises(ConsentError):
        services.request_render(human, "你好")


def test_what_looks_photographed_is_declared_drawn_with_a_reason(client):
    answer = upload(client, PHOTOGRAPH.read_bytes(), "grace.jpg", origin="drawn")
    assert "origin_reason" in answer.context["adminform"].form.errors
    assert not DigitalHuman.objects.exists()
    upload(client, PHOTOGRAPH.read_bytes(), "grace.jpg", origin="drawn", origin_reason="Generated by a model.")
    statement = DigitalHuman.objects.get().statements.get()
    assert (statement.recorded_by, statement.reason, statement.looks_photographed) == (
        "hr",
        "Generated by a model.",
        True,
    )
    page = client.get(reverse("admin:avatars_digitalhuman_change", args=[statement.digital_human_id])).content.decode()
    assert "Generated by a model." in page


def test_several_drawings_are_declared_at_once_and_photographs_are_not(client):
    drawing = make_digital_human(origin="photograph", portrait=drawings.png("xiao"))
    photograph = make_digital_human(origin="photograph", portrait=PHOTOGRAPH.read_bytes())
    chosen = {"action": "declare_drawn", "_selected_action": [drawing.pk, photograph.pk]}
    answer = client.post(reverse("admin:avatars_digitalhuman_changelist"), chosen, follow=True)
    assert (drawing.origin, photograph.origin) == ("drawn", "photograph")
    assert "looks like a photograph" in answer.content.decode()
    assert LogEntry.objects.get(object_id=str(drawing.pk)).user.username == "hr"
