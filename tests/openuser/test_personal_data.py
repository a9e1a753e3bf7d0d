"""Erasure of a person, over every table of the database."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage

from avatars.models import Consent, Narration, Render
from conversations.models import Content, Conversation, Errand, Message, Session
from core.personal_data import holding_registry
from core.personal_data.export_and_erasure import ErasureRefused
from openuser.models import ApiAnswer
from scheduling.models import CampaignRun
from tests.openuser.support.people import NAME, OTHER, THEIRS, WHO, WORDS, make_person
from tests.support import factories
from tests.support.model_rows import make_message
from tests.support.personal_data import tables_with
from wecom import services
from wecom.models import Application, Callback, Download, Member, Outbound, PrivacyRequest
from wecom.personal_data import person_requests

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

# Rows that nothing says are about one person: staff, pictures, words into a group.
OF_NOBODY = {
    *("auth.User", "sessions.Session", "openuser.WebhookDelivery", "avatars.DigitalHuman", "avatars.Voice"),
    *("avatars.PortraitVideo", "wecom.GroupMessage"),
}


@pytest.fixture
def application() -> Application:
    return factories.make_application(is_default=True)


def rows_by_model() -> dict[str, int]:
    return {holding.label: holding.rows().count() for holding in holding_registry.holdings()}


def test_every_listed_model_has_a_row_of_the_person(application):
    member = make_person(application)
    found = {holding.label for holding in holding_registry.holdings() if holding.find(person_requests._person(member))}
    assert found == {holding.label for holding in holding_registry.holdings()} - OF_NOBODY


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
    counted = (
        Message,
        Conversation,
        Outbound,
        Callback,
        Render,
        Narration,
        Session,
        Errand,
        CampaignRun,
        Member,
        Content,
    )
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
    monkeypatch.setattr(holding_registry.holding_of(model), "clear", lambda *_: 1 / 0)
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
    assert receipt.digest == person_requests.digest_of(application.corporation, WHO)
    assert (receipt.kind, receipt.requested_by, PrivacyRequest.objects.count()) == ("erase", "hr", 1)
