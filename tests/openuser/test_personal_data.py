"""Export and erasure of a person, over every table of the database."""

import io
import json
import secrets
import zipfile
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from avatars.models import Consent, Narration, Render, Rendition
from avatars.services import withdraw_consent
from conversations.models import Content, Conversation, Errand, Message, Session, WatchLink
from core.personal_data import registry
from core.personal_data.requests import ErasureRefused
from openuser.models import ApiAnswer
from scheduling.models import Run, Schedule
from tests.support import factories
from tests.support.model_rows import filled, make_message, make_row
from tests.support.personal_data import tables_with
from wecom import services
from wecom.models import (
    Application,
    ApplicationMember,
    Callback,
    Department,
    Download,
    GroupChat,
    Member,
    Membership,
    Outbound,
    PrivacyRequest,
    SendReservation,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

WHO, NAME, WORDS = "ouyang.qingfeng", "欧阳清风", "独钓寒江雪"
OTHER, THEIRS = "sunqi", "千山鸟飞绝"
# Rows that nothing says are about one person: staff, pictures, words into a group.
OF_NOBODY = {
    *("auth.User", "sessions.Session", "openuser.WebhookDelivery", "avatars.DigitalHuman", "avatars.Voice"),
    *("avatars.PortraitVideo", "wecom.GroupMessage"),
}


@pytest.fixture
def application() -> Application:
    return factories.make_application(is_default=True)


def stored(name: str) -> str:
    return default_storage.save(name, ContentFile(WORDS.encode()))


def make_person(application: Application, who: str = WHO, name: str = NAME, words: str = WORDS) -> Member:
    """A member with a row in every table that can say something about them."""
    company = application.corporation
    member = factories.make_member(application, who, name=name, position=words, attributes={"爱好": words})
    services.change_member(member, pinyin="ōu yáng", language="en")
    place = factories.make_department(application, company.departments.count() + 1, leaders=[who.title(), "zhaoliu"])
    Membership.objects.create(member=member, department=place, is_leader=True)
    ApplicationMember.objects.create(application=application, member=member, in_range=True)
    factories.make_member(application, f"below.{who}", direct_leaders=[who]) if who == WHO else None
    cid = secrets.token_hex(8)
    factories.make_callback(application, from_user_id=who, body=words, cid=cid, status="done", order_key=f"1:{who}")
    change = f"<xml><UserID>{who}</UserID><Name>{name}</Name></xml>"
    factories.make_callback(application, kind="event", event="change_contact", from_user_id="sys", body=change)
    factories.make_card_update(application, user_id=who, text=words)
    factories.make_download(application, cid=cid, status="done", path=stored(f"inbound/{who}.jpg"))
    chat = GroupChat.objects.create(
        application=application, chat_id=secrets.token_hex(8), owner=who, user_ids=["a", who]
    )
    assert chat.user_ids
    said(application, member, words)
    schedule(application, who, words)
    consent = factories.make_consent(person=name, reference=who)
    withdraw_consent(consent, by="hr")
    logs(member, words)
    return member


def said(application: Application, member: Member, words: str) -> None:
    """What a member wrote and was sent: texts, a video, a voice message, a file, a flow, a question."""
    who = member.user_id
    content = Content.objects.create(text=words)
    conversation = Conversation.objects.create(application=application, member=member, language="zh-hans")
    upload = factories.make_upload(application, path=stored(f"uploads/{who}.mp4"), filename=f"{words}.mp4")
    small = Rendition.objects.create(
        limit=1, source=upload.path, sha256=upload.sha256, status="done", video=stored(f"renditions/{who}.mp4")
    )
    assert small.render is None
    outbound = factories.make_outbound(
        application,
        recipients=[who],
        content={"content": words},
        body=f'{{"touser": "{who}"}}'.encode(),
        status="done",
        upload=upload,
        invalid=[who],
        order_key=f"{application.pk}:{who}",
    )
    SendReservation.objects.create(application=application, user_id=who, at=outbound.created_at, outbound=outbound)
    render = factories.make_render(
        text=words, recipe={"name": member.name}, status="done", video=stored(f"renders/{who}/v.mp4")
    )
    narration = factories.make_narration(text=words, recipe={"text": words}, parts=[stored(f"narrations/{who}.amr")])
    linked = {"content": content, "outbound": outbound, "render": render, "narration": narration}
    make_message(application, member=member, **linked)
    WatchLink.objects.create(render=render, application=application, member=member)
    filled(Session, conversation=conversation, slots={"name": words}, data={"who": who}, status="completed")
    factories.make_errand(conversation, question=words)


def schedule(application: Application, who: str, words: str) -> None:
    row = make_row(Schedule, application=application, user_ids=[who], name=words, text=words)
    Run.objects.create(
        schedule=row, due_at=row.created_at, outcome="failed", detail=f"no member {who}", unreached={who: "left"}
    )


def logs(member: Member, words: str) -> None:
    staff = User.objects.filter(username="hr").first() or User.objects.create_user("hr")
    LogEntry.objects.create(user=staff, object_repr=str(member), change_message=words, action_flag=CHANGE)
    LogEntry.objects.create(user=staff, object_repr=member.user_id, action_flag=CHANGE)
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        filled(model, username=member.user_id)
    filled(ApiAnswer, status=200, body=f'{{"user_id": "{member.user_id}"}}'.encode())


def rows_by_model() -> dict[str, int]:
    return {holding.label: holding.rows().count() for holding in registry.holdings()}


def test_every_listed_model_has_a_row_of_the_person(application):
    member = make_person(application)
    found = {holding.label for holding in registry.holdings() if holding.find(services.privacy._person(member))}
    assert found == {holding.label for holding in registry.holdings()} - OF_NOBODY


def test_after_an_erasure_no_table_knows_the_person(application):
    member = make_person(application)
    assert tables_with(WHO, NAME, WORDS) != []
    services.erase_person(member, by="hr")
    Member.objects.filter(user_id__startswith="below").delete()  # a colleague, named after the person by this test
    assert tables_with(WHO, NAME, WORDS) == []


def test_after_an_erasure_no_file_of_the_person_is_left(application):
    member = make_person(application)
    services.erase_person(member, by="hr")
    left = [
        f"{folder}/{name}" for folder in ("inbound", "uploads", "renditions", "narrations") for name in listed(folder)
    ]
    assert [name for name in left if WHO in name] == []
    assert not default_storage.exists(f"renders/{WHO}/v.mp4")


def listed(folder: str) -> list[str]:
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


def test_an_erasure_leaves_another_person_alone(application):
    make_person(application, OTHER, "孙琪", THEIRS)
    before = tables_with(OTHER, "孙琪", THEIRS)
    services.erase_person(make_person(application), by="hr")
    assert tables_with(OTHER, "孙琪", THEIRS) == before
    assert default_storage.exists(f"renders/{OTHER}/v.mp4")


def test_what_is_counted_is_counted_the_same_after_an_erasure(application):
    member, before = make_person(application), rows_by_model()
    services.erase_person(member, by="hr")
    counted = (Message, Conversation, Outbound, Callback, Render, Narration, Session, Errand, Run, Member, Content)
    counted += (ApiAnswer, LogEntry)
    assert {model: rows_by_model()[model._meta.label] for model in counted} == {
        model: before[model._meta.label] for model in counted
    }


def test_what_was_sent_to_many_stays_for_the_others(application):
    member, other = factories.make_member(application, WHO, name=NAME), factories.make_member(application, OTHER)
    content, render = Content.objects.create(text=THEIRS), factories.make_render(text=THEIRS, status="done")
    outbound = factories.make_outbound(application, recipients=[WHO, OTHER], reach=2, content={"content": THEIRS})
    for one in (member, other):
        make_message(application, member=one, content=content, render=render, outbound=outbound)
    services.erase_person(member, by="hr")
    outbound.refresh_from_db()
    assert (outbound.recipients, outbound.reach, outbound.content) == ([OTHER], 1, {"content": THEIRS})
    assert Message.objects.get(member=other).content.text == THEIRS
    assert Message.objects.get(member=member).content.text == ""
    assert Render.objects.get(pk=render.pk).text == THEIRS


def test_what_is_on_its_way_to_the_person_is_cancelled(application):
    member = factories.make_member(application, WHO)
    waiting = make_message(
        application, member=member, state="waiting", outbound=None, render=factories.make_render(text=WORDS)
    )
    outbound = factories.make_outbound(application, recipients=[WHO])
    services.erase_person(member, by="hr")
    outbound.refresh_from_db()
    waiting.refresh_from_db()
    render = Render.objects.get(pk=waiting.render_id)
    assert (outbound.status, waiting.state, render.status) == ("cancelled", "cancelled", "cancelled")
    assert not services.resend(outbound)


def test_a_message_to_several_that_is_being_sent_refuses_the_erasure(application):
    member = make_person(application)
    busy = factories.make_outbound(application, recipients=[WHO, OTHER], reach=2, status="running", body=b"{}")
    before = tables_with(WHO)
    with pytest.raises(ErasureRefused):
        services.erase_person(member, by="hr")
    assert tables_with(WHO) == before
    Outbound.objects.filter(pk=busy.pk).update(status="done")
    services.erase_person(member, by="hr")
    assert Outbound.objects.get(pk=busy.pk).recipients[1] == OTHER


def test_a_consent_that_is_valid_refuses_the_erasure(application):
    member = factories.make_member(application, WHO, name=NAME)
    consent = factories.make_consent(person=NAME, reference=WHO)
    with pytest.raises(ErasureRefused, match=f"#{consent.pk}"):
        services.erase_person(member, by="hr")
    assert Consent.objects.get(pk=consent.pk).person == NAME


@pytest.mark.parametrize("model", [Content, Render, Outbound, Download], ids=lambda model: model.__name__)
def test_an_erasure_that_was_interrupted_goes_on(application, monkeypatch, model):
    member = make_person(application)
    monkeypatch.setattr(registry.holding_of(model), "clear", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.erase_person(member, by="hr")
    monkeypatch.undo()
    services.erase_person(services.find_person(WHO), by="hr")
    Member.objects.filter(user_id__startswith="below").delete()
    assert tables_with(WHO, NAME, WORDS) == []


def test_the_receipt_counts_rows_and_names_nobody(application):
    member = make_person(application)
    receipt = services.erase_person(member, by="hr")
    assert receipt.rows["wecom.Callback"] == 2
    assert receipt.digest == services.privacy.digest_of(application.corporation, WHO)
    assert (receipt.kind, receipt.requested_by, PrivacyRequest.objects.count()) == ("erase", "hr", 1)


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


def test_the_command_asks_before_it_erases(application, monkeypatch):
    make_person(application)
    monkeypatch.setattr("builtins.input", lambda words: "n")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("person", "erase", WHO)
    assert Member.objects.filter(user_id=WHO).exists()


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
    for model in (Callback, Outbound, Message, Session, Render, Narration, Consent, Member, Schedule, Department):
        options = model._meta
        for row in apps.get_model(options.label)._base_manager.all():
            answer = admin_client.get(f"/admin/{options.app_label}/{options.model_name}/{row.pk}/change/")
            assert answer.status_code == 200, options.label
