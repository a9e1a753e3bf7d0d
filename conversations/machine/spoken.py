"""A flow as it speaks one of its languages. Its conditions stay those of its own language."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine, remembered
from conversations.machine.words import NodeWords
from core.text.slot_values import Choice, Slot


def spoken_in(machine: Machine, language: str) -> Machine:
    """The flow as it speaks this language; its own where it has no texts in that.

    Answers are understood in all its languages.
    """
    if not machine.translations:
        return machine
    spoken = _spoken_so_far(machine)
    if language not in spoken:
        spoken[language] = _in(machine, language)
    return spoken[language]


@remembered
def _spoken_so_far(_machine: Machine) -> dict[str, Machine]:
    return {}


def _in(machine: Machine, language: str) -> Machine:
    nodes = tuple(_spoken(node, language) for node in machine.nodes)
    words = next((one for one in machine.translations if one.language == language), None)
    spoken = replace(machine, nodes=nodes, own=machine)
    if words is None:
        return spoken
    name, expire_text = words.name or machine.name, words.expire_text or machine.expire_text
    return replace(spoken, language=language, name=name, expire_text=expire_text)


def _spoken(node: Node, language: str) -> Node:
    slot = _understanding(node.slot, node.translations, language) if node.slot else None
    spoken = node.spoken(language)
    words = next((one for one in node.translations if one.language == language), None)
    if slot is None:
        return spoken
    return replace(spoken, slot=replace(slot, retry_text=words.retry_text or slot.retry_text) if words else slot)  # type: ignore[call-arg]


def _understanding(slot: Slot, translations: Sequence[NodeWords], language: str) -> Slot:
    """The slot with the labels of a language, and the words of all."""
    others = {one.language: {choice.value: choice for choice in one.choices} for one in translations}
    return replace(slot, choices=tuple(_choice(choice, others, language) for choice in slot.choices))


def _choice(own: Choice, others: dict[str, dict[str, Choice]], language: str) -> Choice:
    every = [own, *(choices[own.value] for choices in others.values() if own.value in choices)]
    shown = others.get(language, {}).get(own.value, own)
    words = dict.fromkeys(word for one in every for word in (one.label, *one.words) if word != shown.label)
    return replace(shown, words=tuple(words))
