"""Statements in the admin: read-only; the pages of digital humans and voices record them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminURLInputWidget

from avatars import services
from avatars.admin.consents import who
from avatars.exceptions import ConsentError
from avatars.models import DigitalHuman, Statement, Voice
from avatars.thumbnails import portrait_thumb
from core.web.admin import NOTHING, ReadOnlyAdmin, action, badge, change_url, link, row_link

STATES = {
    Statement.State.HOLDS: "good",
    Statement.State.UNCONFIRMED: "bad",
    Statement.State.VOID: "warn",
    Statement.State.WITHDRAWN: "bad",
}


class UnconfirmedFilter(admin.SimpleListFilter):
    """Statements that a second person has to confirm."""

    title = _("confirmation")
    parameter_name = "confirmation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("missing", _("a second person is missing")), ("unmeasured", _("not measured yet"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        rows: dict[str, QuerySet[Any]] = {
            "missing": Statement.objects.unconfirmed(),
            "unmeasured": Statement.objects.unmeasured(),
        }
        chosen = rows.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(pk__in=chosen.values("pk"))


class ConfirmationForm(forms.ModelForm[Statement]):
    """A second person's reason for confirming that a picture is drawn, and the evidence."""

    class Meta:
        model = Statement
        fields = ("confirmation", "evidence", "evidence_link")
        widgets = {
            "confirmation": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "evidence": UnfoldAdminFileFieldWidget,
            "evidence_link": UnfoldAdminURLInputWidget,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmation"].required = True


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ("subject", "says", "stands", "why", "recorded_by", "recorded_at", "photographed")
    list_display_links = ("says",)
    list_select_related = ("digital_human", "voice")
    list_filter = (UnconfirmedFilter, "looks_photographed")
    search_fields = ("recorded_by", "reason", "digital_human__name", "voice__name")
    search_help_text = _("Search for a digital human, a voice, a name or a reason.")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("subject", "says", "stands", "why", "recorded_by", "recorded_at")}),
        (_("The picture"), {"fields": ("picture", "sha256", "photographed")}),
        (_("Second person"), {"fields": ("confirmed_by", "confirmed_at", "confirmation", "shown_evidence")}),
        (_("Withdrawal"), {"fields": ("withdrawn_at", "withdrawn_by")}),
    )

    actions_detail = ("confirm_this",)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.confirm_view)
        return [path("<int:pk>/confirm/", page, name="avatars_statement_confirm"), *super().get_urls()]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With whether this account may see the evidence."""
        statement = super().get_object(request, object_id, from_field)
        if statement is not None:
            statement.may_read = request.user.has_perm("avatars.read_consent")
        return statement

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only one that is to be confirmed has the button."""
        is_open = Statement.objects.unconfirmed().filter(pk=object_id).exists()
        return list(super().get_actions_detail(request, object_id)) if is_open else []

    @action(description=_("Confirm that it is drawn"), permissions=["record"], icon="verified")
    def confirm_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:avatars_statement_confirm", args=[int(object_id)]))

    def has_record_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("avatars.add_consent")

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET shows the picture and asks for evidence; POST confirms as the second person."""
        if not self.has_record_permission(request):
            raise PermissionDenied
        statement = get_object_or_404(Statement.objects.select_related("digital_human"), pk=pk)
        if not Statement.objects.unconfirmed().filter(pk=pk).exists():
            self.message_user(request, gettext("No second person has to confirm this statement."), messages.ERROR)
            return redirect(change_url(statement))
        form = ConfirmationForm(request.POST or None, request.FILES or None, instance=statement)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                evidence = {"how": given["confirmation"], "evidence": given["evidence"], "link": given["evidence_link"]}
                services.confirm_drawn(Statement(pk=pk), by=who(request), **evidence)
            except ConsentError as error:
                form.add_error(error.field or None, f"{error.message} {error.remedy}")
            else:
                self.message_user(request, _("It is confirmed, and may be shown from now on."), messages.SUCCESS)
                return redirect(change_url(statement))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Confirm that it is drawn"),
            "opts": self.opts,
            "statement": statement,
            "form": form,
        }
        return TemplateResponse(request, "admin/digital_humans/confirm_drawn.html", context)

    @display(description=_("picture"))
    def picture(self, statement: Statement) -> str:
        human = statement.digital_human
        is_now = human is not None and str(human.portrait.name) == statement.portrait
        return portrait_thumb(human) if human is not None and is_now else NOTHING

    @display(description=_("evidence"))
    def shown_evidence(self, statement: Any) -> str:
        if statement.evidence_link:
            return link(statement.evidence_link, statement.evidence_link)
        if not statement.evidence:
            return NOTHING
        return link(statement.evidence.url, gettext("Open")) if statement.may_read else gettext("a file")

    @display(description=_("about"))
    def subject(self, statement: Statement) -> str:
        row: Any = statement.digital_human or statement.voice
        return row_link(row)

    @display(description=_("statement"))
    def says(self, statement: Statement) -> str:
        return statement.claim

    @display(description=_("status"))
    def stands(self, statement: Statement) -> str:
        return badge(statement.state.label, STATES[statement.state])

    @display(description=_("looks like a photograph"), ordering="looks_photographed")
    def photographed(self, statement: Statement) -> str:
        if statement.looks_photographed is None:
            return gettext("not measured yet") if statement.digital_human_id else NOTHING
        if not statement.looks_photographed:
            return gettext("no")
        return gettext("yes, confirmed") if statement.confirmed_at else gettext("yes")

    @display(description=_("reason"))
    def why(self, statement: Statement) -> str:
        return statement.reason_words or NOTHING


class OriginAdmin(ModelAdmin[Any]):
    """A page whose form states where a picture or a voice comes from: with the right to record consents only."""

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"may_state": self.has_record_permission(request)})

    def has_record_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("avatars.add_consent")


def statement_words(subject: DigitalHuman | Voice) -> str:
    """The latest statement about a digital human or voice, in words, with a link to all of them."""
    statement = subject.statements.order_by("-pk").first() if subject.pk else None
    if statement is None:
        return NOTHING
    when = timezone.localtime(statement.recorded_at)
    label = gettext("%(claim)s: %(by)s, %(when)s") % {
        "claim": statement.claim,
        "by": statement.recorded_by or "?",
        "when": f"{when:%Y-%m-%d %H:%M}",
    }
    page = link(change_url(statement), label)
    return format_html("{} {} {}", badge(statement.state.label, STATES[statement.state]), page, statement.reason_words)
