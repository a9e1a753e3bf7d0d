"""Recipients of schedules in the admin: named and found in the list, chosen on the page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.web.admin import FormAdmin, shorten
from scheduling import services
from scheduling.admin.forms import RecipientsForm, reach_in_words
from scheduling.models import Schedule, share_calendars
from wecom.models import Member

SHOWN_NAMES = 2
MOST_NAMESAKES = 50


class RecipientsAdmin(FormAdmin):
    """Shows recipients by name, finds schedules by it, and answers the picker."""

    @display(description=_("members"))
    def who(self, schedule: Any) -> str:
        named = [*schedule.user_ids, *schedule.department_numbers, *schedule.tag_numbers]
        names, more = shorten(", ".join(schedule.first_names), 32), len(named) - SHOWN_NAMES
        shown = gettext("%(names)s and %(more)d more") % {"names": names, "more": more} if more > 0 else names
        ids = ", ".join(map(str, named[:SHOWN_NAMES]))
        return format_html('<span title="{}">{}</span>', ids, shown)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The schedules of one company share its calendar, and names of recipients are read at once."""
        changes = super().get_changelist_instance(request)
        changes.result_list = share_calendars(changes.result_list)
        names = services.first_names(changes.result_list, SHOWN_NAMES)
        for schedule in changes.result_list:
            schedule.first_names = names[schedule.pk]
        return changes

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        """Schedules of members who are called so, too."""
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        words, theirs = search_term.strip(), Q()
        named = Member.objects.called(words).values_list("user_id", flat=True)[:MOST_NAMESAKES] if words else ()
        for user_id in named:
            theirs |= Q(members_text__icontains=f'"{user_id}"')
        return (rows | queryset.filter(theirs) if theirs else rows), may_repeat

    @display(description=_("who gets it"))
    def recipients(self, _schedule: Schedule | None) -> SafeString:
        return render_to_string("admin/schedule_recipients.html")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.recipients_view)
        return [path("recipients/", view, name="scheduling_schedule_recipients"), *super().get_urls()]

    def recipients_view(self, request: HttpRequest) -> HttpResponse:
        """The picker of recipients: those that match, those chosen, and how many members get it."""
        if not self.has_view_or_change_permission(request) and not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = RecipientsForm(request.POST)
        schedule = form.schedule()
        recipients = services.find_recipients(schedule, form.cleaned_data.get("q", ""))
        return JsonResponse(
            {
                "found": [one.as_json() for one in recipients],
                "chosen": [one.as_json() for one in services.recipients_of(schedule)],
                "total": reach_in_words(services.audience_of(schedule)),
            }
        )
