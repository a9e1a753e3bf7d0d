"""Questions without an answer: the list, most asked first, and the page that answers or dismisses one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from conversations import services
from conversations.admin.language_filter import LanguageFilter
from conversations.exceptions import QuestionSettled
from conversations.language import detect_language
from conversations.models import Answer, Desk, UnansweredQuestion
from core.confidentiality.admin import ClosedAdmin
from core.confidentiality.rights import is_closed_to
from core.web.admin import NOTHING, action, badge, change_url, row_action, row_link, short_time, shorten

SUGGESTED, SHOWN = 5, 50
LANGUAGES = dict(Desk.Language.choices)
TONES = {"open": "warn", "answered": "good", "dismissed": ""}
Status = UnansweredQuestion.Status


class StatusFilter(admin.SimpleListFilter):
    """Open questions, unless others are chosen."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return [*Status.choices, ("all", _("all"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in self.lookup_choices:
            chosen = (self.value() or Status.OPEN) == value
            yield {
                "selected": chosen,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, _request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        chosen = self.value() or Status.OPEN
        return queryset if chosen == "all" else queryset.filter(status=chosen)


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """An answer that may be meant."""

    answer: Answer
    address: str
    words: str


@admin.register(UnansweredQuestion)
class UnansweredQuestionAdmin(ClosedAdmin):
    list_display = ("question", "times", "wishes", "spoken", "last", "condition")
    list_filter = (StatusFilter, ("language", LanguageFilter))
    search_fields = ("question",)
    search_help_text = _("Search in the questions.")
    sortable_by = ("times", "last")
    ordering = ("-times", "-last_asked_at")
    fields = ("question", "condition", "times", "wishes", "last", "answered_by", "suggestions", "asked")
    actions = ("dismiss", "reopen")
    actions_row = ("write_answer_row",)
    actions_detail = ("write_answer", "dismiss_this", "reopen_this")
    empty_words = _("What the digital human cannot answer will be listed here.")
    list_before_template = "admin/answers/unanswered_hint.html"
    change_form_before_template = ""

    class Media:
        css = {"all": ("conversations/answers.css",)}

    def people_in(self, rows: Sequence[Any]) -> Iterable[int]:
        """Only a page of one question says who asked it."""
        return rows[0].occurrences.values_list("conversation__member", flat=True)[:SHOWN] if len(rows) == 1 else ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: Any = super().get_queryset(request)
        questions: QuerySet[Any] = rows.waiting().select_related("answer", "settled_by").defer("vector")
        return questions

    def get_fieldsets(self, _request: HttpRequest, obj: UnansweredQuestion | None = None) -> Any:
        """The candidates for an open question come before those who asked it."""
        is_open = obj is not None and obj.status == Status.OPEN
        about = ("question", "condition", "times", "wishes", "last", *(() if is_open else ("answered_by",)))
        asked = (_("Asked"), {"fields": ("asked",)})
        may_be_meant = (_("Answers that may be meant"), {"fields": ("suggestions",)})
        return [(None, {"fields": about}), *([may_be_meant] if is_open else []), asked]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.answer_with)
        own = path("<int:pk>/answer-with/", view, name="conversations_unansweredquestion_answer_with")
        return [own, *super().get_urls()]

    @action(description=_("Write an answer"), icon="edit", url_path="write", permissions=["settle"])
    def write_answer(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        """The form of a new answer, with the question and its wordings."""
        return redirect(f"{reverse('admin:conversations_answer_add')}?unanswered={object_id}")

    @action(description=_("Write an answer"), icon="edit", url_path="write-row", permissions=["settle"])
    def write_answer_row(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(f"{reverse('admin:conversations_answer_add')}?unanswered={object_id}")

    def answer_with(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One click on an answer that is suggested: the question becomes one of its wordings. Back to the list."""
        if not self.has_settle_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        question = get_object_or_404(UnansweredQuestion, pk=pk)
        chosen = request.POST.get("answer", "")
        answer = get_object_or_404(Answer, pk=chosen if chosen.isdecimal() else 0)
        try:
            services.answer_question(question, answer, by=request.user)
        except QuestionSettled as error:
            messages.warning(request, str(error))
            return redirect(change_url(question))
        notice = now("“%(question)s” is one of the wordings of “%(answer)s” now.")
        told = {"question": shorten(question.question, 60), "answer": shorten(answer.question, 60)}
        again = now("To take it back, choose “answered” in the filter.")
        messages.success(request, " ".join(filter(None, (notice % told, told_words(question), again))))
        return redirect(reverse("admin:conversations_unansweredquestion_changelist"))

    @admin.action(description=_("Dismiss"), permissions=["settle"])
    def dismiss(self, request: HttpRequest, queryset: "QuerySet[UnansweredQuestion]") -> None:
        rows = UnansweredQuestion.objects.filter(pk__in=queryset.values("pk")).open()
        for row in rows:
            services.dismiss_question(row, by=request.user)
        notice = ngettext("%d question was dismissed.", "%d questions were dismissed.", len(rows)) % len(rows)
        again = now("To take one back, choose “dismissed” in the filter.")
        self.show_result(request, f"{notice} {again}" if rows else notice, done=bool(rows))

    @admin.action(description=_("Put back on the list"), permissions=["settle"])
    def reopen(self, request: HttpRequest, queryset: "QuerySet[UnansweredQuestion]") -> None:
        rows = UnansweredQuestion.objects.filter(pk__in=queryset.values("pk")).exclude(status=Status.OPEN)
        count = 0
        for row in rows:
            try:
                services.reopen_question(row)
                count += 1
            except QuestionSettled as error:
                self.message_user(request, str(error), messages.WARNING)
        text = ngettext("%d question is open again.", "%d questions are open again.", count) % count
        self.show_result(request, text, done=bool(count))

    dismiss_this = row_action(
        dismiss,
        icon="close",
        title=_("Dismiss this question?"),
        words=_("It leaves the list, also when it is asked again. You can put it back."),
    )
    reopen_this = row_action(
        reopen,
        icon="undo",
        title=_("Put this question back on the list?"),
        words=_("The wordings that it gave to an answer are taken away again. Members who were told stay told."),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """An open question is answered or dismissed, another one put back."""
        is_open = UnansweredQuestion.objects.open().filter(pk=object_id).exists()
        every = list(super().get_actions_detail(request, object_id))
        return [button for button in every if button.path.startswith("reopen") != is_open]

    def has_settle_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return may_settle(request.user)

    @display(description=_("want to be told"))
    def wishes(self, question: Any) -> str:
        return str(question.waiting) if question.waiting else NOTHING

    @display(description=_("language"), ordering="language")
    def spoken(self, question: UnansweredQuestion) -> str:
        return str(LANGUAGES.get(question.language, NOTHING))

    @display(description=_("last asked"), ordering="last_asked_at")
    def last(self, question: UnansweredQuestion) -> str:
        return short_time(question.last_asked_at)

    @display(description=_("status"))
    def condition(self, question: UnansweredQuestion) -> str:
        return badge(question.get_status_display(), TONES[question.status])

    @display(description=_("answered by"))
    def answered_by(self, question: UnansweredQuestion) -> str:
        return row_link(question.answer) if question.answer else NOTHING

    @display(description=_("who asked"))
    def asked(self, question: UnansweredQuestion) -> SafeString:
        rows = question.occurrences.select_related("conversation__member", "conversation__application")
        shown = list(rows.order_by("-asked_at")[:SHOWN])
        return render_to_string("admin/answers/occurrences.html", {"rows": shown, "more": question.times > SHOWN})

    @display(description=_("questions and answers"))
    def suggestions(self, question: UnansweredQuestion) -> SafeString:
        url = reverse("admin:conversations_unansweredquestion_answer_with", args=[question.pk])
        rows = list(_suggested(question)) if question.status == Status.OPEN else []
        return render_to_string("admin/answers/suggestions.html", {"rows": rows, "url": url})


def may_settle(user: Any) -> bool:
    """Whether an account may answer and dismiss these questions: it has to be able to read them."""
    rights = ("conversations.change_unansweredquestion", "conversations.change_answer")
    return bool(user.has_perms(rights)) and not is_closed_to(UnansweredQuestion, user)


def told_words(question: UnansweredQuestion) -> str:
    """How many members are told that a question has an answer; nothing if none wishes so."""
    count = question.occurrences.waiting().values("conversation").distinct().count()
    return ngettext("%d member is told.", "%d members are told.", count) % count if count else ""


def _suggested(question: UnansweredQuestion) -> Iterator[Suggestion]:
    """The nearest answers of the table, whichever members may get them."""
    language = question.language or detect_language(question.question, default="zh-hans", is_first=True)
    matches = services.find_answers(question.question, language=language).matches[:SUGGESTED]
    answers = Answer.objects.in_bulk([match.entry.pk for match in matches])
    for match in matches:
        if answer := answers.get(match.entry.pk):
            text = shorten(answer.answer or answer.title or str(answer.file), 80)
            yield Suggestion(answer=answer, address=change_url(answer), words=text)
