"""Consents over REST."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from avatars.models import Consent
from tests.support.factories import PDF, make_api, make_consent, make_digital_human, make_render
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
CONSENTS = "/api/v1/consents/"


@pytest.fixture
def api():
    return make_api("consents:read", "consents:write", "digital_humans:read")


@pytest.fixture
def human():
    return make_digital_human(origin="photograph")


def send(api, human, *, data: bytes = PDF, name: str = "张三.pdf", **fields):
    wish = {"person": "张三", "reference": "zhangsan", "digital_humans": [human.pk], "purposes": ["chat", "campaign"]}
    return api.post(CONSENTS, {**wish, "evidence": SimpleUploadedFile(name, data), **fields}, format="multipart")


def test_a_consent_is_recorded_with_its_evidence(api, human):
    answer = send(api, human, valid_until="2099-12-31")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["person"], made["reference"], made["digital_humans"]) == ("张三", "zhangsan", [human.pk])
    assert (sorted(made["purposes"]), made["state"], made["valid_until"]) == (
        ["campaign", "chat"],
        "active",
        "2099-12-31",
    )
    assert made["recorded_by"].startswith("client-")
    assert len(made["evidence_sha256"]) == 64
    assert api.get(answer["Location"]).json() == made
    got = api.get(made["evidence_url"])
    assert b"".join(got.streaming_content) == PDF
    assert "张三" not in Consent.objects.get().evidence.name
    assert api.get(f"/api/v1/digital-humans/{human.pk}/").json()["consented"] is True


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purposes": ["world domination"]}, "purposes"),
        ({"digital_humans": [0]}, "digital_humans"),
        ({"person": ""}, "person"),
        ({"name": "a.exe"}, "evidence"),
        ({"data": b"MZ"}, "evidence"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "valid_until"),
        ({"withdrawn_reason": "x", "colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(api, human, change, field):
    found = problem(send(api, human, **change), 422)
    assert found["field"].startswith(field)
    assert not Consent.objects.exists()


def test_a_drawn_one_has_nobody_to_consent(api):
    assert problem(send(api, make_digital_human(origin="drawn")), 422)["field"].startswith("digital_humans")


def test_nobody_agrees_to_a_picture_that_is_gone(api, human):
    human.portrait.storage.delete(human.portrait.name)
    assert problem(send(api, human), 422)["field"].startswith("digital_humans")
    assert not Consent.objects.exists()


def test_a_consent_is_withdrawn_once(api, human):
    consent = make_consent(human)
    answer = api.post(f"{CONSENTS}{consent.pk}/withdraw/", {"reason": "离职", "videos": "keep"}, format="json")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["state"], found["withdrawn_reason"], found["cancelled"], found["videos"]) == (
        "withdrawn",
        "离职",
        0,
        0,
    )
    assert found["withdrawn_by"].startswith("client-")
    assert problem(api.post(f"{CONSENTS}{consent.pk}/withdraw/"), 409)["code"] == "withdrawn_before"
    assert api.get(f"/api/v1/digital-humans/{human.pk}/").json()["consented"] is False


def test_it_can_be_neither_changed_nor_deleted(api, human):
    address = f"{CONSENTS}{make_consent(human).pk}/"
    for method in (api.patch, api.put, api.delete):
        assert method(address, {}).status_code == 405


def test_consents_are_filtered(api, human):
    mine, other = make_consent(human), make_consent()
    api.post(f"{CONSENTS}{other.pk}/withdraw/", {}, format="json")
    listed = [row["id"] for row in api.get(CONSENTS, {"digital_human": human.pk}).json()["results"]]
    assert listed == [mine.pk]
    assert [row["id"] for row in api.get(CONSENTS, {"active": "true"}).json()["results"]] == [mine.pk]
    assert [row["id"] for row in api.get(CONSENTS, {"active": "false"}).json()["results"]] == [other.pk]


def test_a_video_that_is_kept_as_evidence_is_given_to_no_program(api, human):
    consent = make_consent(human)
    video = default_storage.save("renders/video.mp4", ContentFile(b"video"))
    render = make_render(human, consent=consent, status="done", video=video)
    reader = make_api("renders:read")
    address = f"/api/v1/renders/{render.pk}/video/"
    assert reader.get(address).status_code == 200
    api.post(f"{CONSENTS}{consent.pk}/withdraw/", {"videos": "keep"}, format="json")
    assert problem(reader.get(address), 409)["code"] == "consent_withdrawn"


def test_clients_of_the_release_before_still_write_films(api, human):
    consent = make_consent(human)
    video = default_storage.save("renders/video.mp4", ContentFile(b"video"))
    render = make_render(human, consent=consent, status="done", video=video)
    found = api.post(f"{CONSENTS}{consent.pk}/withdraw/", {"films": "keep"}, format="json").json()
    assert (found["videos"], found["films"]) == (1, 1)
    render.refresh_from_db()
    assert default_storage.exists(render.video.name), "kept as evidence"


def test_the_scopes_are_asked_for(human):
    consent = make_consent(human)
    reader = make_api("digital_humans:read")
    assert reader.get(CONSENTS).status_code == 403
    assert make_api("consents:read").post(f"{CONSENTS}{consent.pk}/withdraw/").status_code == 403
    assert reader.get(f"{CONSENTS}{consent.pk}/evidence/").status_code == 403
