"""Sensitive subjects in the admin: their words, texts, hotlines and group; confirmed by the company."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import services
from conversations.models import CareSubject
from core.web.admin import NOTHING, FormAdmin, badge, short_time


class CareSubjectForm(forms.ModelForm[CareSubject]):
    """A subject; wordings that any message has are refused."""

    class Meta:
        model = CareSubject
        fields = (
            *("name", "name_en", "enabled", "position", "answer", "answer_en", "hotlines", "hotlines_en"),
            *("words", "examples", "group", "most_alerts", "keep_days"),
        )

    def clean_words(self) -> str:
        words = str(self.cleaned_data["words"])
        if problems := services.problems_of_wordings(words):
            fault = gettext("These lines would be found in ordinary messages, write more of them: %s")
            raise ValidationError(fault % ", ".join(problems))
        return words


@admin.register(CareSubject)
class CareSubjectAdmin(FormAdmin):
    form = CareSubjectForm
    list_display = ("name", "name_en", "group", "phones", "confirmed", "enabled")
    list_select_related = ("group", "confirmed_by")
    search_fields = ("name", "name_en")
    search_help_text = _("Search for a name.")
    ordering = ("position", "pk")
    sortable_by = ()
    autocomplete_fields = ("group",)
    readonly_fields = ("confirmed",)
    actions = ("confirm",)
    fieldsets = (
        (None, {"fields": ("name", "name_en", "enabled", "position", "confirmed")}),
        (_("What members read"), {"fields": (("answer", "answer_en"), ("hotlines", "hotlines_en"))}),
        (_("How it is noticed"), {"fields": ("words", "examples")}),
        (_("Who is told, and how long it is kept"), {"fields": ("group", "most_alerts", "keep_days")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Subjects come with the installation."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that is not wanted is switched off: its cases stay."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "GET" and (words := services.unconfirmed_care_words()):
            self.message_user(request, words, messages.WARNING)
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

    def save_model(self, request: HttpRequest, obj: CareSubject, form: Any, change: bool) -> None:
        """Another text or hotline has to be confirmed again."""
        if set(form.changed_data) & set(CareSubject.CONFIRMED):
            obj.confirmed_at = obj.confirmed_by = None
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Confirm texts and hotlines"), permissions=["change"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[CareSubject]) -> None:
        for subject in queryset:
            subject.confirmed_at, subject.confirmed_by = timezone.now(), request.user  # type: ignore[assignment]
            subject.save(update_fields=["confirmed_at", "confirmed_by"])
            self.log_change(request, subject, gettext("Texts and hotlines confirmed."))
        count = len(queryset)
        text = ngettext("%d subject is confirmed.", "%d subjects are confirmed.", count) % count
        self.message_user(request, text, messages.SUCCESS)

    @display(description=_("hotlines"))
    def phones(self, subject: CareSubject) -> str:
        return " · ".join(line.split()[0] for line in subject.hotlines.splitlines() if line.strip()) or NOTHING

    @display(description=_("confirmed"))
    def confirmed(self, subject: CareSubject) -> str:
        if subject.confirmed_at is None:
            return badge(gettext("not confirmed"), "warn")
        return f"{short_time(subject.confirmed_at)} · {subject.confirmed_by or NOTHING}"
