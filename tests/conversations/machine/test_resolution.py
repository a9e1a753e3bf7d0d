"""What an answer means, without rows: one value, one of several, or none."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conversations.machine.edges import Edge
from conversations.machine.effects import Ask, Notify, Say
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.notices import Notice
from conversations.machine.places import Act, Offer, Place
from conversations.machine.resolution import Resolution, resolve
from conversations.machine.step import step
from conversations.machine.values import Machine
from core.text.slot_values import Slot, SlotType

TODAY = date(2026, 11, 25)
WHO = Slot(name="who", type=SlotType.MEMBER, retries=1)
TWO = (
    Offer(value="wang1", label="王芳 · 销售部", name="王芳"),
    Offer(value="wang2", label="王芳 · 研发部", name="王芳"),
)
MACHINE = Machine(
    name="转交",
    language="zh-hans",
    start="ask",
    nodes=(
        AskNode(key="ask", name="问谁", text="交给谁？", slot=WHO, edges=(Edge(to="bye"),)),
        EndNode(key="bye", name="结束", text="好，交给{{who.label}}（{{who}}）。"),
    ),
)
TEXTS = st.text(max_size=30)
RESOLUTIONS = st.builds(
    Resolution,
    said=TEXTS,
    value=st.none() | TEXTS,
    label=TEXTS,
    offered=st.lists(st.builds(Offer, value=TEXTS, label=TEXTS, name=TEXTS), max_size=5).map(tuple),
    words=TEXTS,
)


def take(place: Place, act: Act, text: str = "") -> tuple[Place, tuple[object, ...]]:
    result = step(MACHINE, place, act, text, today=TODAY)
    return result.place, result.effects


def asked(**found: Any) -> tuple[Place, tuple[object, ...]]:
    place, _effects = take(Place(), Act.START)
    return take(place, Act.ANSWER, Resolution(said="王芳", **found).to_text())


@given(RESOLUTIONS)
def test_a_resolution_reads_back_as_it_was_written(found):
    assert Resolution.from_text(found.to_text()) == found


@given(st.text())
def test_any_other_text_is_no_answer(text):
    assert not resolve(WHO, (), Act.ANSWER, text, today=TODAY, now=None).is_answer


@given(RESOLUTIONS, st.sampled_from(list(SlotType)))
def test_a_looked_up_value_that_does_not_fit_is_not_kept(found, kind):
    slot = Slot(name="x", type=kind)
    kept = resolve(slot, (), Act.ANSWER, found.to_text(), today=TODAY, now=None).value
    assert kept is None or slot.parse(kept, today=TODAY) == kept == found.value


def test_one_member_answers_and_texts_have_the_name():
    place, effects = asked(value="lilei", label="李雷")
    assert (place.slots, place.labels) == ({"who": "lilei"}, {"who": "李雷"})
    assert effects == (Say(text="好，交给李雷（lilei）。"),)


def test_several_are_asked_back_and_a_number_or_tap_chooses():
    for act, text in ((Act.SAY, "2"), (Act.SAY, "王芳 · 研发部"), (Act.CHOOSE, "wang2")):
        place, effects = asked(offered=TWO, words="哪一位？")
        assert effects == (Ask(text="哪一位？", choices=tuple(one.choice for one in TWO)),)
        assert (place.at, place.tries, place.offered) == ("ask", 0, TWO)
        place, effects = take(place, act, text)
        assert (place.slots, place.offered) == ({"who": "wang2"}, ())
        assert effects == (Say(text="好，交给王芳（wang2）。"),)


def test_asking_back_again_and_again_comes_to_an_end():
    place, _effects = asked(offered=TWO, words="哪一位？")
    for _ in range(2):
        place, _effects = take(place, Act.ANSWER, Resolution(said="王芳", offered=TWO, words="哪一位？").to_text())
    assert place.outcome is not None


def test_no_member_of_that_name_is_a_miss_with_a_hint():
    place, (told, again) = asked()
    assert (told, again) == (Notify(notice=Notice.NOT_A_MEMBER), Ask(text="交给谁？"))
    assert place.tries == 1


def test_a_button_that_was_not_offered_answers_nothing():
    place, _effects = take(Place(), Act.START)
    place, _effects = take(place, Act.CHOOSE, "wang2")
    assert (place.slots, place.tries) == ({}, 1)


def test_back_and_a_new_value_forget_the_name():
    place = Place(at="ask", slots={"who": "lilei"}, labels={"who": "李雷"})
    assert place.without("who").known == {}
    assert place.keeping({"who": "hanmei"}).known == {"who": "hanmei"}
    assert place.known == {"who": "lilei", "who.label": "李雷"}
