"""Topics in the admin, with the number of members who have muted them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.models import MutedTopic, Topic
from core.web.admin import NOTHING, ProtectedDeleteAdmin


@admin.register(Topic)
class TopicAdmin(ProtectedDeleteAdmin):
    list_display = ("name", "english", "order", "can_be_muted", "muted")
    list_editable = ("order", "can_be_muted")
    list_filter = ("can_be_muted",)
    search_fields = ("name", "name_en")
    search_help_text = _("Search for a name.")
    fields = ("name", "name_en", "order", "can_be_muted")
    protected_by = {
        "answers": _("Answers are about it. Give them another topic first."),
        "documents": _("Documents are about it. Give them another topic first."),
        "campaigns": _("Campaigns are about it, and they are kept. Rename it, or switch “can be muted” off."),
        "states": _("Steps of flows pass members on about it. Give them another topic first."),
        "tickets": _("Tickets are about it, and they are kept. Rename it, or switch “can be muted” off."),
    }
    cascades_to = (MutedTopic,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return Topic.objects.counted().order_by("order", "pk")

    @display(description=_("in English"), ordering="name_en")
    def english(self, topic: Topic) -> str:
        return topic.name_en or NOTHING

    @display(description=_("muted by"), ordering="muted_by")
    def muted(self, topic: Any) -> int:
        return int(topic.muted_by)
