"""The restore guard in the admin: a person confirms a database that was restored or copied."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from core.web.admin import NOTHING, ReadOnlyAdmin, badge, row_action, short_time
from wecom import services
from wecom.models import Guard


@admin.register(Guard)
class GuardAdmin(ReadOnlyAdmin):
    list_display = ("name", "condition", "why", "since", "known_calls")
    ordering = ("pk",)
    fieldsets = ((None, {"fields": ("condition", "why", "since", "known_calls")}),)
    actions_detail = ("send_waiting_this", "discard_waiting_this")

    @display(description=_("restore guard"))
    def name(self, guard: Guard) -> str:
        return str(guard)

    @display(description=_("status"))
    def condition(self, guard: Guard) -> str:
        return badge(_("nothing is sent"), "bad") if guard.held_since else badge(_("in order"), "good")

    @display(description=_("reason"))
    def why(self, guard: Guard) -> str:
        return guard.get_held_because_display() or NOTHING

    @display(description=_("since"))
    def since(self, guard: Guard) -> str:
        return short_time(guard.held_since)

    @display(description=_("went out after the backup"))
    def known_calls(self, guard: Guard) -> str:
        if guard.held_because != Guard.Because.RESTORED:
            return NOTHING
        text = ngettext("%d message, which is not sent again", "%d messages, which are not sent again", guard.forgotten)
        return text % guard.forgotten

    @admin.action(description=_("Send waiting messages"), permissions=["send"])
    def send_waiting(self, request: HttpRequest, queryset: QuerySet[Guard]) -> None:
        count = services.release_restore_hold(discard=False)
        self.show_result(request, ngettext("%d message is being sent.", "%d messages are being sent.", count) % count)

    send_waiting_this = row_action(
        send_waiting,
        icon="send",
        title=_("Send from this database?"),
        words=_("Waiting messages go out, but for those that are known to have gone out after the backup."),
    )

    @admin.action(description=_("Discard waiting messages"), permissions=["send"])
    def discard_waiting(self, request: HttpRequest, queryset: QuerySet[Guard]) -> None:
        count = services.release_restore_hold(discard=True)
        self.show_result(request, ngettext("%d message was discarded.", "%d messages were discarded.", count) % count)

    discard_waiting_this = row_action(
        discard_waiting,
        icon="delete_sweep",
        title=_("Discard what waits, and send from now on?"),
        words=_(
            "Nothing of what waits reaches anybody, not even what did not go out before. Campaigns report it as failed."
        ),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        held = services.restore_hold()
        return list(super().get_actions_detail(request, object_id)) if held else []

    def has_send_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("wecom.change_guard")
