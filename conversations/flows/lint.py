"""Problems of a flow, each with its state and a remedy, in the active language. Reads values, not rows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from conversations.flows.problems import Problem
from conversations.flows.rules import choices as choice_rules
from conversations.flows.succession import is_decided
from conversations.machine.commands import act_for, command_named
from conversations.machine.edges import Guard, On, Operator
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from conversations.wording import command_texts
from core.text.placeholders import MEMBER, has_stray_braces, placeholder_names
from core.text.slot_values import Choice, SlotType, fold_text
from wecom.messages import COMMAND

TEXT_BYTES = 2048  # of one message of the platform


def lint(
    machine: Machine,
    *,
    triggers: Sequence[str] = (),
    commands: Sequence[str] = (),
    silent_flows: Collection[int] = (),
) -> list[Problem]:
    """All problems, errors first. `silent_flows` are sub-flows that may end without waiting for anything."""
    if not machine.nodes:
        return [Problem(code="empty", words=_("The flow has no steps. Add one that asks or says something."))]
    problems = [problem for node in machine.nodes for rule in RULES for problem in rule(machine, node)]
    problems += [
        *_unreachable(machine),
        *_circles(machine, silent_flows),
        *_reserved(triggers),
    ]
    problems += (problem for command in commands for problem in _command(command))
    return sorted(problems, key=lambda problem: not problem.is_error)


def _texts(_machine: Machine, node: Node) -> Iterator[Problem]:
    if node.lacks_text:
        yield Problem(code="no_text", state=node.name, words=_("It has no text. Write one."))
    for text in node.messages:
        if len(text.encode()) > TEXT_BYTES:
            words = _("A text is longer than one message (2,048 bytes; a Chinese character is 3). Shorten it.")
            yield Problem(code="text_too_long", state=node.name, words=words)


def _of_kind(machine: Machine, node: Node) -> Iterator[Problem]:
    """The faults that its kind finds in a step."""
    for fault in node.faults(machine.nodes, flow_minutes=machine.expire_after):
        words = _(fault.words) % fault.values if fault.values else _(fault.words)
        yield Problem(code=fault.code, state=node.name, words=words, is_error=fault.is_error)
    if node.slot is not None and node.slot.type == SlotType.CHOICE and node.slot.name:
        yield from choice_rules.problems(node, as_card=node.as_card)


def _edges(machine: Machine, node: Node) -> Iterator[Problem]:
    if not node.leads_on:
        return
    following = node.leaving(On.NEXT)
    if following and not is_decided(node):
        words = _("Some answers lead nowhere. Add a transition with the condition “always”, as the last.")
        yield Problem(code="uncovered", state=node.name, words=words)
    for edge in following[:-1]:
        if edge.guard is None:
            words = _("A transition with the condition “always” hides those behind it. Move it to the end.")
            yield Problem(code="hidden", state=node.name, words=words)
            break
    if any(edge.on not in node.ways for edge in node.edges):
        words = _(
            "A transition waits for what never comes: only questions and sub-flows run out of tries or time, only "
            "calls and sub-flows fail."
        )
        yield Problem(code="not_asking", state=node.name, words=words, is_error=False)
    if any(machine.node(edge.to) is None for edge in node.edges):
        words = _("A transition leads out of the flow. Choose one of its steps.")
        yield Problem(code="unknown_state", state=node.name, words=words)
    yield from _guards(machine, node)


def _guards(machine: Machine, node: Node) -> Iterator[Problem]:
    compared = (edge.guard for edge in node.edges if edge.guard and edge.guard.operator != Operator.FORMULA)
    for guard in compared:
        slots = [other.slot for other in machine.nodes if other.slot and other.slot.name == guard.slot]
        choices = [choice for slot in slots for choice in slot.choices]
        if machine.slot(guard.slot) is None:
            words = _("A transition looks at the answer “%s”, which no step keeps. Choose another one.") % guard.slot
            yield Problem(code="unknown_slot", state=node.name, words=words)
        elif choices and guard.operator in (Operator.IS, Operator.IS_NOT) and not _is_choice(guard, choices):
            words = _("A transition waits for “%s”, which is no choice there.") % guard.value
            yield Problem(code="unknown_choice", state=node.name, words=words)


def _placeholders(machine: Machine, node: Node) -> Iterator[Problem]:
    for text in node.filled_texts:
        if has_stray_braces(text):
            words = _("Its text has “{{” or “}}” without an answer between them, like {{name}}. People would see it.")
            yield Problem(code="bad_placeholder", state=node.name, words=words)
        for name in placeholder_names(text):
            if machine.slot(name) is None and not name.startswith(MEMBER):
                words = _("Its text shows the answer “%s”, which no step keeps.") % name
                yield Problem(code="unknown_slot", state=node.name, words=words)


def _unreachable(machine: Machine) -> Iterator[Problem]:
    seen, ahead = {machine.start}, [machine.start]
    while ahead:
        node = machine.node(ahead.pop())
        new = {edge.to for edge in node.edges} - seen if node else set()
        seen |= new
        ahead += new
    for node in machine.nodes:
        if node.key not in seen:
            words = _("No step leads to it. Let one lead to it, or delete it.")
            yield Problem(code="unreachable", state=node.name, words=words)


def _circles(machine: Machine, silent: Collection[int]) -> Iterator[Problem]:
    """Loops that need no answer from the member."""
    for node in machine.nodes:
        if _comes_back(machine, node, silent, asking=False):
            words = _("It comes back to itself without asking anything, and would talk for ever.")
            yield Problem(code="circle", state=node.name, words=words)
        elif node.asks_again and _comes_back(machine, node, silent, asking=True):
            words = _("A member who never answers is asked again for ever. Let “no answer in time” lead to an end.")
            yield Problem(code="nagging", state=node.name, words=words)


def _comes_back(machine: Machine, start: Node, silent: Collection[int], *, asking: bool) -> bool:
    """Whether the path from this state returns to it without an answer; with `asking`, also by expired questions."""
    seen: set[str] = set()
    ahead = [edge.to for edge in start.leads_silently(silent, asking=asking)]
    while ahead:
        key = ahead.pop()
        if key == start.key:
            return True
        node = machine.node(key)
        if key in seen or node is None:
            continue
        seen.add(key)
        ahead += (edge.to for edge in node.leads_silently(silent, asking=asking))
    return False


def _reserved(triggers: Iterable[str]) -> Iterator[Problem]:
    for words in triggers:
        if act_for(words) is not None or command_named(words) is not None:
            text = _("“%s” has a meaning of its own everywhere and cannot start a flow. Use other words.") % words
            yield Problem(code="reserved", words=text)


def reserved_command(command: str) -> Iterator[Problem]:
    """The problem of a command that never starts a flow, because it is built in or a keyword."""
    built_in = command_named(command)
    if built_in is not None:
        text = _("The command “%(command)s” is built in: “%(line)s”. Use another one.")
        line = command_texts.line(built_in)
        yield Problem(code="command_reserved", words=text % {"command": command, "line": line})
    elif act_for(command) is not None:
        text = _("The command “%s” has a meaning of its own everywhere. Use another one.") % command
        yield Problem(code="command_reserved", words=text)


def _command(command: str) -> Iterator[Problem]:
    yield from reserved_command(command)
    read = COMMAND.fullmatch(command)
    if read is None or read[2] or fold_text(command) != command:
        text = _("The command “%s” would not be understood. Use letters and digits, or Chinese characters alone.")
        yield Problem(code="command_unreadable", words=text % command)


def _is_choice(guard: Guard, choices: Iterable[Choice]) -> bool:
    return guard.value.strip().casefold() in {choice.value.strip().casefold() for choice in choices}


RULES: tuple[Callable[[Machine, Node], Iterator[Problem]], ...] = (_texts, _of_kind, _edges, _placeholders)
