"""The built-in commands: their names, the acts that are bound to them, and their lines in the texts and documents."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from conversations.flows.lint import lint
from conversations.handoff import member_turns, operator_turns
from conversations.machine.commands import NAMED, Command, Place, command_named, commands, declare
from conversations.replies.chat_commands import registry
from conversations.wording import command_texts
from tests.conversations.support.machines import video_machine
from tests.support.paths import ROOT

ACTS = {Place.CHAT: registry.ACTS, Place.HANDOFF: member_turns.ACTS, Place.OPERATOR: operator_turns.ACTS}
WRITTEN = re.compile(r"(?<![\w>/])/([a-z]+|[\u4e00-\u9fff]+)(?![\w/])")
README = (ROOT / "conversations/README.md").read_text(encoding="utf-8")
TABLE = (
    README.partition("| command | what it does | where |\n| --- | --- | --- |\n")[2].partition("\n\n")[0].splitlines()
)
COMMANDS = commands()
WHERE = {
    Place.CHAT: "in the chat",
    Place.HANDOFF: "while waiting for a person, or with one",
    Place.OPERATOR: "on the phone of an operator who answers",
}


def texts(path: Path) -> Iterator[str]:
    """The strings of a module, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return (text for text in strings if text not in docstrings)


def missing_rows() -> list[str]:
    """The rows of commands that the README's table lacks."""
    return [line for line in map(row, commands()) if line not in TABLE]


def row(command: Command) -> str:
    """The row of a command in the README's table."""
    who = "; operators only" if command.for_operators else ""
    names = " ".join(f"`{name}`" for name in command.names)
    does = command.line.partition(" – ")[2]
    return f"| {names} | {does} | {', '.join(WHERE[place] for place in command.places)}{who} |"


def test_no_two_commands_share_a_name():
    names = Counter(name for command in COMMANDS for name in command.names)
    assert [name for name, times in names.items() if times > 1] == []
    assert set(names) == set(NAMED)
    with pytest.raises(ValueError, match="/status"):
        declare(Command(names=("/state", "/status"), line="/state – another one"))
    assert command_named("/state") is None


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_has_an_english_and_a_chinese_name(command):
    assert {name.isascii() for name in command.names} == {True, False}
    assert command.name.isascii()
    assert all(re.fullmatch(r"/\w+", name) and name == name.lower() for name in command.names)


@pytest.mark.parametrize("place", Place)
def test_each_command_has_one_act_at_each_of_its_places(place):
    assert set(ACTS[place]) == {command for command in COMMANDS if place in command.places}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_line_of_a_command_begins_with_its_name(command, language):
    with translation.override(language):
        line = command_texts.line(command)
    assert WRITTEN.findall(line)[0] in [name[1:] for name in command.names]
    assert (line == command.line) == (language == "en")


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize(
    "written", [str, str.upper, lambda name: name.replace("/", "／")], ids=["as is", "upper", "wide"]
)
def test_a_flow_cannot_have_a_built_in_name(name, written):
    """Neither as its command, in any case and width, nor among the words that start it."""
    command = written(name)
    (problem, *_) = lint(video_machine(), commands=[command])
    assert (problem.code, problem.is_error) == ("command_reserved", True)
    assert command in problem.words
    assert command_texts.line(NAMED[name]) in problem.words
    assert [problem.code for problem in lint(video_machine(), triggers=[command])] == ["reserved"]


def test_names_are_known_in_any_width():
    assert command_named("／ＴＡＫＥ") is command_named("/接单")
    assert command_named("/takes") is None


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "path",
    [*sorted((ROOT / "conversations/wording").glob("*.py")), ROOT / "openuser/demo/demo_seed.py"],
    ids=lambda path: path.stem,
)
def test_texts_name_no_command_that_is_not_there(path, language):
    with translation.override(language):
        said = [translation.gettext(text) for text in texts(path) if text]
    assert {f"/{name}" for text in said for name in WRITTEN.findall(text)} - set(NAMED) == set()


def test_commands_in_texts_are_found():
    path = ROOT / "conversations/wording/handoff_texts.py"
    assert {"bot", "take"} <= {name for text in texts(path) for name in WRITTEN.findall(text)}


def test_the_readme_has_a_row_for_each_command():
    assert missing_rows() == []
    assert [row(command) for command in COMMANDS] == TABLE
