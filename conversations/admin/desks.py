"""Desks in the admin: the digital human, flow, languages and greeting of an application."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.models import Desk
from core.web.admin import FormAdmin, shorten


@admin.register(Desk)
class DeskAdmin(FormAdmin):
    list_display = ("application", "digital_human", "language", "greets")
    list_select_related = ("application", "digital_human")
    list_filter = ("digital_human",)
    search_fields = ("application__name", "greeting")

    @display(description=_("greeting"))
    def greets(self, desk: Desk) -> str:
        return shorten(desk.greeting, 60)
