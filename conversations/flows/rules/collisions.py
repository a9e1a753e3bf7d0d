"""Problems of the triggers of a flow: taken by another flow, a command or an answer, or too wide. Reads rows."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from conversations.flows import triggers
from conversations.flows.problems import Problem
from conversations.knowledge import answer_retrieval
from conversations.models import Answer, Flow
from conversations.providers.small_talk import MEANT, talk_in
from core.text.slot_values import fold_text

NARROW_ENOUGH = 2  # Chinese characters; of other letters twice as many


def problems(flow: Flow) -> Iterator[Problem]:
    """All problems, each with a link to the row that it collides with."""
    others = list(Flow.objects.exclude(pk=flow.pk).defer("live"))
    yield from _taken(flow, others)
    for words in flow.trigger_words:
        yield from _known_elsewhere(words)
    for pattern in flow.patterns:
        yield from _pattern(pattern, flow, others)
    for other in others:
        for pattern in other.patterns if other.enabled else ():
            for words in (*flow.trigger_words, *flow.patterns):
                if triggers.covers(pattern, words):
                    yield _both(words, pattern, other)
    if flow.event:
        yield from _event(flow, others)
    if flow.menu_key.startswith("/") and flow.menu_key.partition(" ")[0].lower() not in flow.commands:
        text = _(
            "The menu key “%s” begins with / and is read as a command that does not start this flow. Leave out the /."
        )
        yield Problem(code="menu_key_is_command", words=text % flow.menu_key)


def _taken(flow: Flow, others: Sequence[Flow]) -> Iterator[Problem]:
    starts = {fold_text(start): other for other in others for start in _starts(other)}
    for start in _starts(flow):
        other = starts.get(fold_text(start))
        if other is not None:
            words = _("“%(words)s” starts the flow “%(name)s” already.") % {"words": start, "name": other.name}
            yield Problem(code="trigger_taken", words=words, about=other)


def _starts(flow: Flow) -> list[str]:
    return [*flow.trigger_words, *flow.commands, *flow.patterns]


def _known_elsewhere(words: str) -> Iterator[Problem]:
    if talk_in(words) in MEANT and not answer_retrieval.exact_answers(words):
        text = _("“%s” means a command, such as help or a person, before any flow starts. Use other words.") % words
        yield Problem(code="trigger_is_talk", words=text)
    answers = answer_retrieval.exact_answers(words)
    answer = Answer.objects.filter(pk__in=answers).first() if answers else None
    if answer is not None:
        text = _("“%s” is a question of the table of answers too. The flow starts; the answer is not sent.") % words
        yield Problem(code="trigger_is_question", words=text, is_error=False, about=answer)


def _pattern(pattern: str, flow: Flow, others: Sequence[Flow]) -> Iterator[Problem]:
    size = triggers.size(pattern)
    if size < (NARROW_ENOUGH if any(ord(char) > 0x2E7F for char in pattern) else 2 * NARROW_ENOUGH):
        text = _("“%s” fits nearly every message. Name more words of those that are meant.") % pattern
        yield Problem(code="pattern_too_wide", words=text)
        return
    for other in others:
        for words in (*other.trigger_words, *other.patterns) if other.enabled else ():
            if triggers.covers(pattern, words) and fold_text(words) != fold_text(pattern):
                text = _(
                    "“%(pattern)s” fits “%(words)s” too, which starts the flow “%(name)s”. The longer one is taken."
                )
                named = {"pattern": pattern, "words": words, "name": other.name}
                yield Problem(code="pattern_covers", words=text % named, is_error=False, about=other)


def _both(words: str, pattern: str, other: Flow) -> Problem:
    text = _("“%(words)s” fits “%(pattern)s” too, which starts the flow “%(name)s”. The longer one is taken.")
    named = {"words": words, "pattern": pattern, "name": other.name}
    return Problem(code="pattern_covers", words=text % named, is_error=False, about=other)


def _event(flow: Flow, others: Sequence[Flow]) -> Iterator[Problem]:
    for other in others:
        if other.enabled and other.event == flow.event and set(other.languages) & set(flow.languages):
            text = _("The flow “%s” starts at the same event, and only one of them can. Choose another one.") % other
            yield Problem(code="event_taken", words=text, is_error=False, about=other)
