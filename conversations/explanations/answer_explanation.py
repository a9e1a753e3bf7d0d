"""Explains an answer outside flows: its source, its nearness, and the next nearest ones."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from conversations.explanations.explanation_values import Explanation, Line, Link, link_to
from conversations.models import Answer, Message
from conversations.wording import explanation_texts as texts

Cause = Mapping[str, Any]
LANGUAGE_MODEL = "chat"  # its name among REPLY_PROVIDERS


def explain_answer(_message: Message, cause: Cause) -> Explanation:
    """An answer of the table."""
    following = cause.get("next") or {}
    rows = Answer.objects.in_bulk([pk for pk in (cause.get("answer"), following.get("answer")) if pk])
    answer, second = rows.get(cause.get("answer")), rows.get(following.get("answer"))
    lines = [
        Line(topic="answer", label=_("Question of the table"), words=_question(answer), link=link_to(answer)),
        Line(topic="how", label=_("How it was found"), words=str(texts.HOW.get(cause.get("how", ""), ""))),
    ]
    if cause.get("wording"):
        lines.append(Line(topic="wording", label=_("Wording that matched"), words=str(cause["wording"])))
    if "score" in cause:
        lines.append(Line(topic="score", label=_("Score"), words=texts.score(cause["score"], cause.get("least"))))
    if following:
        text = f"{_question(second)} ({texts.score(following['score'])})"
        lines.append(Line(topic="second", label=_("Second best"), words=text, link=link_to(second)))
    return Explanation(by="answer", summary=_("The table of questions and answers has it."), lines=tuple(lines))


def explain_passage(_message: Message, cause: Cause) -> Explanation:
    """A passage of a document."""
    following = cause.get("next") or {}
    lines = [
        Line(topic="document", label=_("Document"), words=_place(cause), link=_document(cause)),
        Line(topic="score", label=_("Score"), words=texts.score(cause["score"])),
    ]
    if following:
        text = f"{_place(following)} ({texts.score(following['score'])})"
        lines.append(Line(topic="second", label=_("Second best"), words=text, link=_document(following)))
    return Explanation(by="passage", summary=_("A document says it."), lines=tuple(lines))


def explain_suggestions(_message: Message, cause: Cause) -> Explanation:
    """The questions that were suggested because no answer was sure."""
    near = cause.get("near", ())
    rows = Answer.objects.in_bulk(near)
    text = _("The table was not sure, so it asks back.") if near else _("No source has an answer.")
    lines = tuple(
        Line(topic="near", label=_("Near question"), words=_question(rows.get(pk)), link=link_to(rows.get(pk)))
        for pk in near
    )
    return Explanation(by="suggestions", summary=text, lines=lines)


def explain_provider(_message: Message, cause: Cause) -> Explanation:
    """A source of answers beside ours, such as a language model."""
    name = str(cause.get("provider", ""))
    answered = bool(cause.get("answered", True))
    sources = cause.get("sources", ())
    if name == LANGUAGE_MODEL:
        success = (
            _("The language model has answered from sources.") if sources else _("The language model has answered.")
        )
        summary = success if answered else _("The language model had no answer.")
    else:
        summary = (_("“%s” has answered.") if answered else _("“%s” had no answer.")) % name
    lines = [Line(topic="source", label=_("Source"), words=name)]
    if cause.get("reason"):
        lines.append(Line(topic="reason", label=_("Reason"), words=str(cause["reason"])))
    return Explanation(by="provider", summary=summary, lines=(*lines, *_sources(sources)))


def asked_before(cause: Cause) -> Iterable[Line]:
    """The language model that was asked first, and why the member did not get its words."""
    before = cause.get("before")
    if before:
        text = texts.ASKED_BEFORE.get(before.get("reason", ""), texts.NOT_ANSWERED)
        yield Line(topic="asked_before", label=_("Language model"), words=str(text))


def _sources(sources: Iterable[Cause]) -> Iterable[Line]:
    """The sources that a language model was given, and those it cited."""
    answers = Answer.objects.in_bulk([source["answer"] for source in sources if source.get("answer")])
    for source in sources:
        if source.get("answer"):
            answer = answers.get(source["answer"])
            yield Line(topic="cited", label=_("Cited"), words=_question(answer), link=link_to(answer))
        else:
            yield Line(topic="cited", label=_("Cited"), words=_place(source), link=_document(source))


def _question(answer: Answer | None) -> str:
    return answer.question if answer else _("deleted since")


def _place(source: Cause) -> str:
    if source.get("page"):
        return _("“%(title)s”, page %(page)d") % {"title": source["title"], "page": source["page"]}
    return _("“%s”") % str(source.get("title", ""))


def _document(source: Cause) -> Link | None:
    pk = source.get("document")
    return Link(model="conversations.Document", pk=pk) if pk else None
