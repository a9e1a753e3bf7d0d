"""Documents in the admin: uploaded, read in the background, replaced, and their passages to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from conversations import services
from conversations.admin.answers.answer_admin import ValidityFilter
from conversations.admin.files.flow_file_pages import FileButtons
from conversations.models import Document
from conversations.wording.durations import wait_words
from core.web.admin import NOTHING, FormAdmin, action, badge, reason_words, row_action, shorten
from core.web.admin_filters import UsedRowsFilter

SHOWN = 40


class DocumentForm(forms.ModelForm[Document]):
    """A document. A file that cannot be read is refused at once, where its first bytes show it."""

    class Meta:
        model = Document
        fields = ("title", "file", "enabled", "departments", "tags", "valid_from", "valid_until", "topic", "language")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            try:
                services.check_document(file)
            except services.DocumentRefused as error:
                raise ValidationError(str(error)) from error
        return file


@admin.register(Document)
class DocumentAdmin(FileButtons, FormAdmin):
    """Documents, with how far each is read."""

    form = DocumentForm
    list_display = ("title", "kind", "state", "pages", "passage_count", "topic", "for_whom", "enabled")
    list_filter = ("enabled", "status", "kind", ("topic", UsedRowsFilter), ValidityFilter, "language")
    list_select_related = ("topic",)
    search_fields = ("title", "topic__name", "topic__name_en")
    search_help_text = _("Search in titles and topics.")
    autocomplete_fields = ("departments", "tags", "topic")
    readonly_fields = ("state_now", "pages_now", "passages_now", "text")
    fieldsets = (
        (None, {"fields": ("title", "file", "state_now", "enabled")}),
        (_("For whom and when"), {"fields": ("departments", "tags", ("valid_from", "valid_until"))}),
        (_("Order"), {"fields": ("topic", "language")}),
        (_("What was read"), {"fields": ("pages_now", "passages_now", "text")}),
    )
    empty_hint = _("Upload a policy or a manual. What the answers do not know is answered with a passage of it.")
    actions = ("read_again", "export_chosen")
    actions_list = ("try_question", "import_file")
    actions_detail = ("read_again_this",)

    class Media:
        css = {"all": ("conversations/answers.css",)}
        js = ("core/live_page.js",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request).prefetch_related("departments", "tags")
        return rows

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new document has nothing that was read."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else [(None, {"fields": ("title", "file", "enabled")}), *fieldsets[1:-1]]

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        """A new file is read in the background; the one before is quoted until then."""
        file = form.cleaned_data.get("file") if "file" in form.changed_data else None
        services.save_document(obj, file=file)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After the departments and tags, so that the change counts with them."""
        super().save_related(request, form, formsets, change)
        services.save_document(form.instance)

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        services.remove_document(obj)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Document]") -> None:
        for document in queryset:
            services.remove_document(document)

    @action(description=_("Try a question"), icon="science", url_path="try", permissions=["try"])
    def try_question(self, _request: HttpRequest) -> HttpResponse:
        """The page to try a question on, which searches documents too."""
        return redirect(reverse("admin:conversations_answer_try_question"))

    def has_try_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.view_answer")

    @admin.action(description=_("Read again"), permissions=["change"])
    def read_again(self, request: HttpRequest, queryset: "QuerySet[Document]") -> None:
        count = sum(services.read_again(document) for document in queryset)
        notice = ngettext("%d document is being read.", "%d documents are being read.", count) % count
        self.message_user(request, notice)

    read_again_this = row_action(
        read_again,
        icon="refresh",
        title=_("Read this document again?"),
        words=_("Its passages stay until the new ones are there."),
    )

    @display(description=_("status"), ordering="status")
    def state(self, document: Document) -> str:
        if document.status == Document.Status.DONE:
            return badge(_("read"), "good")
        if document.status == Document.Status.FAILED:
            return format_html("{} {}", badge(document.get_status_display(), "bad"), self._why(document))
        context = {"document": document, "how": _how_far(document)}
        return render_to_string("admin/answers/document_progress.html", context)

    def _why(self, document: Document) -> str:
        """Why it could not be read."""
        return services.document_refusal(document.detail) if document.detail else str(reason_words(document))

    @display(description=_("pages"))
    def pages(self, document: Document) -> str:
        return str(document.page_count) if document.page_count else NOTHING

    @display(description=_("status"))
    def state_now(self, document: Document) -> str:
        return _live("state", self.state(document))

    @display(description=_("pages"))
    def pages_now(self, document: Document) -> str:
        return _live("pages", self.pages(document))

    @display(description=_("passages"))
    def passages_now(self, document: Document) -> str:
        if document.found_count:
            text = _("%(done)d of %(all)d") % {"done": document.embedded_count, "all": document.found_count}
            return _live("passages", text)
        return _live("passages", document.passage_count)

    @display(description=_("for whom"))
    def for_whom(self, document: Document) -> str:
        names = [str(row) for row in (*document.departments.all(), *document.tags.all())]
        return shorten(" · ".join(names), 30) or str(_("everybody"))

    @display(description=_("text"))
    def text(self, document: Document) -> SafeString:
        rows = document.quoted.defer("vector").all()[: SHOWN + 1]
        shown = render_to_string("admin/answers/passages.html", {"rows": rows[:SHOWN], "more": len(rows) > SHOWN})
        return _live("text", shown)


def _how_far(document: Document) -> str:
    """The reason why a document that is being read waits, in words."""
    if document.status == Document.Status.QUEUED and document.is_opening:
        return str(_("waits to be read"))
    if document.is_opening:
        return str(_("its file is being opened"))
    seconds = document.seconds_left
    if seconds is None:
        return str(_("its passages are being read"))
    return str(_("about %(duration)s left") % {"duration": wait_words(seconds)})


def _live(name: str, shown: object) -> SafeString:
    """A part of the form that core/static/core/live_page.js keeps current while the document is read."""
    return format_html('<div id="document-{}" data-live data-stays>{}</div>', name, shown)
