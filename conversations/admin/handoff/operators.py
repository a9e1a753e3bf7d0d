"""Operators and their groups in the admin: who answers which topics, when, and how soon."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSingleTimeWidget

from conversations import services
from conversations.models import Operator, OperatorGroup, Ticket
from core.web.admin import NOTHING, FormAdmin, ProtectedDeleteAdmin
from wecom.models import Application


@admin.register(Operator)
class OperatorAdmin(ProtectedDeleteAdmin):
    list_display = ("name", "member", "user", "in_groups", "answers", "enabled")
    list_filter = ("enabled", "groups")
    list_select_related = ("member", "user")
    search_fields = ("name", "member__name", "member__user_id", "user__username")
    search_help_text = _("Search for a name, a user ID or an account.")
    fields = ("name", "member", "user", "enabled")
    readonly_fields = ("account",)
    autocomplete_fields = ("member", "user")
    protected_by = {"tickets": _("They have answered members, which is kept. Switch “enabled” off instead.")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operator]:
        queryset: QuerySet[Operator] = super().get_queryset(request)
        return queryset.annotate(
            group_count=Count("groups", distinct=True),
            open_count=Count("tickets", filter=Q(tickets__status=Ticket.Status.ASSIGNED), distinct=True),
        )

    def save_model(self, request: HttpRequest, obj: Operator, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.enabled and obj.member_id is None and obj.user_id is None:
            notice = gettext(
                "“%(name)s” has neither a member nor an account: only programs can answer as them, by REST."
            )
            self.message_user(request, notice % {"name": obj.name}, messages.WARNING)
        elif obj.enabled and not obj.groups.exists():
            notice = gettext("“%s” is in no group of operators yet, and gets no cards. Add them to one.")
            self.message_user(request, notice % obj.name, messages.WARNING)

    def get_fields(self, request: HttpRequest, obj: Operator | None = None) -> Any:
        """Those who only look have no page of accounts, so theirs is named without a link."""
        fields = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return fields
        return ["account" if name == "user" else name for name in fields]

    @display(description=_("account"))
    def account(self, operator: Operator) -> str:
        return str(operator.user or NOTHING)

    @display(description=pgettext_lazy("of operators", "groups"), ordering="group_count")
    def in_groups(self, operator: Any) -> int:
        return int(operator.group_count)

    @display(description=_("answers now"), ordering="open_count")
    def answers(self, operator: Any) -> int:
        return int(operator.open_count)


class OperatorGroupForm(forms.ModelForm[OperatorGroup]):
    """A group; office hours have no seconds."""

    class Meta:
        model = OperatorGroup
        fields = (
            "name",
            "application",
            "topics",
            "operators",
            "enabled",
            "days",
            "opens_at",
            "closes_at",
            "answer_within",
        )
        widgets: ClassVar = dict.fromkeys(("opens_at", "closes_at"), UnfoldAdminSingleTimeWidget(format="%H:%M"))


@admin.register(OperatorGroup)
class OperatorGroupAdmin(FormAdmin):
    form = OperatorGroupForm
    list_display = ("name", "application", "about", "people", "hours", "answer_within", "enabled")
    list_filter = ("application", "enabled")
    list_select_related = ("application",)
    search_fields = ("name",)
    search_help_text = _("Search for a name.")
    autocomplete_fields = ("topics", "operators")
    readonly_fields = ("days_unknown",)
    fieldsets = (
        (None, {"fields": ("name", "application", "topics", "operators", "enabled")}),
        (_("When they are there"), {"fields": ("days", "days_unknown", ("opens_at", "closes_at"), "answer_within")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OperatorGroup]:
        queryset: QuerySet[OperatorGroup] = super().get_queryset(request)
        counted = queryset.annotate(operator_count=Count("operators", distinct=True))
        return counted.prefetch_related("topics")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        group = form.instance
        if group.enabled and not group.operators.filter(enabled=True).exists():
            notice = gettext("“%s” has no operators yet: members who are passed on to it wait at the desk only.")
            self.message_user(request, notice % group.name, messages.WARNING)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        usual = Application.objects.filter(is_default=True).first()
        return {"application": usual, **super().get_changeform_initial_data(request)}

    @display(description=_("public holidays"))
    def days_unknown(self, group: OperatorGroup) -> str:
        return services.office_days_unknown([group]) or gettext("The days of these years are known.")

    @display(description=_("topics"))
    def about(self, group: OperatorGroup) -> str:
        return ", ".join(topic.shown for topic in group.topics.all()) or str(_("everything else"))

    @display(description=_("operators"), ordering="operator_count")
    def people(self, group: Any) -> int:
        return int(group.operator_count)

    @display(description=_("there"), ordering="opens_at")
    def hours(self, group: OperatorGroup) -> str:
        if group.opens_at == group.closes_at:
            return f"{group.get_days_display()} · {_('around the clock')}"
        return f"{group.get_days_display()} · {group.opens_at:%H:%M}–{group.closes_at:%H:%M}"
