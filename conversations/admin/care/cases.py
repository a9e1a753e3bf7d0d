"""Care cases in the admin: for the people of their group, and accounts that may view all. Readings are recorded."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from conversations import services
from conversations.models import CareCase
from core.confidentiality.admin import ReadingAdmin
from core.web.admin import badge, row_action, short_time

TONES = {CareCase.Status.OPEN: "warn", CareCase.Status.TAKEN: "info"}


@admin.register(CareCase)
class CareCaseAdmin(ReadingAdmin):
    """Its list names members and subjects, so that looking at it is a reading too. There is no search."""

    list_display = ("id", "state", "subject", "member", "group", "times", "opened", "taken_by")
    list_filter = ("status", "subject")
    list_select_related = ("subject", "member", "group", "taken_by")
    sortable_by = ("id",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("state", "subject", "member", "group", "taken_by")}),
        (_("What the member wrote"), {"fields": ("said", "times", "found_by")}),
        (_("Times"), {"fields": ("opened_at", "last_said_at", "told_at", "closed_at")}),
    )
    actions = ("take", "close")
    actions_detail = ("take_this", "close_this")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareCase]:
        rows: QuerySet[CareCase] = super().get_queryset(request)
        theirs = CareCase.objects.seen_by(request.user).values("pk")
        return rows.filter(pk__in=theirs)

    @admin.action(description=_("Take it"), permissions=["work"])
    def take(self, request: HttpRequest, queryset: QuerySet[CareCase]) -> None:
        count = sum(services.take_care_case(case, by=request.user) for case in self._own(request, queryset))
        text = ngettext("%d case is yours.", "%d cases are yours.", count) % count
        self.show_result(request, text, done=bool(count))

    take_this = row_action(
        take, icon="volunteer_activism", title=_("Look after this case?"), words=_("Others see that you do.")
    )

    @admin.action(description=_("Close"), permissions=["work"])
    def close(self, request: HttpRequest, queryset: QuerySet[CareCase]) -> None:
        count = sum(services.close_care_case(case, by=request.user) for case in self._own(request, queryset))
        text = ngettext("%d case is closed.", "%d cases are closed.", count) % count
        self.show_result(request, text, done=bool(count))

    close_this = row_action(
        close, icon="task_alt", title=_("Close this case?"), words=_("After the days of its subject it is deleted.")
    )

    def has_work_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Who reads a case may look after it."""
        return bool(self.has_view_permission(request))

    def _own(self, request: HttpRequest, chosen: QuerySet[CareCase]) -> QuerySet[CareCase]:
        """A button of a row's page passes any key: only cases that this account sees."""
        return chosen.filter(pk__in=CareCase.objects.seen_by(request.user).values("pk"))

    @display(description=_("status"), ordering="status")
    def state(self, case: CareCase) -> str:
        return badge(case.get_status_display(), TONES.get(CareCase.Status(case.status), ""))

    @display(description=_("opened at"))
    def opened(self, case: CareCase) -> str:
        return short_time(case.opened_at)
