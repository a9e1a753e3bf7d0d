"""Problems of choices: too few, with the same words, or too long for a card."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from conversations.flows.problems import Problem
from conversations.machine.commands import act_for
from conversations.machine.nodes.node import Node
from core.text.slot_values import Choice, fold_text, numbered_labels, parse_ordinal
from wecom.contents import Button, Checkbox
from wecom.contents import Choice as Box
from wecom.exceptions import ContentError

BUTTONS, BOXES = 6, 20  # of a card


def problems(node: Node, *, as_card: bool) -> Iterator[Problem]:
    """Problems of the choices of a step that asks with choices."""
    assert node.slot is not None
    choices = node.slot.choices
    if len(choices) < 2:
        yield Problem(code="no_choices", state=node.name, words=_("It offers fewer than two choices. Write them."))
    said = [
        word for choice in choices for word in {fold_text(word) for word in (choice.value, choice.label, *choice.words)}
    ]
    if len(set(said)) < len(said):
        yield Problem(code="same_choice", state=node.name, words=_("Two choices have the same word. Change one."))
    if reserved := sorted(word for word in said if act_for(word) is not None):
        words = _("“%s” has a meaning of its own everywhere. Use another word for this choice.") % reserved[0]
        yield Problem(code="reserved", state=node.name, words=words)
    if misread := [
        word for number, choice in enumerate(choices, start=1) for word in _numbers(choice, number, choices)
    ]:
        words = _("“%s” may be read as the number of a choice. Use a word for this choice.") % misread[0]
        yield Problem(code="number_choice", state=node.name, words=words, is_error=False)
    if as_card and len(choices) > BOXES:
        words = _("More than twenty choices do not fit a card; they will show as a numbered list.")
        yield Problem(code="too_many_buttons", state=node.name, words=words, is_error=False)
    elif as_card and len(choices) > BUTTONS and not _fit_boxes(choices):
        words = _("A label is too long for a box (15 Chinese characters); they will show as a numbered list.")
        yield Problem(code="button_too_long", state=node.name, words=words, is_error=False)
    elif as_card and len(choices) <= BUTTONS and not _fit_buttons(choices):
        words = _("A label is too long for a button (8 Chinese characters); they will show as a numbered list.")
        yield Problem(code="button_too_long", state=node.name, words=words, is_error=False)


def _numbers(choice: Choice, number: int, choices: Sequence[Choice]) -> Iterator[str]:
    """Words of a choice that equal the number of another choice."""
    for word in (choice.value, choice.label, *choice.words):
        if 0 < parse_ordinal(word) <= len(choices) and parse_ordinal(word) != number:
            yield word


def _fit_buttons(choices: Sequence[Choice]) -> bool:
    labels = numbered_labels(choice.label for choice in choices)
    try:
        for choice, label in zip(choices, labels, strict=True):
            Button(key=choice.value, text=label).check("")
    except ContentError:
        return False
    return True


def _fit_boxes(choices: Sequence[Choice]) -> bool:
    labels = numbered_labels(choice.label for choice in choices)
    boxes = tuple(Box(id=choice.value, text=label) for choice, label in zip(choices, labels, strict=True))
    try:
        Checkbox(key="question", choices=boxes).check("")
    except ContentError:
        return False
    return True
