"""Schedules in the admin, with live previews of their times and scripts."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.web.admin import NOTHING, badge, change_url, link, row_action
from scheduling import services
from scheduling.admin.columns import TONES, outcome_badge, short_moment
from scheduling.admin.conversion import ConversionAdmin
from scheduling.admin.drafts import OF_DRAFTS, DraftsAdmin
from scheduling.admin.forms import (
    RunNowForm,
    ScheduleForm,
    ScriptPreviewForm,
    TimingPreviewForm,
    reach_of,
)
from scheduling.admin.recipients import RecipientsAdmin
from scheduling.admin.timing_form import CONDITIONS
from scheduling.exceptions import SchedulingError
from scheduling.models import Run, RunMessage, Schedule

LATEST_RUNS = 8
OF_VIDEOS = ("template", "presentation", "values", "spoken", "digital_human", "mode")
IF_VIDEO = "message_type == 'video'"


@admin.register(Schedule)
class ScheduleAdmin(DraftsAdmin, RecipientsAdmin, ConversionAdmin):
    form = ScheduleForm
    list_display = ("name", "when", "who", "sent_as", "next_run", "last_outcome", "condition")
    list_select_related = ("application", "asked_by")
    list_filter = ("paused", "draft", "message_type", "days", "application")
    search_fields = ("name", "text", "members_text")
    search_help_text = _("Search for a schedule's name, words of its text, or a member's name or user ID.")
    ordering = ("paused", "next_tick_at", "pk")
    list_per_page = 50
    readonly_fields = ("recipients", "preview", "spoken", "made_ahead", "latest_runs")
    conditional_fields = dict.fromkeys(OF_VIDEOS, IF_VIDEO) | {
        "unknown_days": "days == 'working'",
        **CONDITIONS,
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *(
                        "name",
                        "recipients",
                        "user_ids",
                        "department_numbers",
                        "tag_numbers",
                        "topic",
                        "message_type",
                        "text",
                        "template",
                        "presentation",
                        "values",
                        "spoken",
                    ),
                    *("digital_human", "mode"),
                )
            },
        ),
        (
            _("When"),
            {
                "fields": (
                    *("repeat", "only_on", "weekdays", "month_day", "at", "cron", "time_zone", "days", "unknown_days"),
                    *("preview", "grace_minutes"),
                )
            },
        ),
        (_("Where it is sent from"), {"fields": ("application",)}),
        (_("What became of it"), {"fields": ("latest_runs",)}),
    )
    actions = ("run_now", "pause", "resume", "go_on_as_campaigns")
    actions_detail = (*OF_DRAFTS, "run_now_this", "pause_this", "resume_this", "convert_this")

    class Media:
        js = ("core/confirm_action.js", "scheduling/recipients.js")

    def get_fieldsets(self, request: HttpRequest, obj: Schedule | None = None) -> Any:
        # A new schedule has no runs.
        if obj is None:
            return self.fieldsets[:-1]
        if obj.message_type != Schedule.MessageType.VIDEO:
            return self.fieldsets
        title, shown = self.fieldsets[-1]
        return (*self.fieldsets[:-1], (title, {"fields": ("made_ahead", *shown["fields"])}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        newest = Run.objects.filter(schedule=OuterRef("pk")).order_by("-due_at")
        queryset: QuerySet[Schedule] = super().get_queryset(request)
        return queryset.annotate(
            newest_outcome=Subquery(newest.values("outcome")[:1]),
            newest_run=Subquery(newest.values("pk")[:1]),
            members_text=Cast("user_ids", TextField()),
        )

    @display(description=_("when"), ordering="cron")
    def when(self, schedule: Schedule) -> str:
        if not schedule.rule.working_days and schedule.time_zone == settings.TIME_ZONE:
            return schedule.words
        elsewhere = "" if schedule.time_zone == settings.TIME_ZONE else schedule.time_zone
        return format_html("{} <span class='ou-quiet'>{}</span>", schedule.words, elsewhere)

    @display(description=_("sent as"), ordering="message_type")
    def sent_as(self, schedule: Schedule) -> str:
        tone = "info" if schedule.message_type == Schedule.MessageType.VIDEO else ""
        return badge(schedule.get_message_type_display(), tone)

    @display(description=_("next run"), ordering="next_tick_at")
    def next_run(self, schedule: Schedule) -> str:
        now = timezone.now()
        upcoming = [] if schedule.paused else schedule.rule.upcoming(now, 1)
        if upcoming:
            return short_moment(upcoming[0], schedule)
        held = None if schedule.paused else schedule.rule.next_held(now)
        return badge(_("held: the working days are not known"), "bad") if held else NOTHING

    @display(description=_("last outcome"))
    def last_outcome(self, schedule: Any) -> str:
        if not schedule.newest_outcome:
            return NOTHING
        return link(change_url(Run(pk=schedule.newest_run)), outcome_badge(schedule.newest_outcome))

    @display(description=_("next runs"))
    def preview(self, schedule: Schedule | None) -> SafeString:
        return self._shown(schedule or Schedule(), whole=True)

    @display(description=_("what they are told"))
    def spoken(self, schedule: Schedule | None) -> SafeString:
        return self._words(schedule or Schedule(), whole=True)

    @display(description=_("video rendered ahead"))
    def made_ahead(self, schedule: Schedule) -> str:
        """A link to the video that will be sent, or its status."""
        if schedule.ahead is None or schedule.ahead_for is None:
            return gettext("It is begun some minutes before its time, so that it leaves on time.")
        words = format_html("{} {}", short_moment(schedule.ahead_for, schedule), schedule.ahead.get_status_display())
        return link(change_url(schedule.ahead), words)

    @display(description=_("latest runs"))
    def latest_runs(self, schedule: Schedule) -> SafeString:
        runs = list(schedule.runs.select_related("schedule").order_by("-due_at")[: LATEST_RUNS + 1])
        rows = [
            (run, TONES[Run.Outcome(run.outcome)], short_moment(run.due_at, schedule)) for run in runs[:LATEST_RUNS]
        ]
        context = {"schedule": schedule, "rows": rows, "more": len(runs) > LATEST_RUNS}
        return render_to_string("admin/schedule_runs.html", context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        urls: list[URLPattern] = super().get_urls()
        words = self.admin_site.admin_view(self.words_view)
        return [
            path("preview/", view, name="scheduling_schedule_preview"),
            path("words/", words, name="scheduling_schedule_words"),
            *urls,
        ]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The live preview below the cron line."""
        if not self.has_view_or_change_permission(request) and not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponse(self._shown(TimingPreviewForm(request.GET).schedule(), whole=False))

    def words_view(self, request: HttpRequest) -> HttpResponse:
        """The live preview below a template and its values."""
        if not self.has_view_or_change_permission(request) and not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return HttpResponse(
            self._words(
                ScriptPreviewForm(request.POST).schedule(),
                whole=False,
                in_full=request.user.has_perm("wecom.read_memberfact"),
            )
        )

    def _words(self, schedule: Schedule, *, whole: bool, in_full: bool = False) -> SafeString:
        spoken, faults = services.preview_scripts(schedule, in_full=in_full)
        variables = list(schedule.source.variables.all()) if schedule.source else []
        context = {
            "schedule": schedule,
            "whole": whole,
            "spoken": spoken,
            "faults": faults,
            "variables": variables,
            "others": len(schedule.user_ids) - len(spoken),
        }
        return render_to_string("admin/schedule_words.html", context)

    def _shown(self, schedule: Schedule, *, whole: bool) -> SafeString:
        context: dict[str, Any] = {"schedule": schedule, "whole": whole}
        if schedule.cron.strip():
            try:
                context["preview"] = services.preview(schedule)
            except SchedulingError as error:
                context["error"] = error
        return render_to_string("admin/schedule_preview.html", context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[Any], list[Any]]:
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        # Runs cannot be deleted by themselves, only with their schedule.
        return rows, counts, lacking - {model._meta.verbose_name for model in (Run, RunMessage)}, protected

    def delete_model(self, request: HttpRequest, obj: Schedule) -> None:
        services.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        for schedule in queryset:
            services.remove(schedule)

    @admin.action(description=_("Run now"), permissions=["run"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> HttpResponse | None:
        """From the list, a page that says to whom comes first; a schedule's page has a dialog for that."""
        if ACTION_CHECKBOX_NAME in request.POST and "confirmed" not in request.POST:
            asked = [reach_of(schedule) for schedule in queryset.filter(draft=False).select_related("application")]
            context = {**self.admin_site.each_context(request), "title": _("Send them now?"), "asked": asked}
            return TemplateResponse(request, "admin/schedules_run_now.html", context)
        runs = [services.run_now(schedule) for schedule in self._published(request, queryset)]
        sent = sum(run.outcome == Run.Outcome.SENT for run in runs)
        if sent:
            text = ngettext("%d schedule was sent.", "%d schedules were sent.", sent) % sent
            self.message_user(request, text, messages.SUCCESS)
        for run in runs:
            if run.outcome != Run.Outcome.SENT:
                self.message_user(request, f"{run.schedule}: {run.why}", messages.ERROR)
        return None

    run_now_this = row_action(
        run_now,
        icon="send",
        title=_("Send it now?"),
        words=_("All its members get the message at once, in addition to its own times, even while it is paused."),
        form=RunNowForm,
    )

    @admin.action(description=_("Pause"), permissions=["publish"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        count = sum(services.pause(schedule) for schedule in queryset)
        self._tell(request, ngettext("%d schedule is paused.", "%d schedules are paused.", count) % count, count)

    pause_this = row_action(
        pause,
        icon="pause_circle",
        title=_("Pause this schedule?"),
        words=_("Nothing is sent until you resume it. Runs that come due meanwhile are not made up for."),
    )

    @admin.action(description=_("Resume"), permissions=["publish"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        count = sum(self.resumed(request, schedule) for schedule in self._published(request, queryset))
        self._tell(request, ngettext("%d schedule goes on.", "%d schedules go on.", count) % count, count)

    resume_this = row_action(
        resume,
        icon="play_circle",
        title=_("Resume this schedule?"),
        words=_("It sends again from its next run. Runs that came due meanwhile are not made up for."),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Those that apply to it: a draft is published, others are run, paused or resumed."""
        schedule = Schedule.objects.filter(pk=object_id).first()
        if schedule is None or not schedule.draft:
            useful = {"run_now_this", "resume_this" if schedule and schedule.paused else "pause_this"}
        else:
            useful = self.draft_actions(request, schedule)
        return [one for one in super().get_actions_detail(request, object_id) if one.path in {*useful, "convert_this"}]

    def _published(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> list[Schedule]:
        """The schedules without drafts, which are named."""
        drafts = [str(schedule) for schedule in queryset if schedule.draft]
        if drafts:
            words = gettext("Drafts send nothing until they are published: %s") % ", ".join(drafts)
            self.message_user(request, words, messages.WARNING)
        return [schedule for schedule in queryset if not schedule.draft]

    def has_run_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.run_schedule")

    def _tell(self, request: HttpRequest, text: str, count: int) -> None:
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)
