"""A client that may only write digital humans cannot pass a photograph off as a drawing."""

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from avatars.models import DigitalHuman, Statement
from tests.avatars.support import drawings
from tests.support.factories import make_api, make_digital_human, make_voice
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
HUMANS, RENDERS, STATEMENTS = "/api/v1/digital-humans/", "/api/v1/renders/", "/api/v1/statements/"
SCOPES = ("digital_humans:read", "digital_humans:write", "renders:write")


@pytest.fixture
def writer():
    return make_api(*SCOPES)


@pytest.fixture
def recorder():
    return make_api(*SCOPES, "consents:read", "consents:write")


@pytest.fixture(scope="module")
def drawing() -> bytes:
    return drawings.png("xiao")


def post(api, portrait: bytes, name: str = "face.jpg", **fields: Any):
    values = {"name": "Grace", "voice": make_voice().pk, "portrait": SimpleUploadedFile(name, portrait), **fields}
    return api.post(HUMANS, values, format="multipart")


def patch(api, pk: int, **fields: Any):
    return api.patch(f"{HUMANS}{pk}/", fields, format="multipart")


def render(api, pk: int):
    return api.post(RENDERS, {"digital_human": pk, "text": "你好", "mode": "lipsync"}, format="json")


def test_a_writer_posts_no_photograph_as_drawn(writer, photo):
    answer = post(writer, photo, origin="drawn", origin_reason="Trust me.")
    assert problem(answer, 403)["code"] == "statement_forbidden"
    assert not DigitalHuman.objects.exists()
    made = post(writer, photo).json()
    assert (made["origin"], made["consented"]) == ("photograph", False)
    assert problem(render(writer, made["id"]), 409)["code"] == "consent_missing"


def test_a_writer_changes_no_photograph_to_drawn(writer):
    human = make_digital_human(origin="photograph")
    assert problem(patch(writer, human.pk, origin="drawn", origin_reason="x"), 403)["code"] == "statement_forbidden"
    found = problem(render(writer, human.pk), 409)
    assert found["code"] == "consent_missing"
    assert "drawn" not in f"{found['detail']} {found['hint']}"
    assert not Statement.objects.filter(digital_human=human).exists()


def test_a_photograph_in_a_drawn_human_needs_its_consent(writer, photo):
    human = make_digital_human()
    assert render(writer, human.pk).status_code == 202
    portrait = SimpleUploadedFile("face.jpg", photo)
    assert problem(patch(writer, human.pk, portrait=portrait, origin="drawn"), 403)["code"] == "statement_forbidden"
    changed = patch(writer, human.pk, portrait=SimpleUploadedFile("face.jpg", photo)).json()
    assert (changed["origin"], changed["consented"]) == ("photograph", False)
    assert problem(render(writer, human.pk), 409)["code"] == "consent_missing"
    assert Statement.objects.get(digital_human=human.pk).state == "void"


def test_drawn_stays_drawn_where_nothing_changes(writer):
    human = make_digital_human()
    assert patch(writer, human.pk, origin="drawn", speed=1.2).json()["origin"] == "drawn"


def test_a_recorder_states_that_a_drawing_is_drawn(recorder, drawing):
    made = post(recorder, drawing, "face.png", origin="drawn").json()
    assert (made["origin"], made["consented"]) == ("drawn", True)
    (listed,) = recorder.get(STATEMENTS, {"digital_human": made["id"]}).json()["results"]
    stored = DigitalHuman.objects.get().portrait
    with stored.open() as file:
        assert listed["sha256"] == hashlib.sha256(file.read()).hexdigest()
    assert (listed["state"], listed["looks_photographed"]) == ("holds", False)
    assert listed["recorded_by"].startswith("client-")
    assert render(recorder, made["id"]).status_code == 202


def test_a_recorder_gives_a_reason_where_it_looks_photographed(recorder, photo):
    found = problem(post(recorder, photo, origin="drawn"), 422)
    assert (found["field"], found["code"]) == ("origin_reason", "reason_missing")
    assert not DigitalHuman.objects.exists()
    made = post(recorder, photo, origin="drawn", origin_reason="Generated; see ticket 7.").json()
    (listed,) = recorder.get(STATEMENTS).json()["results"][:1]
    assert (made["origin"], listed["looks_photographed"], listed["state"]) == ("photograph", True, "unconfirmed")
    assert problem(render(recorder, made["id"]), 409)["code"] == "statement_unconfirmed"
    assert listed["reason"] == "Generated; see ticket 7."


def test_anybody_who_writes_may_take_a_statement_back(writer):
    human = make_digital_human()
    assert patch(writer, human.pk, origin="photograph").json()["origin"] == "photograph"
    assert Statement.objects.get(digital_human=human).withdrawn_by.startswith("client-")


def test_statements_are_for_those_who_may_view_consents(writer):
    assert problem(writer.get(STATEMENTS), 403)["code"] == "scope_missing"


def test_voices_are_filtered_by_what_is_stated(writer):
    synthetic, cloned = make_voice(), make_voice(origin="cloned", engine="gpt_sovits")
    for origin, voice in (("synthetic", synthetic), ("cloned", cloned)):
        (found,) = writer.get("/api/v1/voices/", {"origin": origin}).json()["results"]
        assert (found["id"], found["origin"], found["consented"]) == (voice.pk, origin, origin == "synthetic")


def test_a_person_confirms_it_and_a_program_does_not(recorder, photo):
    made = post(recorder, photo, origin="drawn", origin_reason="Generated; see ticket 7.").json()
    address = f"{STATEMENTS}{recorder.get(STATEMENTS).json()['results'][0]['id']}/confirm/"
    body = {"confirmation": "I saw the model's licence.", "evidence_link": "https://example.com/licence"}
    assert problem(recorder.post(address, body, format="json"), 409)["code"] == "person_needed"
    boss = APIClient()
    boss.force_login(User.objects.create_superuser("boss"))
    assert problem(boss.post(address, {**body, "confirmation": "."}, format="json"), 422)["code"] == "reason_missing"
    assert boss.post(address, body, format="json").json()["state"] == "holds"
    assert render(recorder, made["id"]).status_code == 202


def test_the_holder_of_the_token_that_stated_it_does_not_confirm(photo):
    people = {name: User.objects.create_superuser(name) for name in ("hr", "boss")}
    program = make_api("digital_humans:write", "consents:read", "consents:write", created_by=people["hr"])
    assert post(program, photo, origin="drawn", origin_reason="Generated; see ticket 7.").status_code == 201
    address = f"{STATEMENTS}{program.get(STATEMENTS).json()['results'][0]['id']}/confirm/"
    body = {"confirmation": "I saw the model's licence.", "evidence_link": "https://example.com/licence"}
    answers = []
    for person in people.values():
        api = APIClient()
        api.force_login(person)
        answers.append(api.post(address, body, format="json"))
    assert problem(answers[0], 409)["code"] == "same_person"
    assert answers[1].json()["state"] == "holds"
