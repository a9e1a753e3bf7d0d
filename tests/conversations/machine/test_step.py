"""Steps of the flow machine: pure, so a conversation is a list of lines."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.effects import Ask, MakeVideo, Notify, Say
from conversations.machine.kinds.ask import AskNode
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.notices import Notice
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.step import step
from conversations.machine.values import Machine
from core.text.slot_values import Slot, SlotType
from tests.conversations.support.machines import QUALITY, video_machine

TODAY = date(2026, 11, 25)


class Talk:
    """Steps a machine and keeps where it is."""

    def __init__(self, machine: Machine, **given: str) -> None:
        self.machine = machine
        self.place = Place(given=given)
        self.heard = self.does(Act.START)

    def does(self, act: Act, text: str = "") -> list[object]:
        result = step(self.machine, self.place, act, text, today=TODAY)
        self.place = result.place
        self.heard = list(result.effects)
        return self.heard

    def says(self, text: str) -> list[object]:
        return self.does(Act.SAY, text)


def test_the_guides_conversation_runs_from_question_to_video():
    talk = Talk(video_machine())
    assert talk.heard == [Ask(text="请发送视频文本。")]
    assert talk.says("欢迎加入！") == [Ask(text="“欢迎加入！”要多清晰？", choices=QUALITY)]
    assert talk.says("3") == [MakeVideo(text="欢迎加入！", mode="enhanced_talking_head"), Say(text="好了。")]
    assert talk.place.outcome == Outcome.COMPLETED


def test_a_guard_chooses_the_way_and_a_label_is_shown_in_words():
    talk = Talk(video_machine())
    talk.says("你好")
    assert talk.does(Act.CHOOSE, "lipsync")[0] == Say(text="基础很快。")


def test_wrong_answers_are_asked_again_until_the_fallback():
    talk = Talk(video_machine())
    talk.says("你好")
    assert talk.says("最好的") == [Notify(notice=Notice.NOT_VALID), Ask(text="“你好”要多清晰？", choices=QUALITY)]
    assert talk.says("随便") == [Say(text="请找人事。"), Say(text="好了。"), Notify(notice=Notice.KEPT)]
    assert (talk.place.outcome, talk.place.at) == (Outcome.GAVE_UP, "ask_quality")
    assert talk.place.slots == {"text": "你好"}


def test_without_a_way_out_the_flow_ends_in_plain_words():
    talk = Talk(video_machine())
    for _ in range(2):
        assert talk.says("很长" * 20)[0] == Notify(notice=Notice.NOT_VALID)
    assert talk.says("很长" * 20) == [Notify(notice=Notice.GAVE_UP)]
    assert talk.place.outcome == Outcome.GAVE_UP


def test_a_retry_text_stands_for_the_question_unless_there_are_choices():
    slot = Slot(name="age", type=SlotType.NUMBER, retry_text="请写数字。")
    machine = video_machine(nodes=(AskNode(key="ask_text", name="年龄", text="几岁？", slot=slot),))
    assert Talk(machine).says("不告诉你") == [Say(text="请写数字。")]


def test_the_last_answer_is_thanked_for_if_nothing_else_is_said():
    asks = AskNode(key="ask_text", name="年龄", text="几岁？", slot=Slot(name="age"))
    talk = Talk(video_machine(nodes=(asks,)))
    assert talk.says("18") == [Notify(notice=Notice.DONE)]
    assert talk.place.outcome == Outcome.COMPLETED
    silent = (
        replace(asks, edges=(Edge(to="bye"),)),
        EndNode(
            key="bye",
            name="完",
        ),
    )
    assert Talk(video_machine(nodes=silent)).says("18") == []


def test_a_right_answer_forgets_the_wrong_ones():
    talk = Talk(video_machine())
    talk.says("很长" * 20)
    talk.says("你好")
    assert talk.place.tries == 0


def test_back_takes_the_last_answer_away_and_asks_for_it_again():
    talk = Talk(video_machine())
    talk.says("你好")
    assert talk.does(Act.BACK) == [Ask(text="请发送视频文本。")]
    assert talk.place.slots == {}
    assert talk.does(Act.BACK) == [Notify(notice=Notice.AT_START), Ask(text="请发送视频文本。")]


def test_restart_keeps_only_what_the_session_began_with():
    talk = Talk(video_machine(), text="你好")
    assert talk.heard == [Ask(text="“你好”要多清晰？", choices=QUALITY)]
    talk.does(Act.RESTART)
    assert talk.place.slots == {"text": "你好"}
    assert talk.place.at == "ask_quality"


def test_an_initial_value_that_does_not_fit_is_asked_for():
    assert Talk(video_machine(), text="很长" * 20).heard == [Ask(text="请发送视频文本。")]


def test_an_initial_value_is_skipped_once_and_asked_on_return():
    first, second, *others = video_machine().nodes
    back = Edge(to="ask_text", guard=Guard(slot="quality", operator=Operator.IS, value="lipsync"))
    machine = video_machine(nodes=(first, replace(second, edges=(back, *second.edges)), *others))
    talk = Talk(machine, text="你好", quality="lipsync")
    assert talk.heard == [Ask(text="请发送视频文本。")]
    assert talk.place.at == "ask_text"


def test_a_long_flow_may_say_more_than_fifty_things_in_a_row():
    says = [
        SayNode(key=f"say{number}", name="说", text="嗯。", edges=(Edge(to=f"say{number + 1}"),))
        for number in range(60)
    ]
    talk = Talk(
        video_machine(
            nodes=(
                *says,
                EndNode(
                    key="say60",
                    name="完",
                ),
            ),
            start="say0",
        )
    )
    assert len(talk.heard) == 60
    assert talk.place.outcome == Outcome.COMPLETED


def test_help_and_a_reminder_leave_the_answer_open():
    talk = Talk(video_machine())
    assert talk.does(Act.HELP) == [Notify(notice=Notice.HELP), Ask(text="请发送视频文本。")]
    assert talk.does(Act.REMIND) == [Notify(notice=Notice.REMINDER)]
    assert talk.place.reminded
    talk.says("你好")
    assert not talk.place.reminded
    assert talk.place.at == "ask_quality"


def test_cancel_and_silence_end_it_and_resume_asks_again():
    talk = Talk(video_machine())
    assert talk.does(Act.CANCEL) == [Notify(notice=Notice.CANCELLED)]
    assert talk.place.outcome == Outcome.CANCELLED
    talk = Talk(video_machine())
    talk.says("你好")
    talk.does(Act.EXPIRE)
    assert talk.place.outcome == Outcome.EXPIRED
    assert talk.does(Act.RESUME) == [Ask(text="“你好”要多清晰？", choices=QUALITY)]
    assert talk.place.outcome is None


def test_silence_takes_the_edge_that_was_drawn_for_it():
    machine = video_machine()
    first = machine.nodes[0]
    machine = replace(
        machine, nodes=(replace(first, edges=(*first.edges, Edge(to="sorry", on=On.EXPIRED))), *machine.nodes[1:])
    )
    talk = Talk(machine)
    assert talk.does(Act.EXPIRE) == [Say(text="请找人事。"), Say(text="好了。"), Notify(notice=Notice.KEPT)]
    assert (talk.place.outcome, talk.place.at) == (Outcome.EXPIRED, "ask_text")


def test_what_people_write_is_never_read_as_a_placeholder():
    talk = Talk(video_machine())
    assert talk.says("{{quality}}")[0] == Ask(text="“{{quality}}”要多清晰？", choices=QUALITY)


def test_a_flow_that_talks_in_circles_fails_in_plain_words():
    round_about = SayNode(key="ask_text", name="绕", text="嗯。", edges=(Edge(to="ask_text"),))
    talk = Talk(video_machine(nodes=(round_about,)))
    assert talk.heard[-1] == Notify(notice=Notice.FAILED)
    assert talk.place.outcome == Outcome.FAILED


def test_a_place_that_the_version_does_not_have_fails_in_plain_words():
    result = step(video_machine(), Place(at="gone"), Act.SAY, "你好", today=TODAY)
    assert result.effects == (Notify(notice=Notice.FAILED),)


def test_a_machine_survives_the_way_through_json():
    machine = video_machine()
    assert Machine.from_json(json.loads(json.dumps(machine.to_json()))) == machine
    with pytest.raises(ValueError, match="format"):
        Machine.from_json({**machine.to_json(), "format": 99})


ACTS = st.tuples(st.sampled_from(Act), st.sampled_from(["", "1", "你好", "基础", "很长" * 20, "{{text}}"]))


@given(st.lists(ACTS, max_size=25))
def test_every_step_leaves_a_question_open_or_ends_with_an_outcome(acts):
    talk = Talk(video_machine())
    for act, text in acts:
        talk.does(act, text)
        assert talk.heard
        if talk.place.outcome is not None:
            break
        node = talk.machine.node(talk.place.at)
        assert node is not None
        assert node.asks


@given(st.lists(ACTS, max_size=25))
def test_steps_from_stored_places_are_the_same_as_steps_in_memory(acts):
    talk, place = Talk(video_machine()), Place()
    place = step(video_machine(), place, Act.START, today=TODAY).place
    for act, text in acts:
        stored = json.loads(json.dumps({"slots": dict(place.slots), "path": list(place.path)}))
        again = replace(place, slots=stored["slots"], path=tuple(stored["path"]))
        place = step(Machine.from_json(video_machine().to_json()), again, act, text, today=TODAY).place
        talk.does(act, text)
        assert talk.place == place
