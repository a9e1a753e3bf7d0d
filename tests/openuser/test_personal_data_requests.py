"""Export and erasure of a person as asked for: by command, over REST and in the admin."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from avatars.models import Consent, Narration, Render
from conversations.models import Message, Session
from scheduling.models import Campaign
from tests.openuser.support.people import NAME, OTHER, THEIRS, WHO, WORDS, make_person
from tests.support import factories
from tests.support.personal_data import tables_with
from wecom import services
from wecom.models import Application, Callback, Department, Member, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application() -> Application:
    return factories.make_application(is_default=True)


@pytest.mark.databases
def test_an_export_has_the_rows_and_the_files(application):
    member, file = make_person(application), io.BytesIO()
    receipt = services.export_person(member, file, by="hr")
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        about = json.loads(archive.read("about.json"))
        callbacks = [json.loads(line) for line in archive.read("wecom/Callback.jsonl").splitlines()]
        assert archive.read(f"files/inbound/{WHO}.jpg") == WORDS.encode()
    assert {f"{label.replace('.', '/')}.jsonl" for label in receipt.rows} <= names
    assert f"files/renders/{WHO}/v.mp4" in names
    assert (about["user_id"], about["rows"]) == (WHO, receipt.rows)
    assert callbacks[0]["body"] == WORDS


@pytest.mark.databases
def test_an_export_has_nothing_of_another_person(application):
    make_person(application, OTHER, "孙琪", THEIRS)
    file = io.BytesIO()
    services.export_person(make_person(application), file, by="hr")
    with zipfile.ZipFile(file) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert WORDS in everything
    assert [word for word in (OTHER, "孙琪", THEIRS) if word in everything] == []


def test_the_command_exports_and_erases(application, tmp_path, capsys):
    make_person(application)
    target = tmp_path / "person.zip"
    call_command("person", "export", WHO.upper(), "--output", target, "--application", application.pk)
    assert zipfile.is_zipfile(target)
    call_command("person", "erase", WHO, "--yes")
    assert "Erased" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no member"):
        call_command("person", "erase", WHO, "--yes")


@pytest.mark.parametrize("answer", ["n", "", "no", "yesterday"])
def test_the_command_asks_before_it_erases(application, monkeypatch, answer):
    make_person(application)
    monkeypatch.setattr("builtins.input", lambda words: answer)
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("person", "erase", WHO)
    assert Member.objects.filter(user_id=WHO).exists()


@pytest.mark.parametrize("answer", ["yes", "Y", " Yes ", "是"])
def test_the_command_takes_a_yes_as_people_write_it(application, monkeypatch, answer):
    make_person(application)
    monkeypatch.setattr("builtins.input", lambda words: answer)
    call_command("person", "erase", WHO)
    assert not Member.objects.filter(user_id=WHO).exists()


def test_the_api_erases_once_and_answers_with_the_receipt(application):
    make_person(application)
    api = factories.make_api("personal_data:write", "personal_data:read")
    answer = api.post("/api/v1/privacy-requests/", {"user_id": WHO}, HTTP_IDEMPOTENCY_KEY="k1")
    assert (answer.status_code, answer.json()["kind"]) == (201, "erase")
    again = api.post("/api/v1/privacy-requests/", {"user_id": WHO}, HTTP_IDEMPOTENCY_KEY="k1")
    assert again.json()["id"] == answer.json()["id"]
    assert api.post("/api/v1/privacy-requests/", {"user_id": WHO}).status_code == 422
    assert [row["id"] for row in api.get("/api/v1/privacy-requests/").json()["results"]] == [answer.json()["id"]]


def test_the_api_exports_a_zip(application):
    make_person(application)
    api = factories.make_api("personal_data:read")
    answer = api.get("/api/v1/privacy-requests/export/", {"user_id": WHO})
    assert answer["Content-Type"] == "application/zip"
    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))


def test_reading_members_is_not_enough_for_the_api(application):
    make_person(application)
    api: Any = factories.make_api("members:read", "members:write", "personal_data:read")
    assert api.post("/api/v1/privacy-requests/", {"user_id": WHO}).status_code == 403
    api = factories.make_api("members:read", "members:write", "personal_data:write")
    assert api.get("/api/v1/privacy-requests/export/", {"user_id": WHO}).status_code == 403


def test_the_admin_says_what_goes_and_erases(application, admin_client):
    member = make_person(application)
    page = f"/admin/wecom/member/{member.pk}/erase/"
    shown = admin_client.get(page, follow=True).content.decode()
    assert "callbacks: 2" in shown
    done = admin_client.post(page, follow=True).content.decode()
    assert "This is the receipt" in done
    Member.objects.filter(user_id__startswith="below").delete()
    assert tables_with(WHO, NAME, WORDS) == []


def test_the_admin_refuses_who_is_no_administrator(application, client):
    member = make_person(application)
    client.force_login(User.objects.create_user("viewer", is_staff=True))
    for way in ("erase", "personal-data"):
        assert client.post(f"/admin/wecom/member/{member.pk}/{way}/", follow=True).status_code == 403
    assert Member.objects.get(pk=member.pk).user_id == WHO


def test_the_admin_exports_a_zip(application, admin_client):
    member = make_person(application)
    answer = admin_client.get(f"/admin/wecom/member/{member.pk}/personal-data/", follow=True)
    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))


def test_pages_of_rows_that_were_erased_open(application, admin_client):
    services.erase_person(make_person(application), by="hr")
    for model in (Callback, Outbound, Message, Session, Render, Narration, Consent, Member, Campaign, Department):
        options = model._meta
        for row in apps.get_model(options.label)._base_manager.all():
            answer = admin_client.get(f"/admin/{options.app_label}/{options.model_name}/{row.pk}/change/")
            assert answer.status_code == 200, options.label
