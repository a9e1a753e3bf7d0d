"""Without consent, or after its withdrawal, the chat gets text: politely and once."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from avatars import models as avatars_models
from avatars import services as avatars
from avatars.models import Consent, Render
from conversations import services
from conversations.models import Desk, Message
from conversations.videos.consent_withdrawal import recallable
from tests.conversations.replies.test_dispatch import finish
from tests.support import factories
from wecom.models import Outbound, Recall

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def human(application):
    Desk.objects.update(progress_cards=False)
    human = application.desk.digital_human
    avatars.withdraw_statements(human, by="hr")
    human.refresh_from_db()
    return human


def sent(outbound: Outbound, **fields) -> None:
    """As the platform answers."""
    now = timezone.now()
    values = {"status": "done", "msgid": "m1", "finished_at": now, "first_attempt_at": now, **fields}
    Outbound.objects.filter(pk=outbound.pk).update(**values)


def test_without_a_consent_the_person_gets_the_text_at_once(person, human):
    (text,) = person.says("/video 欢迎加入公司。")
    assert "欢迎加入公司。" in text
    assert not Render.objects.exists()
    message = Message.objects.get(degraded=True)
    assert (message.state, message.render) == ("sending", None)


def test_a_look_that_a_portrait_video_refuses_becomes_text(person, application):
    human = application.desk.digital_human
    avatars_models.DigitalHuman.objects.filter(pk=human.pk).update(background_color="#1f6feb")
    factories.make_portrait_video(human, status="done", still=str(human.portrait.name), video="portraits/a.mp4")
    (text,) = person.says("/video 欢迎加入公司。")
    assert "欢迎加入公司。" in text
    message = Message.objects.get(degraded=True)
    assert (message.why, message.render) == ("moving_background", None)


def test_it_is_said_in_the_language_of_the_person(person, human):
    person.says("hello there, how are you?")
    (text,) = person.says("/video Welcome to the company.")
    assert text == "I may not appear in a video just now, so here is the text:\nWelcome to the company."


def test_with_a_consent_they_get_the_video(person, human, media):
    factories.make_consent(human)
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    assert Outbound.objects.filter(msgtype="video").count() == 1


def test_what_waits_becomes_text_when_the_consent_is_withdrawn(person, human):
    consent = factories.make_consent(human)
    person.says("/video 欢迎。")
    avatars.withdraw_consent(consent, by="hr")
    (text,) = person.read()
    assert "欢迎。" in text
    assert "取消" not in text
    assert Message.objects.get(render__isnull=False).degraded
    assert services.release_all() == 0


def test_a_video_whose_consent_expired_before_it_went_out_becomes_text(person, human, media):
    consent = factories.make_consent(human)
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    person.read()
    services.release_all()
    (text,) = person.read()
    assert "欢迎。" in text
    assert not Outbound.objects.filter(msgtype="video").exists()


@pytest.mark.databases
def test_a_video_in_the_outbox_is_replaced_by_its_text_once(person, human, media):
    consent = factories.make_consent(human)
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    person.read()
    avatars.withdraw_consent(consent, by="hr")
    video = Outbound.objects.get(msgtype="video")
    assert (video.status, video.reason) == ("cancelled", "recalled")
    (text,) = person.read()
    assert "欢迎。" in text
    assert (services.recall_withdrawn(), person.read()) == (0, [])


@pytest.mark.databases
def test_the_sweeper_takes_back_what_no_event_did(person, human, media):
    consent = factories.make_consent(human)
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    person.read()
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now(), withdrawn_by="hr")
    assert services.recall_withdrawn() == 1
    assert len(person.read()) == 1


@pytest.mark.databases
def test_what_was_sent_is_not_touched_but_listed(person, human, media):
    consent = factories.make_consent(human)
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    person.read()
    sent(Outbound.objects.get(msgtype="video"))
    avatars.withdraw_consent(consent, by="hr")
    assert person.read() == []
    assert not Recall.objects.exists()
    (message,) = recallable(consent)
    assert message.content.text == "欢迎。"
    services.recall(message)
    assert Recall.objects.get().outbound == message.outbound
    assert list(recallable(consent)) == []


def test_what_was_sent_the_day_before_cannot_be_recalled(person, human, media):
    consent = factories.make_consent(human)
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    sent(Outbound.objects.get(msgtype="video"), finished_at=timezone.now() - timedelta(hours=25))
    avatars.withdraw_consent(consent, by="hr")
    assert list(recallable(consent)) == []


def test_a_video_waits_in_the_outbox_while_its_consent_lasts(person, human, media):
    last = timezone.localdate() + timedelta(days=3)
    consent = factories.make_consent(human, valid_until=last)
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    video = Outbound.objects.get(msgtype="video")
    assert video.expires_at == consent.ends_at
    person.read()
    Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    Outbound.objects.filter(pk=video.pk).update(status="cancelled", reason="expired")
    video.refresh_from_db()
    services.follow_up([video])
    (text,) = person.read()
    assert "欢迎。" in text


def test_a_schedule_needs_a_consent_for_many(application, human):
    factories.make_consent(human, purposes=["chat"])
    talk = services.conversation_with("lisi", application=application)
    many = services.say_video(talk, "早安", purpose="campaign", cid="c1")
    one = services.say_video(talk, "早安", cid="c2")
    assert (many.degraded, many.render) == (True, None)
    assert one.render is not None


def test_programs_are_refused_with_a_code(application, human):
    api = factories.make_api("messages:write", "renders:write")
    wish = {"kind": "digital_human_video", "to": "lisi", "text": "早安"}
    answer = api.post("/api/v1/messages/", wish, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_missing"), answer.json()
    assert answer.json()["hint"]
    assert not Message.objects.exists()
    answer = api.post("/api/v1/renders/", {"digital_human": human.pk, "text": "早安"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_missing")
    factories.make_consent(human, purposes=["chat"])
    wish = {"digital_human": human.pk, "text": "早安", "purpose": "external"}
    assert api.post("/api/v1/renders/", wish, format="json").json()["code"] == "consent_purpose"
    assert api.post("/api/v1/renders/", {**wish, "purpose": "chat"}, format="json").status_code == 202
