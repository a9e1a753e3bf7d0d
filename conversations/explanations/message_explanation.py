"""Explains a message by the recorded cause, of any kind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from conversations.delivery.causes import Cause
from conversations.explanations import answer_explanation, flow_steps
from conversations.explanations.explanation_values import Explanation, Line, Link, link_to
from conversations.models import Message, Operator
from conversations.signals import message_explained
from conversations.wording import explanation_texts as texts

Facts = Mapping[str, Any]


def explain(message: Message) -> Explanation:
    """Why a message was sent, in the active language."""
    explainer = EXPLAINERS.get(str(message.cause.get("by", "")))
    if explainer is None:
        return Explanation(
            by="", summary=_("Not recorded: the message is older than this, or its reasons were erased.")
        )
    explanation = explainer(message, message.cause)
    above: Any = message_explained.send(Message, message=message)
    others = (line for _receiver, lines in above for line in lines)
    return replace(explanation, lines=(*explanation.lines, *answer_explanation.asked_before(message.cause), *others))


def _small_talk(_message: Message, cause: Facts) -> Explanation:
    return Explanation(
        by="small_talk",
        summary=_("It is small talk."),
        lines=(Line(topic="talk", label=_("Understood as"), words=str(cause.get("talk", ""))),),
    )


def _command(_message: Message, cause: Facts) -> Explanation:
    name = str(cause.get("name") or cause.get("talk") or "")
    line = Line(topic="command", label=_("Command"), words=name)
    return Explanation(by="command", summary=_("The member used the command “%s”.") % name, lines=(line,))


def _preferences(_message: Message, _cause: Facts) -> Explanation:
    return Explanation(by="preferences", summary=_("The member changed their settings on a card."))


def _operator(_message: Message, cause: Facts) -> Explanation:
    operator = Operator.objects.filter(pk=cause.get("operator") or 0).first()
    ticket, name = cause.get("ticket"), operator.name if operator else _("deleted since")
    lines = [Line(topic="operator", label=_("Person who answered"), words=name, link=link_to(operator))]
    if ticket:
        link = Link(model="conversations.Ticket", pk=ticket)
        lines.append(Line(topic="ticket", label=_("Ticket"), words=f"#{ticket}", link=link))
    return Explanation(by="operator", summary=_("A person has answered: %s.") % name, lines=tuple(lines))


def _handoff(_message: Message, _cause: Facts) -> Explanation:
    return Explanation(by="handoff", summary=_("It tells how the hand-off to a person goes on."))


def _greeting(_message: Message, _cause: Facts) -> Explanation:
    return Explanation(by="greeting", summary=_("The member opened the application."))


def _notice(_message: Message, cause: Facts) -> Explanation:
    name = str(cause.get("notice", ""))
    return Explanation(by="notice", summary=str(texts.NOTICES.get(name, name)))


def _schedule(_message: Message, cause: Facts) -> Explanation:
    """Of a message of 0.5: campaigns have replaced its schedule, which has no page any more."""
    name, pk = str(cause.get("name", "")), cause.get("schedule")
    lines = (Line(topic="schedule", label=_("Schedule"), words=name or f"#{pk}"),) if pk else ()
    return Explanation(by="schedule", summary=_("The schedule “%s” was due.") % name, lines=lines)


def _program(_message: Message, cause: Facts) -> Explanation:
    name = str(cause.get("program", ""))
    return Explanation(by="program", summary=str(texts.PROGRAMS.get(name, name)))


EXPLAINERS: dict[str, Callable[[Message, Facts], Explanation]] = {
    Cause.FLOW: flow_steps.explain,
    Cause.ANSWER: answer_explanation.explain_answer,
    Cause.PASSAGE: answer_explanation.explain_passage,
    Cause.SUGGESTIONS: answer_explanation.explain_suggestions,
    Cause.PROVIDER: answer_explanation.explain_provider,
    Cause.SMALL_TALK: _small_talk,
    Cause.COMMAND: _command,
    Cause.PREFERENCES: _preferences,
    Cause.OPERATOR: _operator,
    Cause.HANDOFF: _handoff,
    Cause.GREETING: _greeting,
    Cause.NOTICE: _notice,
    Cause.SCHEDULE: _schedule,
    Cause.PROGRAM: _program,
}
