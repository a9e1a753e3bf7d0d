"""Canned answers in the admin: texts that operators insert at the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.models import CannedAnswer
from core.web.admin import FormAdmin, shorten


@admin.register(CannedAnswer)
class CannedAnswerAdmin(FormAdmin):
    list_display = ("title", "words", "language", "topic")
    list_filter = ("language", "topic")
    list_select_related = ("topic",)
    search_fields = ("title", "text")
    search_help_text = _("Search for a title or words.")
    fields = ("title", "text", "language", "topic")

    @display(description=_("text"))
    def words(self, answer: CannedAnswer) -> str:
        return shorten(answer.text, 60)
