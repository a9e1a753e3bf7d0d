"""Flow lint: each finding, at the right state."""

from dataclasses import replace

import pytest

from conversations.flows.lint import lint
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.values import Machine
from core.text.slot_values import Choice, Slot, SlotType
from tests.conversations.support.machines import video_machine


def changed(key: str, **changes: object) -> Machine:
    machine = video_machine()
    nodes = tuple(replace(node, **changes) if node.key == key else node for node in machine.nodes)  # type: ignore[arg-type]
    return replace(machine, nodes=nodes)


def codes(machine: Machine, **context: object) -> set[tuple[str, str, bool]]:
    found = lint(machine, **context)  # type: ignore[arg-type]
    assert all(str(problem) for problem in found)
    return {(problem.code, problem.state, problem.is_error) for problem in found}


def asks(**fields: object) -> Slot:
    return replace(Slot(name="quality", type=SlotType.CHOICE), **fields)  # type: ignore[arg-type]


def test_a_sound_flow_has_no_problems():
    assert lint(video_machine()) == []


def test_a_choice_may_be_called_what_it_is_kept_as():
    choices = (Choice(value="sales", label="Sales", words=("SALES",)), *CHOICES[:1])
    assert "same_choice" not in {code for code, *_ in codes(changed("ask_quality", slot=asks(choices=choices)))}


def test_an_empty_flow_says_so():
    assert codes(video_machine(nodes=())) == {("empty", "", True)}


GUARD = Guard(slot="nothing", operator=Operator.IS, value="x")
CHOICES = tuple(Choice(value=f"v{number}", label=f"选项{number}") for number in range(21))
FAULTS = [
    (changed("ask_text", text=" "), ("no_text", "问文本", True)),
    (changed("plain", text="很" * 700), ("text_too_long", "快速", True)),
    (changed("ask_text", slot=Slot(name="")), ("no_slot", "问文本", True)),
    (changed("ask_text", slot=Slot(name="text", minimum=5, maximum=4)), ("bounds", "问文本", True)),
    (changed("ask_text", slot=Slot(name="quality")), ("slot_kinds", "问文本", True)),
    (changed("ask_quality", slot=asks(choices=CHOICES[:1])), ("no_choices", "问清晰度", True)),
    (changed("ask_quality", slot=asks(choices=(*CHOICES[:2], CHOICES[0]))), ("same_choice", "问清晰度", True)),
    (changed("ask_quality", slot=asks(choices=CHOICES)), ("too_many_buttons", "问清晰度", False)),
    *(
        (
            changed("ask_quality", slot=asks(choices=(*CHOICES[:count], Choice(value="x", label="很长" * length)))),
            ("button_too_long", "问清晰度", False),
        )
        for count, length in ((2, 6), (6, 8))
    ),
    *(
        (
            changed("ask_quality", slot=asks(choices=(*CHOICES[:2], Choice(value="x", label=label)))),
            ("reserved", "问清晰度", True),
        )
        for label in ("取消", "結束")
    ),
    (changed("ask_text", edges=(Edge(to="video", guard=GUARD),)), ("uncovered", "问文本", True)),
    (changed("ask_text", edges=(Edge(to="video"), Edge(to="bye"))), ("hidden", "问文本", True)),
    (changed("video", edges=(Edge(to="bye"), Edge(to="bye", on=On.RETRIES))), ("not_asking", "制作", False)),
    (changed("ask_text", edges=(Edge(to="video", guard=GUARD), Edge(to="bye"))), ("unknown_slot", "问文本", True)),
    (changed("bye", text="{{nobody}}"), ("unknown_slot", "结束", True)),
    (changed("ask_quality", edges=(Edge(to="video"),)), ("unreachable", "抱歉", True)),
    (changed("video", edges=(Edge(to="video"),)), ("circle", "制作", True)),
    (changed("ask_text", slot=Slot(name="text", maximum=0)), ("bounds", "问文本", True)),
    (changed("ask_text", remind_after=60), ("late_reminder", "问文本", False)),
    (
        changed("ask_quality", slot=asks(choices=(*CHOICES[:2], Choice(value="x", label="第一")))),
        ("number_choice", "问清晰度", False),
    ),
    (
        changed("ask_text", edges=(Edge(to="ask_quality"), Edge(to="ask_text", on=On.EXPIRED))),
        ("nagging", "问文本", True),
    ),
    (changed("video", edges=(Edge(to="nowhere"),)), ("unknown_state", "制作", True)),
    *((changed("bye", text=text), ("bad_placeholder", "结束", True)) for text in ("{{Text}}", "{{text", "text }}")),
]


@pytest.mark.parametrize(("machine", "problem"), FAULTS, ids=lambda value: value[0] if isinstance(value, tuple) else "")
def test_each_fault_is_named_with_its_place(machine, problem):
    assert problem in codes(machine)


def test_a_guard_waits_only_for_choices_that_exist():
    guard = Guard(slot="quality", operator=Operator.IS, value="ultra")
    machine = changed(
        "ask_quality", edges=(Edge(to="plain", guard=guard), Edge(to="video"), Edge(to="sorry", on=On.RETRIES))
    )
    assert ("unknown_choice", "问清晰度", True) in codes(machine)


def test_guards_that_name_every_choice_need_no_other_way():
    values = ("lipsync", "enhanced_lipsync", "enhanced_talking_head")
    edges = tuple(Edge(to="video", guard=Guard(slot="quality", operator=Operator.IS, value=value)) for value in values)
    machine = changed("ask_quality", edges=(*edges, Edge(to="sorry", on=On.RETRIES)))
    assert not {problem for problem in codes(machine) if problem[0] == "uncovered"}


def test_problems_name_steps_and_labels_but_no_keys():
    wrong = [str(problem) for machine, _problem in FAULTS for problem in lint(machine)]
    inside = [key for key in ("ask_", "slot", "state", "node", "edge") if any(key in words for words in wrong)]
    assert inside == []


@pytest.mark.parametrize("keyword", ["取消", "結束", "/help"])
def test_a_trigger_does_not_mean_something_already(keyword):
    assert codes(video_machine(), triggers=[keyword, "制作视频"]) == {("reserved", "", True)}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("/video", "command_reserved"),
        ("/取消", "command_reserved"),
        ("/stop", "command_reserved"),
        ("/結束", "command_reserved"),
        ("/on入职", "command_unreadable"),
        ("/create!", "command_unreadable"),
        ("/on-boarding", None),
        ("/制作", None),
        ("/create2", None),
    ],
)
def test_a_command_can_be_written_and_is_nobody_elses(command, code):
    assert {found for found, *_ in codes(video_machine(), commands=[command])} == ({code} if code else set())


def test_a_way_out_of_silence_that_ends_is_no_nagging():
    machine = changed("ask_text", edges=(Edge(to="ask_quality"), Edge(to="sorry", on=On.EXPIRED)))
    assert lint(machine) == []


def test_an_end_may_be_silent():
    assert lint(changed("bye", text="")) == []
