"""Plans at a publication: sessions stay, end at a date, or go on in the new version with what was answered."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.exceptions import FlowError, SessionMoved
from conversations.flows import publication
from conversations.machine.places import Act
from conversations.models import Message, MoveBatch, Session, SessionMove, SessionPlan, State, Ticket
from conversations.services import StateChoice
from conversations.sessions import moves, plans, runner
from tests.conversations.support.at_once import at_once
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.models import Member

pytestmark = pytest.mark.django_db(transaction=True)
Choice, Outcome = SessionPlan.Choice, SessionMove.Outcome
MOVE = StateChoice(state="ask_quality", choice=Choice.MOVE, target="ask_form")


@pytest.fixture
def flow(application):
    flow = factories.make_flow(name="制作视频", command="/制作")
    services.publish(flow)
    flow.refresh_from_db()
    return flow


@pytest.fixture
def waiting(application, flow) -> list[Person]:
    """Twelve members who are asked for the quality."""
    people = [Person(application, f"member{number}") for number in range(12)]
    for person in people:
        talk = services.conversation_with(person.user_id, application=application)
        session = services.start_flow(talk, flow, cid=person.user_id)
        runner.advance(session, Act.SAY, "欢迎加入", cid=f"{person.user_id}-2")
        person.read()
    return people


def redraw(flow) -> None:
    """The state in which they wait is gone; another one asks for the same with other words."""
    flow.states.filter(key="ask_quality").update(key="ask_form", name="问形式", text="“{{text}}”要哪种形式？")


def outcomes() -> dict[str, int]:
    values = list(SessionMove.objects.values_list("outcome", flat=True))
    return {value: values.count(value) for value in set(values)}


def test_who_is_in_a_removed_state_is_shown(flow, waiting):
    redraw(flow)
    (found,) = plans.impacts(flow, publication.draft(flow))
    assert (found.state, found.count, found.is_gone, found.suggested) == ("ask_quality", 12, True, "")
    assert found.lost == ()
    assert dict(found.targets)["ask_form"] == "问形式"


def test_without_a_plan_they_finish_their_version(flow, waiting):
    redraw(flow)
    services.publish(flow)
    assert waiting[0].says("2")[-1] == "做好就发给你。"
    assert SessionPlan.objects.get().choice == Choice.PIN
    assert not MoveBatch.objects.exists()


@pytest.mark.databases
def test_twelve_go_on_in_the_new_version_with_their_answers(flow, waiting):
    redraw(flow)
    version = services.publish_planned(flow, plan=[MOVE]).version
    moves.move_sessions(MoveBatch.objects.get().pk)
    assert outcomes() == {Outcome.MOVED: 12}
    assert set(Session.objects.values_list("version", "state")) == {(version.pk, "ask_form")}
    told = waiting[3].read()
    assert told[-1].startswith("“欢迎加入”要哪种形式？")
    assert waiting[3].says("2")[-1] == "做好就发给你。"
    assert Session.objects.filter(status="completed").get().slots == {"text": "欢迎加入", "quality": "enhanced_lipsync"}


def test_a_question_with_the_same_words_is_not_asked_again(flow, waiting):
    flow.states.filter(key="ask_quality").update(key="ask_form")
    services.publish_planned(flow, plan=[MOVE])
    moves.move_sessions(MoveBatch.objects.get().pk)
    assert waiting[0].read() == []
    assert waiting[0].taps("lipsync")[-1] == "做好就发给你。"


def test_answers_without_a_place_are_named_and_go(flow, waiting):
    redraw(flow)
    flow.states.filter(key="ask_text").update(slot="words")
    State.objects.filter(flow=flow).exclude(key="ask_text").update(text="x")
    (found,) = plans.impacts(flow, publication.draft(flow))
    assert found.lost == ("text",)
    services.publish_planned(flow, plan=[MOVE])
    moves.move_sessions(MoveBatch.objects.get().pk)
    assert SessionMove.objects.first().lost == ["text"]
    assert Session.objects.first().slots == {}


@pytest.mark.databases
def test_who_answers_meanwhile_is_answered_first(flow, waiting):
    redraw(flow)
    services.publish_planned(flow, plan=[MOVE])
    written = waiting[0].writes("2")
    batch = MoveBatch.objects.get()
    moves.move_sessions(batch.pk)
    assert outcomes() == {Outcome.MOVED: 11, Outcome.WAITING: 1}
    batch.refresh_from_db()
    assert (batch.status, batch.reason) == ("queued", MoveBatch.Reason.ANSWERS)
    waiting[0].handles(written)
    moves.move_sessions(batch.pk, now=timezone.now() + timedelta(minutes=1))
    assert outcomes() == {Outcome.MOVED: 11, Outcome.OVER: 1}


@pytest.mark.databases
def test_a_kill_in_between_goes_on_where_it_was(flow, waiting):
    redraw(flow)
    services.publish_planned(flow, plan=[MOVE])
    batch = MoveBatch.claim(MoveBatch.objects.get().pk)
    for pk in list(batch.moves.values_list("pk", flat=True))[:5]:
        assert moves.settle(pk, timezone.now())
    MoveBatch.objects.update(lease_until=timezone.now() - timedelta(days=1))
    moves.move_sessions(batch.pk)
    assert outcomes() == {Outcome.MOVED: 12}
    assert [len([words for words in one.read() if "更新" in words]) for one in waiting] == [1] * 12


@pytest.mark.databases
def test_what_is_settled_is_not_settled_again(flow, waiting):
    redraw(flow)
    services.publish_planned(flow, plan=[MOVE])
    first = SessionMove.objects.first()
    assert moves.settle(first.pk, timezone.now())
    Session.objects.filter(pk=first.session_id).update(version=first.version)
    with pytest.raises(SessionMoved):
        moves.settle(first.pk, timezone.now())


@pytest.mark.databases
def test_two_workers_at_once_move_each_session_once(flow, waiting):
    redraw(flow)
    services.publish_planned(flow, plan=[MOVE])
    batch = MoveBatch.objects.get()
    at_once(*[lambda: moves.move_sessions(batch.pk)] * 2)
    assert outcomes() == {Outcome.MOVED: 12}
    assert [len([words for words in one.read() if "更新" in words]) for one in waiting] == [1] * 12


@pytest.mark.databases
def test_at_the_date_those_who_are_left_are_told(flow, waiting):
    redraw(flow)
    until = timezone.now() + timedelta(hours=2)
    services.publish_planned(
        flow, plan=[StateChoice(state="ask_quality", choice=Choice.FINISH, finish_by=until, text="到此为止。")]
    )
    batch = MoveBatch.objects.get()
    moves.move_sessions(batch.pk)
    assert outcomes() == {Outcome.WAITING: 12}
    waiting[0].says("2")
    moves.move_sessions(batch.pk, now=until)
    assert outcomes() == {Outcome.ENDED: 11, Outcome.OVER: 1}
    assert waiting[5].read()[-1] == "到此为止。"
    assert not Session.objects.active().exists()


def test_members_are_told_once_before_the_date(flow, waiting):
    until = timezone.now() + timedelta(days=3)
    soon, dusk = until - timedelta(hours=24), until - timedelta(hours=1)
    Member.objects.filter(user_id="member1").update(language="en")
    waiting[2].says("2")
    services.publish_planned(
        flow, plan=[StateChoice(state="ask_quality", choice=Choice.FINISH, finish_by=until, tell_hours=24)]
    )
    batch = MoveBatch.objects.get()
    moves.move_sessions(batch.pk, now=soon - timedelta(minutes=1))
    assert waiting[0].read() == []
    written = waiting[0].writes("再想想")
    moves.move_sessions(batch.pk, now=soon)
    assert waiting[0].read() == []
    waiting[0].handles(written)
    moves.move_sessions(batch.pk, now=dusk)
    MoveBatch.objects.update(due_at=dusk)
    moves.move_sessions(batch.pk, now=dusk)
    told = [sum("之后将自动结束" in words for words in one.read()) for one in waiting]
    assert told == [1, 0, 0] + [1] * 9
    assert SessionMove.objects.exclude(told_at=None).count() == 11
    english = Message.objects.get(member__user_id="member1", content__text__startswith="There is a newer version")
    assert english.cause["notice"] == "ends_soon"
    moves.move_sessions(batch.pk, now=until)
    assert outcomes() == {Outcome.ENDED: 11}


def test_who_talks_with_a_person_is_told_afterwards(flow, waiting):
    until = timezone.now() + timedelta(hours=2)
    talk = services.conversation_with("member0", application=waiting[0].application)
    ticket = Ticket.objects.create(conversation=talk, reason="asked")
    services.publish_planned(
        flow, plan=[StateChoice(state="ask_quality", choice=Choice.FINISH, finish_by=until, tell_hours=24)]
    )
    moves.move_sessions(MoveBatch.objects.get().pk)
    assert (waiting[0].read(), len(waiting[1].read())) == ([], 1)
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", closed_at=timezone.now())
    moves.move_sessions(MoveBatch.objects.get().pk, now=timezone.now() + timedelta(minutes=2))
    assert (len(waiting[0].read()), waiting[1].read()) == (1, [])


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (StateChoice(state="ask_quality", choice=Choice.MOVE, target="nowhere"), "target_unknown"),
        (StateChoice(state="ask_quality", choice=Choice.FINISH), "date_wrong"),
        (
            StateChoice(
                state="ask_quality", choice=Choice.FINISH, finish_by=datetime.max.replace(tzinfo=UTC), tell_hours=721
            ),
            "hours_wrong",
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_names_the_step(flow, waiting, choice, code):
    redraw(flow)
    with pytest.raises(FlowError) as refused:
        services.publish_planned(flow, plan=[choice])
    assert (refused.value.code, refused.value.field) == (code, "plan.ask_quality")
    assert flow.versions.count() == 1


def test_a_dry_run_says_what_the_publication_does(flow, waiting):
    redraw(flow)
    tried = services.publish_planned(flow, plan=[MOVE], dry_run=True)
    assert flow.versions.count() == 1
    assert not MoveBatch.objects.exists()
    done = services.publish_planned(flow, plan=[MOVE])
    assert (tried.version.number, tried.changes, tried.impacts) == (done.version.number, done.changes, done.impacts)


def test_a_roll_back_takes_them_along_too(flow, waiting):
    redraw(flow)
    services.publish_planned(flow, plan=[MOVE])
    moves.move_sessions(MoveBatch.objects.get().pk)
    first = flow.versions.get(number=1)
    services.roll_back(first, plan=[StateChoice(state="ask_form", choice=Choice.MOVE, target="ask_quality")])
    moves.move_sessions(MoveBatch.objects.latest("pk").pk)
    assert set(Session.objects.values_list("version", "state")) == {(first.pk, "ask_quality")}
