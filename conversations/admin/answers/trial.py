"""The page to try a question on: the reply that a member would get, and why. Nothing is sent and nothing is stored."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from conversations import services
from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.language import detect_language
from conversations.models import Answer, Desk
from conversations.wording import chat_texts, document_texts, model_texts
from core.web.admin import change_url
from wecom.models import Member

SHOWN = 8
PASSAGES = 4
ASK = "conversations.change_answer"  # it costs money


class QuestionForm(forms.Form):
    """A question, and the member who asks it."""

    q = forms.CharField(
        label=_("Question"),
        max_length=500,
        widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True, "placeholder": _("As a member would write it")}),
    )
    member = forms.CharField(
        label=_("Asked by"),
        max_length=64,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("User ID; empty: anybody")}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=(("", _("as it is written")), *Desk.Language.choices),
        widget=UnfoldAdminSelectWidget,
    )

    def clean_member(self) -> Member | None:
        user_id: str = self.cleaned_data["member"].strip().lower()
        if not user_id:
            return None
        member = Member.objects.filter(user_id=user_id).order_by("pk").first()
        if member is None:
            raise forms.ValidationError(now("The directory has no member with this user ID."))
        return member


@dataclass(frozen=True, kw_only=True)
class Row:
    """A near answer, with its likeness and the way it was matched."""

    answer: Answer
    address: str
    how: str
    likeness: str
    lift: str
    counts: bool


@dataclass(frozen=True, kw_only=True)
class PassageRow:
    """A passage of a document that was near."""

    source: str
    address: str
    text: str
    nearness: str
    counts: bool


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """GET shows the form, and with a question its matches; POST asks the language model too, which costs."""
    form = QuestionForm(request.GET or None)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": now("Try a question"),
        "opts": model_admin.opts,
        "form": form,
        "may_add": model_admin.has_add_permission(request),
    }
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data["q"]
        language = form.cleaned_data["language"] or detect_language(asked, default="zh-hans", is_first=True)
        services.prepare_search(asked)
        member = form.cleaned_data["member"]
        findings = services.find_answers(asked, language=language, member=member)
        context |= {"asked": asked, "found": findings, **_shown(findings, language)}
        context |= _passages(
            services.find_passages(asked, language=language, member=member, most=PASSAGES), findings, language
        )
        context["may_ask"] = services.has_grounded_model() and request.user.has_perm(ASK)
        if request.method == "POST" and context["may_ask"]:
            context |= _model(asked, language, member)
    return TemplateResponse(request, "admin/answers/try.html", context)


def _shown(findings: services.AnswerFindings, language: str) -> dict[str, Any]:
    matches = findings.matches[:SHOWN]
    answers = Answer.objects.in_bulk([match.entry.pk for match in matches])
    rows = [_row(match, findings, answers[match.entry.pk]) for match in matches if match.entry.pk in answers]
    with translation.override(language):
        asks_back, not_known = chat_texts.did_you_ask(), chat_texts.not_understood()
    return {
        "rows": rows,
        "is_known": findings.verdict == services.Verdict.KNOWN,
        "is_unsure": findings.verdict == services.Verdict.UNSURE,
        "asks_back": asks_back,
        "not_known": not_known,
        "suggested": [match.entry.question for match in findings.suggestions],
        "known_from": f"{findings.known_from:.2f}" if findings.known_from is not None else "",
    }


def _passages(
    passages: list[services.FoundPassage], findings: services.AnswerFindings, language: str
) -> dict[str, Any]:
    """The passages that are near; the first is quoted if it is sure and the table neither knows nor asks back."""
    rows = [
        PassageRow(
            source=document_texts.source(passage.passage),
            address=change_url(passage.passage.document),
            text=passage.passage.text,
            nearness=f"{passage.nearness:.2f}",
            counts=passage.is_sure,
        )
        for passage in passages
    ]
    is_quoted = bool(passages) and passages[0].is_sure and not findings.best and not findings.asks_back
    with translation.override(language):
        quoted = document_texts.quoted(services.told_together(passages)) if is_quoted else ""
    return {"passages": rows, "quoted": quoted}


def _model(asked: str, language: str, member: Member | None) -> dict[str, Any]:
    """The answer of the language model and its cost, or why there is none."""
    try:
        grounded = services.try_grounded(asked, language=language, member=member)
    except (ServiceBusy, ServiceRefused) as error:
        return {"model_error": model_texts.error_words(error.code)}
    tokens = grounded.tokens
    return {
        "model_words": grounded.words,
        "model_said": "" if grounded.words or grounded.fault == "leak" else grounded.said,
        "model_fault": model_texts.fault_words(grounded.fault),
        "model_tokens": tokens.sent + tokens.answered if tokens else 0,
        "model_cost": services.model_money(services.model_cost(tokens)) if tokens else "",
        "has_prices": services.has_model_prices(),
    }


def _row(match: services.AnswerMatch, findings: services.AnswerFindings, answer: Answer) -> Row:
    by_meaning = match.lift is not None and findings.known_from is not None and match.lift >= findings.known_from
    how = now("by its meaning") if by_meaning else now("by its words") if match.likeness >= services.ALIKE else ""
    return Row(
        answer=answer,
        address=change_url(answer),
        how=now("by the same words") if match.likeness == 1 else how,
        likeness=f"{match.likeness:.2f}",
        lift="" if match.lift is None else f"{match.lift:.2f}",
        counts=bool(how) or match.likeness == 1,
    )
