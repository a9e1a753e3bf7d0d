"""Texts and files in other languages: from the rows of a draft to values, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import translation

from conversations.machine.effects import Form
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from conversations.machine.words import FlowWords, NodeWords
from conversations.models import Flow, State
from conversations.wording import flow_texts
from core.text.slot_values import Choice, SlotType, choice_lines, parse_choices

Texts = dict[str, dict[str, str]]
STORED = (Form.IMAGE, Form.FILE)


def translated(machine: Machine, flow: Flow, states: Sequence[State]) -> Machine:
    """The machine of a draft, with the texts of its other languages."""
    if not flow.also_in:
        return machine
    rows = {state.key: state for state in states}
    nodes = tuple(_with_words(node, rows.get(node.key), flow.also_in) for node in machine.nodes)
    words = FlowWords(language=flow.also_in, **_plain((flow.translations or {}).get(flow.also_in, {})))
    return replace(machine, nodes=nodes, translations=(words,))


def texts_of(node: Node, words: NodeWords) -> dict[str, str]:
    """The texts of a state in another language, as `Node.own_texts` has them."""
    choices = choice_lines(words.choices)
    return {name: choices if name == "choices" else getattr(words, name) for name in node.own_texts()}


def rows_of_flow(machine: Machine) -> dict[str, Any]:
    """The fields of a flow with its other language and the texts in that."""
    texts = {one.language: {"name": one.name, "expire_text": one.expire_text} for one in machine.translations}
    also_in = next((one.language for one in machine.translations), "")
    return {"also_in": also_in, "translations": _without_empty(texts)}


def rows_of_step(node: Node) -> Texts:
    """The texts of a state in other languages, as its row has them."""
    has_lines = node.slot is not None and node.slot.type == SlotType.CHOICE
    apart = () if has_lines else ("choices",)
    texts = {one.language: texts_of(node, one) for one in node.translations}
    return _without_empty(
        {one: {name: text for name, text in said.items() if name not in apart} for one, said in texts.items()}
    )


def second_file(node: Node) -> str:
    """The storage name of the file for another language; empty if that is the same file."""
    return next((one.file for one in node.translations), "")


def _with_words(node: Node, state: State | None, language: str) -> Node:
    texts: Mapping[str, str] = (state.translations or {}).get(language, {}) if state is not None else {}
    said = {name: text for name, text in _plain(texts).items() if name in node.own_texts() and name != "choices"}
    if state is not None and node.form in STORED:
        said["file"] = str(state.second_file.name or "")
    words = NodeWords(language=language, choices=_choices(node, texts.get("choices", ""), language), **said)
    return replace(node, translations=(words,)) if words != NodeWords(language=language) else node


def _choices(node: Node, lines: str, language: str) -> tuple[Choice, ...]:
    """The choices of lines like `lipsync = Basic`; a line without a value is for the choice in the same place.

    The labels of yes and no need no translation.
    """
    if node.slot is None or node.slot.type not in (SlotType.CHOICE, SlotType.YES_NO):
        return ()
    if node.slot.type == SlotType.YES_NO:
        with translation.override(language):
            return flow_texts.yes_no_choices()
    own = node.slot.choices
    choices = []
    for place, line in enumerate(line for line in lines.splitlines() if line.strip()):
        (choice,) = parse_choices(line)
        is_plain = "=" not in line and place < len(own)
        choices.append(replace(choice, value=own[place].value) if is_plain else choice)
    return tuple(choices)


def _plain(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text.replace("\r\n", "\n") for name, text in texts.items()}


def _without_empty(texts: Texts) -> Texts:
    filled = {one: {name: text for name, text in said.items() if text} for one, said in texts.items()}
    return {one: said for one, said in filled.items() if said}
