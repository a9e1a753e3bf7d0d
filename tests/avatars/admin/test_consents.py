"""Consents in the admin: record for one or many, withdraw after a confirmation, read evidence with the right to."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avatars import services
from avatars.models import Consent, DigitalHuman, Render
from conversations.models import Message
from tests.support import factories
from tests.support.model_rows import make_message
from wecom.models import Recall

pytestmark = pytest.mark.django_db
HUMANS = "admin:avatars_digitalhuman_changelist"
ADD = "admin:avatars_consent_add"


def member_of(role: str) -> Client:
    user = User.objects.create_user(f"a-{role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def human() -> DigitalHuman:
    return factories.make_digital_human(origin="photograph", name="Grace")


def form(*humans: DigitalHuman, data: bytes = factories.PDF, **fields):
    day = timezone.localdate().isoformat()
    wish = {"person": "张三", "humans": [human.pk for human in humans], "purposes": ["chat"], "valid_from": day}
    return {**wish, "evidence": SimpleUploadedFile("form.pdf", data), "_continue": "1", **fields}


def said(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_consents_for_several_are_recorded_from_their_list(boss, human):
    other = factories.make_digital_human(origin="photograph")
    chosen = {"action": "record_consent", "_selected_action": [human.pk, other.pk]}
    page = boss.post(reverse(HUMANS), chosen, follow=True)
    ticked = page.context["adminform"].form["humans"]
    assert sorted(int(pk) for pk in ticked.value()) == [human.pk, other.pk]
    answer = boss.post(reverse(ADD), form(human, other), follow=True)
    assert answer.redirect_chain, answer.context["adminform"].form.errors
    consent = Consent.objects.get()
    assert (consent.person, consent.purposes, consent.recorded_by) == ("张三", ["chat"], "boss")
    assert set(consent.digital_humans.all()) == {human, other}
    assert LogEntry.objects.filter(object_id=str(consent.pk)).exists()
    page = boss.get(reverse(HUMANS)).content.decode()
    assert page.count("ou-badge-good") == 2
    assert "ou-badge-bad" not in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"data": b"MZ\0\0"}, "evidence"),
        ({"purposes": []}, "purposes"),
        ({"humans": []}, "humans"),
        ({"valid_until": "2001-01-01"}, "valid_until"),
        ({"person": " "}, "person"),
    ],
)
def test_a_form_that_lacks_something_says_what(boss, human, fields, field):
    errors = boss.post(reverse(ADD), form(human, **fields)).context["adminform"].form.errors
    assert field in errors
    assert not Consent.objects.exists()


def test_the_list_says_who_may_speak(boss, human):
    factories.make_digital_human(name="drawn-one")
    page = boss.get(reverse(HUMANS)).content.decode()
    assert page.count("ou-badge-bad") == page.count("ou-badge-plain") == 1


@pytest.mark.parametrize("may", ["drawn", "consented", "missing"])
def test_the_list_can_be_narrowed_to_who_may_speak(boss, human, may):
    consented, drawn = factories.make_digital_human(origin="photograph"), factories.make_digital_human()
    factories.make_consent(consented)
    wanted = {"drawn": drawn, "consented": consented, "missing": human}[may]
    assert list(boss.get(reverse(HUMANS), {"may": may}).context["cl"].queryset) == [wanted]


def test_trying_out_says_what_is_missing(boss, human):
    answer = boss.post(reverse(HUMANS), {"action": "try_out", "_selected_action": [human.pk]}, follow=True)
    assert "No consent" in said(answer)
    assert not Render.objects.exists()
    address = reverse("admin:avatars_digitalhuman_sample", args=[human.pk])
    page = boss.post(address, {"text": "Hello", "_form_submitted": "on"})
    assert "No consent" in page.content.decode()
    assert not Render.objects.exists()


def test_a_withdrawal_asks_first_and_says_what_it_ended(boss, human):
    consent = factories.make_consent(human)
    factories.make_render(human, consent=consent)
    address = reverse("admin:avatars_consent_withdraw_this", args=[consent.pk])
    assert "cannot be undone" in boss.get(address).content.decode()
    assert "Tick this" in boss.post(address, {"videos": "delete", "_form_submitted": "on"}).content.decode()
    consent.refresh_from_db()
    assert consent.withdrawn_at is None
    answer = boss.post(address, {"videos": "delete", "sure": "on", "_form_submitted": "on", "reason": "left"})
    assert answer.headers["HX-Redirect"].endswith(f"/consent/{consent.pk}/change/")
    page = boss.get(answer.headers["HX-Redirect"])
    assert "Cancelled: 1" in said(page)
    assert "withdraw_this" not in page.content.decode()
    consent.refresh_from_db()
    assert (consent.withdrawn_by, consent.withdrawn_reason) == ("boss", "left")
    assert Render.objects.get().status == "cancelled"
    assert LogEntry.objects.filter(object_id=str(consent.pk), change_message="Withdrawn.").exists()


def test_a_second_consent_of_the_same_face_is_pointed_out(boss, human):
    first, _second = factories.make_consent(human), factories.make_consent(human)
    address = reverse("admin:avatars_consent_withdraw_this", args=[first.pk])
    boss.post(address, {"videos": "delete", "sure": "on", "_form_submitted": "on"})
    assert "another active consent" in said(boss.get(reverse("admin:index")))


def test_evidence_is_for_those_who_may_read_it(human):
    consent = factories.make_consent(human)
    page = reverse("admin:avatars_consent_change", args=[consent.pk])
    seen = {}
    for role in ("viewer", "editor", "operator", "administrator"):
        client = member_of(role)
        linked = consent.evidence.url in client.get(page).content.decode()
        seen[role] = (linked, client.get(consent.evidence.url).status_code)
    assert seen == {"viewer": (False, 403), **dict.fromkeys(("editor", "operator", "administrator"), (True, 200))}
    assert Client().get(consent.evidence.url).status_code == 302


def test_no_detour_leads_to_the_evidence(human):
    consent = factories.make_consent(human)
    name = consent.evidence.name
    viewer = member_of("viewer")
    for detour in (f"renders/../{name}", f"./{name}", f"consents/../{name}", f"a/b/../../{name}"):
        assert viewer.get(f"/media/{detour}").status_code == 403, detour


def test_an_editor_records_and_does_not_withdraw(human):
    editor = member_of("editor")
    assert editor.get(reverse(ADD)).status_code == 200
    consent = factories.make_consent(human)
    address = reverse("admin:avatars_consent_withdraw_this", args=[consent.pk])
    assert editor.post(address, {"videos": "delete", "sure": "on", "_form_submitted": "on"}).status_code == 403
    assert member_of("viewer").get(reverse(ADD)).status_code == 403


def test_messages_that_can_be_recalled_are_a_click_away(boss, human):
    consent = factories.make_consent(human)
    application = factories.make_application()
    now = timezone.now()
    done = {"status": "done", "msgid": "m1"}
    fresh = factories.make_outbound(application, finished_at=now, **done)
    old = factories.make_outbound(application, finished_at=now - timedelta(hours=30), **done)
    render = factories.make_render(human, consent=consent, status="done")
    can = make_message(application, outbound=fresh, render=render)
    cannot = make_message(application, outbound=old, render=render)
    make_message(application, outbound=factories.make_outbound(application, finished_at=now, **done))
    page = boss.get(reverse("admin:avatars_consent_change", args=[consent.pk])).content.decode()
    listed = reverse("admin:conversations_message_changelist")
    address = f"{listed}?consent={consent.pk}"
    assert f"{address}&amp;recallable=yes" in page
    assert {row.pk for row in boss.get(address).context["cl"].queryset} == {can.pk, cannot.pk}
    assert {row.pk for row in boss.get(f"{address}&recallable=yes").context["cl"].queryset} == {can.pk}
    answer = boss.post(address, {"action": "recall", "_selected_action": [can.pk, cannot.pk]}, follow=True)
    assert Recall.objects.get().outbound == fresh
    assert "1 message is recalled" in said(answer)
    assert "24 hours" in said(answer)
    assert Message.objects.count() == 3


def test_consents_are_listed_by_how_they_stand(boss, human):
    day, one = timezone.localdate(), timedelta(days=1)
    rows = {
        "active": factories.make_consent(human),
        "pending": factories.make_consent(human, valid_from=day + one),
        "expired": factories.make_consent(human, valid_from=day - 9 * one, valid_until=day - one),
        "withdrawn": factories.make_consent(human),
    }
    Consent.objects.filter(pk=rows["withdrawn"].pk).update(withdrawn_at=timezone.now(), withdrawn_by="hr")
    for state, consent in rows.items():
        found = boss.get(reverse("admin:avatars_consent_changelist"), {"state": state})
        assert list(found.context["cl"].queryset) == [consent], state


def test_pages_say_that_a_portrait_was_removed(boss, django_capture_on_commit_callbacks):
    human = factories.make_digital_human(origin="photograph")
    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw_consent(factories.make_consent(human), by="hr")
    other = factories.make_digital_human(origin="photograph")
    listed = boss.get("/admin/avatars/digitalhuman/").content.decode()
    assert listed.count("ou-thumb-gone") == 1
    assert human.portrait.url not in listed
    assert other.portrait.url in listed
    form = boss.get("/admin/avatars/consent/add/").content.decode()
    assert (form.count("ou-thumb-gone"), human.portrait.url in form) == (1, False)
    page = boss.get(f"/admin/avatars/digitalhuman/{human.pk}/change/").content.decode()
    assert "picture-gone" in page
    assert human.portrait.name not in page
    assert "picture-gone" not in boss.get(f"/admin/avatars/digitalhuman/{other.pk}/change/").content.decode()
