"""Problems of texts in other languages: those that are missing, show other answers, or do not fit. Reads values."""

from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from conversations.flows.problems import Problem
from conversations.flows.translations import texts_of
from conversations.machine.nodes.node import Node
from conversations.machine.spoken import spoken_in
from conversations.machine.values import Machine
from conversations.machine.words import NodeWords
from conversations.models import Desk, State
from core.text.placeholders import PLACEHOLDER
from core.text.slot_values import SlotType

FOR_ALL = ("link", "picture_url")  # often the same page and picture in every language
Rules = Callable[[Machine], Iterable[Problem]]


def problems(machine: Machine, rules: Rules) -> Iterator[Problem]:
    """All problems of the other languages; `rules` are those that hold in each."""
    known = list(rules(machine)) if machine.translations else []
    for words in machine.translations:
        language = str(Desk.Language(words.language).label)
        for node in machine.nodes:
            for code, text in _of_node(node, words.language):
                yield Problem(code=code, state=node.name, words=_named(language, text), is_error=False)
        if machine.expire_text and not words.expire_text:
            text = _("The text at the end of its time is missing.")
            yield Problem(code="untranslated", words=_named(language, text), is_error=False)
        for problem in rules(spoken_in(machine, words.language)):
            if problem not in known:
                yield Problem(
                    code=problem.code,
                    state=problem.state,
                    words=_named(language, problem.words),
                    is_error=problem.is_error,
                )


def _of_node(node: Node, language: str) -> Iterator[tuple[str, str]]:
    own = node.own_texts()
    if node.said_text != node.text:
        del own["text"]  # of a video that has a script
    words = next((one for one in node.translations if one.language == language), NodeWords(language=language))
    said = texts_of(node, words)
    missing = [name for name in own if own[name].strip() and not said[name].strip() and name not in FOR_ALL]
    if missing := [name for name in missing if PLACEHOLDER.sub("", own[name]).strip()]:
        fields = [State._meta.get_field(name) for name in missing]
        names = pgettext("between the items of a list", ", ").join(str(one.verbose_name) for one in fields)  # type: ignore[union-attr]
        yield "untranslated", _("The step has no %s. Members read it in the flow's own language.") % names
    for name in own:
        if said[name].strip() and name != "choices" and _shown(said[name]) != _shown(own[name]):
            yield "other_placeholders", _("Its text shows other answers than in the flow's own language.")
            break
    yield from _of_choices(node, words)


def _of_choices(node: Node, words: NodeWords) -> Iterator[tuple[str, str]]:
    if node.slot is None or node.slot.type != SlotType.CHOICE or not words.choices:
        return
    own, said = ([choice.value for choice in choices] for choices in (node.slot.choices, words.choices))
    if others := [value for value in said if value not in own]:
        yield "unknown_choice", _("“%s” is no choice of the step. Begin the line with the value of one.") % others[0]
    elif missing := [value for value in own if value not in said]:
        yield "untranslated", _("The choice “%s” is missing.") % missing[0]


def _shown(text: str) -> set[str]:
    return {found[1] for found in PLACEHOLDER.finditer(text)}


def _named(language: str, words: str) -> str:
    return pgettext("language of a text: problem", "%(language)s: %(words)s") % {"language": language, "words": words}
