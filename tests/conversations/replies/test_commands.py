"""Every built-in command is dispatched under each of its names, and `/help` lists those that the member may use."""

import pytest
from django.utils import translation

from conversations import services
from conversations.delivery.causes import Cause, described
from conversations.doctor import FlowCommands
from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.machine.commands import MESSAGE, NAMED, Command, Place, act_for, commands, commands_in
from conversations.models import Flow, Message, Session
from conversations.replies.chat_commands.take import TAKE
from conversations.wording import command_texts
from core.diagnosis import Level
from openuser.demo.demo_seed import seed_menu
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.models import MenuButton

pytestmark = pytest.mark.django_db

IN_CHAT = commands_in(Place.CHAT)
UNKNOWN = described(Cause.NOTICE, notice="unknown_command")
WORD = "/stop"  # a keyword with a slash


@pytest.fixture
def operator(application) -> Person:
    operator = factories.make_operator(application, "wanggong")
    factories.make_operator_group(application, operator)
    return Person(application, "wanggong")


def causes() -> list[dict[str, str]]:
    return list(Message.objects.filter(direction=Message.Direction.OUT).values_list("cause", flat=True))


def listed(text: str) -> set[Command]:
    return {command for command in commands() if f"· {command_texts.line(command)}" in text.splitlines()}


def live(**fields: str) -> Flow:
    """A flow that is live with whatever starts it, as one that was published by an older version."""
    flow = factories.make_flow()
    services.publish(flow)
    Flow.objects.filter(pk=flow.pk).update(**fields)
    flow.refresh_from_db()
    return flow


@pytest.mark.parametrize("name", [name for command in IN_CHAT for name in command.names])
def test_every_name_of_a_command_is_dispatched(operator, name):
    assert operator.says(name) != []
    assert UNKNOWN not in causes()


@pytest.mark.parametrize("name", [name for name in NAMED if NAMED[name] not in IN_CHAT and act_for(name) is None])
def test_commands_of_a_hand_off_are_unknown_outside_of_it(operator, name):
    operator.says(name)
    assert causes() == [UNKNOWN]


@pytest.mark.parametrize("name", [name for command in IN_CHAT if command.for_operators for name in command.names])
def test_commands_of_operators_are_unknown_to_members(person, operator, name):
    person.says(f"{name} 1")
    assert causes() == [UNKNOWN]
    assert not any(name in said for said in person.says(f"{name}x"))
    assert any(name in said for said in operator.says(f"{name}x"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_help_lists_each_command_that_the_member_may_use(person, application, language):
    """Without operators nobody takes messages and tickets; with them a message can be left, and they take tickets."""
    person.says(f"/language {language[:2]}")
    with translation.override(language):
        assert listed(person.says("/help")[0]) == set(IN_CHAT) - {MESSAGE, TAKE}
        row = factories.make_operator(application, "wanggong")
        factories.make_operator_group(application, row)
        assert listed(person.says("/help")[0]) == set(IN_CHAT) - {TAKE}
        operator = Person(application, "wanggong")
        operator.says(f"/language {language[:2]}")
        assert listed(operator.says("/help")[0]) == set(IN_CHAT)


def test_help_names_the_commands_in_their_order(person):
    (text,) = person.says("/help")
    lines = [line.removeprefix("· ") for line in text.splitlines() if "/" in line]
    with translation.override("zh-hans"):
        assert lines == command_texts.lines(command for command in IN_CHAT if command not in (MESSAGE, TAKE))


@pytest.mark.parametrize("field", ["command", "triggers"])
def test_a_flow_with_a_built_in_name_is_not_published(field):
    flow = factories.make_flow()
    for name in NAMED:
        Flow.objects.filter(pk=flow.pk).update(**{field: name})
        with pytest.raises(FlowError, match=name) as refused:
            services.publish(flow)
        assert refused.value.remedy
    assert not Flow.objects.live().exists()


@pytest.mark.parametrize(
    "command", [command for command in IN_CHAT if not command.for_operators], ids=lambda command: command.name
)
def test_what_is_refused_would_never_start(person, command):
    for name in command.names:
        live(name=f"流程{name}", triggers="", command=name)
        person.says(name)
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("key", "is_error"), [("/做视频", True), ("/留言", True), ("/make now", False), ("MAKE", False)]
)
def test_a_menu_key_that_is_read_as_a_command_is_refused(person, key, is_error):
    flow = factories.make_flow(menu_key=key, command="/make")
    found = [problem for problem in publication.check(flow) if problem.code == "menu_key_is_command"]
    assert [problem.is_error for problem in found] == [True] * is_error
    Flow.objects.filter(pk=flow.pk).update(menu_key="")
    services.publish(flow)
    Flow.objects.filter(pk=flow.pk).update(menu_key=key)
    person.does("click", key)
    assert Session.objects.exists() is not is_error


def test_the_doctor_names_live_flows_whose_command_is_taken(application):
    assert FlowCommands().run().level == Level.GOOD
    live(name="留个言", triggers="留个言\n/留言")
    live(name="停", triggers="停一停", command=WORD)
    live(name="请假", triggers="请假", command="/请假")
    live(name="关着", triggers="关着", command="/take", enabled=False)
    with translation.override("zh-hans"):
        finding = FlowCommands().run()
    assert (finding.level, finding.code) == (Level.WARN, "command_reserved")
    assert all(word in finding.words for word in ("留个言", "/留言", WORD))
    assert not any(word in finding.words for word in ("请假", "关着"))
    assert finding.remedy


def test_the_buttons_of_the_demonstration_run_commands(person, application):
    seed_menu(application)
    keys = [key for key in MenuButton.objects.values_list("key", flat=True) if key.startswith("/")]
    assert len(keys) == 3
    for key in keys:
        person.does("click", key)
    assert UNKNOWN not in causes()
