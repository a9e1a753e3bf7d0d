"""What looks like a photograph needs a consent, or a second person who confirms with evidence that it is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from avatars import services
from avatars.doctor import DrawnFaces
from avatars.exceptions import ConsentError
from avatars.models import DigitalHuman, PortraitVideo, Render, Statement
from avatars.rendering import render_worker
from core.parties.acting_client import ActingClient, acts, holder_key
from tests.avatars.support import drawings
from tests.support import factories
from tests.support.factories.avatars import PDF
from tests.support.paths import PHOTOGRAPH

pytestmark = pytest.mark.django_db
HOW = {"how": "I saw the designer's file.", "link": "https://example.com/licence"}


@pytest.fixture
def human() -> DigitalHuman:
    """A photograph that one person stated to be drawn."""
    human = factories.make_digital_human(origin="photograph", portrait=PHOTOGRAPH.read_bytes())
    services.declare_drawn(human, by="hr", reason="Made by a program.", photographic=True)
    return human


def refused(act, *arguments, **wishes) -> str:
    with pytest.raises(ConsentError) as caught:
        act(*arguments, **wishes)
    return caught.value.code


def test_one_person_alone_does_not_make_a_photograph_a_drawing(human):
    assert refused(services.request_render, human, "你好") == "statement_unconfirmed"
    assert human.statements.get().state == "unconfirmed"
    annotated = services.annotate_consents(DigitalHuman.objects.all()).get()
    assert not services.human_allowed(annotated)
    assert not services.human_allowed(human)


@pytest.mark.parametrize("evidence", ["file", "link"])
def test_a_second_person_confirms_it_with_evidence(human, evidence):
    file = ContentFile(PDF, name="licence.pdf")
    given = {"evidence": file} if evidence == "file" else {"link": "https://example.com/licence"}
    services.confirm_drawn(human.statements.get(), by="boss", how="I saw the designer's file.", **given)
    statement = human.statements.get()
    assert (statement.state, statement.confirmed_by) == ("holds", "boss")
    assert bool(statement.evidence_sha256) == (evidence == "file")
    assert services.request_render(human, "你好").statement == statement


def test_a_consent_does_as_well(human):
    consent = factories.make_consent(human)
    assert services.request_render(human, "你好").consent == consent


@pytest.mark.parametrize(
    ("by", "how", "link", "code"),
    [
        ("hr", "I saw the file.", "https://example.com/", "same_person"),
        ("HR", "I saw the file.", "https://example.com/", "same_person"),
        ("designer", "I saw the file.", "https://example.com/", "same_person"),
        ("boss", ".", "https://example.com/", "reason_missing"),
        ("boss", "\u200b", "https://example.com/", "reason_missing"),
        ("boss", "I saw the file.", "", "evidence_missing"),
    ],
)
def test_a_confirmation_needs_another_person_words_and_evidence(human, by, how, link, code):
    DigitalHuman.objects.update(portrait_by="designer")
    assert refused(services.confirm_drawn, human.statements.get(), by=by, how=how, link=link) == code
    assert human.statements.get().state == "unconfirmed"


def test_who_sent_the_video_of_a_picture_does_not_confirm_it(human):
    video = {"still": str(human.portrait.name), "video": "portraits/a.mp4", "requested_by": "designer"}
    factories.make_portrait_video(human, status="done", **video)
    assert refused(services.confirm_drawn, human.statements.get(), by="Designer", **HOW) == "same_person"
    assert services.confirm_drawn(human.statements.get(), by="boss", **HOW).confirmed_by == "boss"


def test_a_new_picture_ends_it(human):
    statement = human.statements.get()
    services.confirm_drawn(statement, by="boss", **HOW)
    human.portrait.save("other.png", ContentFile(b"another picture"), save=True)
    human = DigitalHuman.objects.get()
    assert human.statements.get().state == "void"
    assert refused(services.request_render, human, "你好") == "consent_missing"
    assert refused(services.confirm_drawn, statement, by="boss", **HOW) == "nothing_to_confirm"


@pytest.mark.databases
def test_the_database_keeps_one_person_from_confirming_alone(human):
    for values in ({"confirmed_by": "hr", "evidence_link": "https://example.com/"}, {"confirmed_by": "boss"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Statement.objects.update(confirmed_at=human.created_at, **values)


@pytest.mark.parametrize("reason", [".", "\u200b", "aaaa", " "])
def test_a_full_stop_is_no_reason(reason):
    human = factories.make_digital_human(origin="photograph")
    assert refused(services.declare_drawn, human, by="hr", reason=reason, photographic=True) == "reason_missing"
    voice = factories.make_voice(engine="gpt_sovits", origin="cloned")
    assert refused(services.declare_synthetic, voice, by="hr", reason=reason) == "reason_missing"


# ---- statements of before the update


def test_what_was_declared_before_is_shown_until_it_is_measured():
    human = factories.make_digital_human(portrait=PHOTOGRAPH.read_bytes())
    assert human.statements.get().looks_photographed is None
    render = services.request_render(human, "你好")
    assert DrawnFaces().run().code == "statement_unmeasured"
    assert services.measure_pictures() == 1
    assert refused(services.request_render, human, "你好") == "statement_unconfirmed"
    assert refused(services.check_consent, Render.objects.get(pk=render.pk)) == "statement_unconfirmed"
    assert not Render.objects.filter(services.allowed_renders()).exists()
    found = DrawnFaces().run()
    assert (found.code, human.name in found.words) == ("statement_unconfirmed", True)
    assert "second person" in found.remedy


def test_drawings_are_measured_once_and_go_on():
    human = factories.make_digital_human(portrait=drawings.png("xiao"))
    assert [services.measure_pictures(), services.measure_pictures()] == [1, 0]
    assert human.statements.get().looks_photographed is False
    assert services.request_render(human, "你好")
    assert DrawnFaces().run().level == "good"


def test_a_render_that_waits_ends_in_words_once_it_is_measured():
    human = factories.make_digital_human(portrait=PHOTOGRAPH.read_bytes())
    render = services.request_render(human, "你好")
    services.measure_pictures()
    render_worker.render_next()
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "statement_unconfirmed")
    assert "second person" in render.advice


def test_a_picture_that_cannot_be_measured_counts_as_a_photograph():
    human = factories.make_digital_human(portrait=b"no picture")
    services.measure_pictures()
    assert human.statements.get().state == "unconfirmed"


# ---- who may be the second person, where programs state and bring pictures too

PARTIES = {
    "hr": None,
    "program of hr": ActingClient(key=1, name="OA"),
    "program of boss": ActingClient(key=2, name="CMS"),
    "program of the command line": ActingClient(key=3, name="cron"),
}
CONFIRM = ("hr", "boss", "third", "program of third")
STANDS_BEHIND = {"hr": "hr", "program of hr": "hr", "program of boss": "boss"}


@pytest.mark.parametrize("confirms", CONFIRM)
def test_the_second_person_stands_behind_nothing_that_the_first_did(confirms, accounts):
    human = factories.make_digital_human(origin="photograph")
    for way, brings, states in product(("picture", "video"), PARTIES, PARTIES):
        statement = stated(human, way=way, brings=brings, states=states, accounts=accounts)
        case = (way, brings, states)
        if confirms == "program of third":
            with acts(ActingClient(key=9, name="other", holder=accounts["third"].pk, may_approve=True)):
                assert refused(services.confirm_drawn, statement, by="other", **HOW) == "person_needed", case
        elif confirms in {STANDS_BEHIND.get(states), STANDS_BEHIND.get(brings)}:
            assert refused(services.confirm_drawn, statement, by=confirms.upper(), **HOW) == "same_person", case
        else:
            assert services.confirm_drawn(statement, by=confirms, **HOW).state == "holds", case
            continue
        assert human.statements.get().state == "unconfirmed", case


def stated(human: DigitalHuman, *, way: str, brings: str, states: str, accounts: dict[str, User]) -> Statement:
    """What one party states about the picture that another, or the same, has brought."""
    human.statements.all().delete()
    human.portrait_videos.all().delete()
    human.portrait_by, human.portrait_holder_id = "", None
    with as_party(brings, accounts) as name:
        if way == "picture":
            human.portrait_by, human.portrait_holder_id = name, holder_key()
        else:
            PortraitVideo.objects.create(digital_human=human, requested_by=name, still=str(human.portrait.name))
    human.save()
    with as_party(states, accounts) as name:
        statement = services.declare_drawn(human, by=name, reason="Made by a program.", photographic=True)
    client = PARTIES[states]
    assert statement.client == (client.name if client else "")
    return statement


@pytest.fixture
def accounts() -> dict[str, User]:
    return {name: User.objects.create_user(name) for name in ("hr", "boss", "third")}


@contextmanager
def as_party(party: str, accounts: dict[str, User]) -> Iterator[str]:
    """The name by which a person or a program stands in the record of what it does."""
    client = PARTIES[party]
    holder = accounts.get(STANDS_BEHIND.get(party, ""))
    with acts(replace(client, holder=holder.pk if holder else None) if client else None):
        yield client.name if client else party
