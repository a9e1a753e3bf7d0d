"""Access records in the admin, read-only: who read which messages of members, and when."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.models import AccessRecord
from core.text_search import Found
from core.web.admin import NOTHING, ReadOnlyAdmin, short_time
from wecom.models import Member

MOST_NAMESAKES = 50
PAGES = {
    "desk": _("operators' desk"),
    "timeline": _("timeline"),
    "media": _("file of a member"),
    "personal_data": _("export of a person"),
}


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ("when", "reader", "kind", "whose", "where", "way", "rows")
    list_filter = ("way", "is_program", ("at", admin.DateFieldListFilter))
    search_fields = ("=reader",)
    search_help_text = _("Search for the account, or for the member's name or user ID.")
    sortable_by = ("when",)
    ordering = ("-pk",)
    fields = ("when", "reader", "kind", "whose", "where", "way", "rows")
    empty_words = _("Nobody has read what members said.")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The rows of the page, with the names of all their members read at once."""
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        members = Member.objects.in_bulk({row.person for row in rows})
        for row in rows:
            row.member = members.get(row.person)
        changes.result_list = rows
        return changes

    def find_rows(self, words: str) -> Found:
        """Rows about members with these words in their name or user ID, too."""
        called = list(Member.objects.called(words).values_list("pk", flat=True)[:MOST_NAMESAKES])
        return super().find_rows(words) | Q(person__in=called)

    @display(description=_("at"), ordering="pk")
    def when(self, record: AccessRecord) -> str:
        return short_time(record.at)

    @display(description=_("kind"))
    def kind(self, record: AccessRecord) -> str:
        return gettext("program") if record.is_program else gettext("account")

    @display(description=_("whose words"))
    def whose(self, record: Any) -> str:
        if not record.person:
            return gettext("of several members")
        member = record.member if hasattr(record, "member") else Member.objects.filter(pk=record.person).first()
        return str(member) if member else NOTHING

    @display(description=_("page"))
    def where(self, record: AccessRecord) -> str:
        return page_words(record.page)


def page_words(page: str) -> str:
    """The name of a page."""
    if page in PAGES:
        return str(PAGES[page])
    try:
        return str(capfirst(apps.get_model(page)._meta.verbose_name_plural))
    except (LookupError, ValueError):
        return page
