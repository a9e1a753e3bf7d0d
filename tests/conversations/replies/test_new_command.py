"""A command that this module alone declares is dispatched, listed, refused to flows, and missed in the documents."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from conversations import services
from conversations.delivery.messages import say
from conversations.doctor import FlowCommands
from conversations.exceptions import FlowError
from conversations.machine import commands
from conversations.machine.commands import Command, command_named, declare
from conversations.models import Conversation, Flow
from conversations.replies.chat_commands.registry import ACTS
from conversations.wording import command_texts
from core.diagnosis import Level
from tests.conversations.machine.test_commands import missing_rows
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def echo(monkeypatch) -> Iterator[Command]:
    """The declaration and the act, as a module of `replies.chat_commands` has them."""
    monkeypatch.setattr(commands, "NAMED", dict(commands.NAMED))
    command = declare(Command(names=("/echo", "/回声"), line="/echo <text> – hear your text again", order=15))

    @ACTS.of(command)
    def repeat(conversation: Conversation, args: str, cid: str) -> None:
        say(conversation, args or "…", cid=cid)

    yield command
    del ACTS[command]


@pytest.mark.parametrize("name", ["/echo", "/回声", "/ECHO", "／回声"])
def test_a_new_command_is_dispatched(person, name):
    assert person.says(f"{name} abc") == ["abc"]


def test_a_new_command_is_suggested_for_a_typing_error(person):
    assert any("/echo" in said for said in person.says("/echoo"))


def test_help_lists_a_new_command_in_its_place(person, echo):
    person.says("/language english")
    lines = person.says("/help")[0].splitlines()
    at = lines.index(f"· {echo.line}")
    assert (lines[at - 1].split()[1], lines[at + 1].split()[1]) == ("/cancel", "/human")


@pytest.mark.parametrize("field", ["command", "triggers"])
@pytest.mark.parametrize("name", ["/echo", "/回声"])
def test_a_flow_with_the_name_of_a_new_command_is_refused(echo, field, name):
    flow = factories.make_flow()
    Flow.objects.filter(pk=flow.pk).update(**{field: name})
    with translation.override("en"), pytest.raises(FlowError, match=name) as refused:
        services.publish(flow)
    assert command_texts.line(echo) in str(refused.value)


def test_the_doctor_names_flows_that_a_new_command_silences():
    flow = factories.make_flow()
    services.publish(flow)
    Flow.objects.filter(pk=flow.pk).update(triggers="回一声\n/回声")
    assert FlowCommands().run().level == Level.WARN


def test_the_documents_lack_the_row_of_a_new_command(echo):
    assert missing_rows() == ["| `/echo` `/回声` | hear your text again | in the chat |"]
    assert command_named("/回声") == echo
