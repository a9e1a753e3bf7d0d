"""The list of answers and the form of one."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from conversations import services
from conversations.admin.answers import answer_files, trial
from conversations.admin.answers.unanswered import may_settle, told_words
from conversations.admin.files.flow_file_pages import FileButtons
from conversations.exceptions import QuestionSettled
from conversations.models import Answer, UnansweredQuestion
from core.web.admin import NOTHING, FormAdmin, action, badge, shorten
from core.web.admin_filters import UsedRowsFilter
from core.web.admin_search import IndexedSearch
from core.web.keyset_pages import KeysetAdmin


class ValidityFilter(admin.SimpleListFilter):
    """Answers that are given today, later, or no more."""

    title = _("validity")
    parameter_name = "validity"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("given today")), ("later", _("given later")), ("over", _("given no more"))]

    def queryset(self, _request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        today = timezone.localdate()
        later, over = Q(valid_from__gt=today), Q(valid_until__lt=today)
        return queryset.filter({"now": ~later & ~over, "later": later, "over": over}.get(self.value() or "", Q()))


class AnswerForm(forms.ModelForm[Answer]):
    """An answer. The form refuses the values that WeChat Work would refuse."""

    class Meta:
        model = Answer
        fields = (
            *("question", "other_wordings", "kind", "answer", "title", "url", "file", "enabled"),
            *("departments", "tags", "valid_from", "valid_until", "topic", "language"),
        )
        widgets: ClassVar = {
            "other_wordings": UnfoldAdminTextareaWidget(attrs={"rows": 4, "placeholder": "请假流程\n请病假"}),
            "answer": UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        }


@admin.register(Answer)
class AnswerAdmin(FileButtons, IndexedSearch, KeysetAdmin, FormAdmin):
    """Questions and answers, a page to try a question, and one to import a file."""

    form = AnswerForm
    list_display = ("question", "others", "short", "topic", "for_whom", "validity", "enabled")
    list_editable = ("enabled",)
    list_filter = ("enabled", "kind", ("topic", UsedRowsFilter), ValidityFilter, "language")
    search_fields = ("question", "other_wordings", "answer", "title", "topic__name", "topic__name_en")
    search_help_text = _("Search in questions, their other wordings and answers.")
    autocomplete_fields = ("departments", "tags", "topic")
    list_select_related = ("topic",)
    fieldsets = (
        (None, {"fields": ("question", "other_wordings", "kind", "answer", "title", "url", "file", "enabled")}),
        (_("For whom and when"), {"fields": ("departments", "tags", ("valid_from", "valid_until"))}),
        (_("Order"), {"fields": ("topic", "language")}),
    )
    conditional_fields: ClassVar = {
        "title": "kind == 'card'",
        "url": "kind == 'card'",
        "file": "['image', 'file', 'video'].includes(kind)",
    }
    empty_hint = _("Write what colleagues often ask, or import a table of questions and answers.")
    change_form_before_template = "admin/answers/question_to_answer.html"
    actions = ("export_chosen",)
    actions_list = ("try_question", "import_answers", "export_answers", "import_file")
    actions_detail = ("try_this",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request).prefetch_related("departments", "tags")
        return rows

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After the departments and tags, so that the change counts with them."""
        super().save_related(request, form, formsets, change)
        question = None if change else self._unanswered(request)
        if question is None:
            services.save_answer(form.instance)
            return
        try:
            services.answer_question(question, form.instance, by=request.user)
            if told := told_words(question):
                self.message_user(request, told)
        except QuestionSettled as error:
            services.save_answer(form.instance)
            self.message_user(request, str(error), messages.WARNING)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form says which question it answers."""
        context = {**(extra_context or {}), "question_to_answer": self._unanswered(request)}
        page: HttpResponse = super().add_view(request, form_url, context)
        return page

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """For a question without an answer, with the words in which it was asked."""
        question = self._unanswered(request)
        if question is None:
            return super().get_changeform_initial_data(request)  # type: ignore[no-any-return]
        first, *others = services.different_wordings(question.wordings) or [question.question]
        return {"question": first[:200], "other_wordings": "\n".join(others), "language": question.language}

    def response_add(self, request: HttpRequest, obj: Answer, *args: Any) -> HttpResponse:
        """Back to the questions without an answer, if it answers one of them."""
        answer: HttpResponse = super().response_add(request, obj, *args)
        if self._unanswered(request) is None or "_save" not in request.POST:
            return answer
        return redirect(reverse("admin:conversations_unansweredquestion_changelist"))

    def _unanswered(self, request: HttpRequest) -> UnansweredQuestion | None:
        """The question without an answer that this form was opened for."""
        number = request.GET.get("unanswered", "")
        may = number.isdecimal() and may_settle(request.user)
        return UnansweredQuestion.objects.waiting().filter(pk=number).first() if may else None

    @action(description=_("Try a question"), icon="science", url_path="try", permissions=["view"])
    def try_question(self, request: HttpRequest) -> HttpResponse:
        return trial.page(self, request)

    @action(description=_("Try it"), icon="science", url_path="try-this", permissions=["view"])
    def try_this(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        question = Answer.objects.values_list("question", flat=True).get(pk=object_id)
        return redirect(f"{reverse('admin:conversations_answer_try_question')}?{urlencode({'q': question})}")

    @action(description=_("Import"), icon="upload_file", url_path="import", permissions=["add", "change"])
    def import_answers(self, request: HttpRequest) -> HttpResponse:
        return answer_files.import_page(self, request)

    @action(description=_("Export"), icon="download", url_path="export", permissions=["view"])
    def export_answers(self, request: HttpRequest) -> HttpResponse:
        return answer_files.exported(self.get_queryset(request), as_csv=request.GET.get("as") == "csv")

    @display(description=_("other wordings"))
    def others(self, answer: Answer) -> str:
        return shorten(" · ".join(answer.wordings[1:]), 30) or NOTHING

    @display(description=_("answer"))
    def short(self, answer: Answer) -> str:
        shown = shorten(answer.answer or answer.title or str(answer.file), 50)
        return shown if answer.kind == Answer.Kind.TEXT else f"[{answer.get_kind_display()}] {shown}"

    @display(description=_("for whom"))
    def for_whom(self, answer: Answer) -> str:
        names = [str(row) for row in (*answer.departments.all(), *answer.tags.all())]
        return shorten(" · ".join(names), 30) or str(_("everybody"))

    @display(description=_("validity"))
    def validity(self, answer: Answer) -> str:
        today = timezone.localdate()
        if answer.valid_until and answer.valid_until < today:
            return badge(_("until %s") % answer.valid_until.isoformat(), "bad")
        if answer.valid_from and answer.valid_from > today:
            return badge(_("from %s") % answer.valid_from.isoformat(), "info")
        return str(_("until %s") % answer.valid_until.isoformat()) if answer.valid_until else NOTHING
