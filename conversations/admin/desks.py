"""Desks and answers in the admin: what HR sets up for an application."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import services
from conversations.models import Answer, Desk
from core.web.admin import NOTHING, FormAdmin, shorten


@admin.register(Desk)
class DeskAdmin(FormAdmin):
    list_display = ("application", "digital_human", "language", "greets")
    list_select_related = ("application", "digital_human")
    list_filter = ("digital_human",)
    search_fields = ("application__name", "greeting")

    @display(description=_("greeting"))
    def greets(self, desk: Desk) -> str:
        return shorten(desk.greeting, 60)


@admin.register(Answer)
class AnswerAdmin(FormAdmin):
    list_display = ("question", "others", "short", "enabled")
    list_editable = ("enabled",)
    list_filter = ("enabled",)
    search_fields = ("question", "other_wordings", "answer")
    search_help_text = _("Search in questions, their other wordings and answers.")
    fields = ("question", "other_wordings", "answer", "enabled")

    def save_model(self, _request: HttpRequest, obj: Answer, _form: object, _change: bool) -> None:
        services.save_answer(obj)

    @display(description=_("other wordings"))
    def others(self, answer: Answer) -> str:
        return shorten(" · ".join(answer.wordings[1:]), 30) or NOTHING

    @display(description=_("answer"))
    def short(self, answer: Answer) -> str:
        return shorten(answer.answer, 60)
