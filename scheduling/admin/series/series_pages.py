"""Series in the admin: the list, and the page with its rule, its steps and its members."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.exceptions import OpenUserError
from core.interchange.row_differences import differences
from core.parties.acting_client import named
from core.web.admin import NOTHING, ProtectedDeleteAdmin, change_url
from scheduling import services
from scheduling.admin.campaigns.files.campaign_file_pages import FileButtons
from scheduling.admin.rehearsal import RehearsalAdmin
from scheduling.admin.series.enrolment_pages import AddMemberForm
from scheduling.admin.series.series_columns import state_badge
from scheduling.admin.series.series_differences import readable
from scheduling.admin.series.series_form import CONDITIONS, SeriesForm
from scheduling.admin.series.series_life import SeriesLifeAdmin
from scheduling.admin.series.timeline import NewStepForm, StepForm, TimelineAdmin, shown_steps
from scheduling.models import Campaign, CampaignChange, CampaignContent, CampaignRun, Enrolment, Series, SeriesChange

E = Enrolment.Status


@admin.register(Series)
class SeriesAdmin(FileButtons, SeriesLifeAdmin, TimelineAdmin, RehearsalAdmin, ProtectedDeleteAdmin):
    form = SeriesForm
    list_display = ("name", "condition", "counted_from", "steps_count", "members", "written_by")
    list_select_related = ("application__corporation", "created_by", "flow")
    list_filter = ("state", "anchor", "application")
    actions = ("export_chosen",)
    actions_list = ("import_file",)
    search_fields = ("name",)
    search_help_text = _("Search for the name of a series.")
    ordering = ("-pk",)
    list_per_page = 50
    empty_template = "admin/series/empty.html"
    change_form_outer_before_template = "admin/series/life.html"
    change_form_outer_after_template = "admin/campaigns/history.html"
    readonly_fields = ("whole",)
    cascades_to = (Campaign, CampaignContent, CampaignChange, SeriesChange, Enrolment)
    conditional_fields = CONDITIONS
    fieldsets = (
        (None, {"fields": ("name", "application")}),
        (_("Days are counted from"), {"fields": ("anchor", "fact", "repeats_yearly", "departments", "flow")}),
        (_("Who may be in it"), {"fields": ("audience",)}),
        (
            _("When"),
            {"fields": ("late", "days_off", "time_zone", "in_member_zone", "ends_on")},
        ),
        (
            _("What ends it early"),
            {
                "fields": ("rule", "stops_on_reply", "stop_flow"),
                "description": _("It always ends for members who leave the company or are no longer in the audience."),
            },
        ),
    )

    class Media:
        css = {"all": ("scheduling/campaigns.css", "scheduling/series.css")}
        js = ("core/live_page.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.add_member_view)
        return [path("<int:pk>/members/add/", view, name="scheduling_series_add_member"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        queryset: QuerySet[Series] = super().get_queryset(request)
        active = Count("enrolments", filter=Q(enrolments__status=E.ACTIVE), distinct=True)
        return queryset.annotate(count_steps=Count("steps", distinct=True), count_active=active)

    def get_fieldsets(self, request: HttpRequest, obj: Series | None = None) -> Any:
        """The form for those who may change it, for all others its content."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        return ((None, {"fields": ("whole",)}),)

    def has_change_permission(self, request: HttpRequest, obj: Series | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_editable)

    def protected_because(self, row: Any) -> Any:
        sent = CampaignRun.objects.filter(campaign__series=row).exists()
        return _("It was sent. What became of it is kept; cancel it instead.") if sent else ""

    @display(description=_("state"), ordering="state")
    def condition(self, series: Series) -> str:
        return state_badge(series)

    @display(description=_("counted from"), ordering="anchor")
    def counted_from(self, series: Series) -> str:
        return str(series.get_anchor_display())

    @display(description=_("number of steps"), ordering="count_steps")
    def steps_count(self, series: Any) -> str:
        return str(series.count_steps)

    @display(description=_("members in it"), ordering="count_active")
    def members(self, series: Any) -> str:
        return str(series.count_active)

    @display(description=_("written by"), ordering="created_by")
    def written_by(self, series: Series) -> str:
        return named(series.created_by, series.client) or NOTHING

    @display(description=_("series"))
    def whole(self, series: Series) -> SafeString:
        rows = readable(differences({}, services.describe_series_rule(series)), series)  # the steps stand above
        return render_to_string("admin/campaigns/whole.html", {"rows": rows})

    def save_model(self, request: HttpRequest, obj: Series, form: SeriesForm, change: bool) -> None:
        before = obj.state
        services.save_series(obj, by=request.user)  # type: ignore[arg-type]
        if obj.state != before:
            notice = gettext("It is a draft again, because it was changed. Ask for approval once more.")
            self.message_user(request, notice, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Series) -> None:
        services.remove_mailing(obj)

    def response_add(self, request: HttpRequest, obj: Series, post_url_continue: str | None = None) -> HttpResponse:
        """The next thing is its steps."""
        self.message_user(request, gettext("It is saved as a draft. Now add its steps."), messages.SUCCESS)
        return redirect(change_url(obj))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        series = Series.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        context = {**(extra_context or {}), **(self._page(request, series) if series else {})}
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def add_member_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes a member in by hand, counted from today or from a day of their own."""
        if not request.user.has_perm("scheduling.send_series"):
            raise PermissionDenied
        series, form = get_object_or_404(Series, pk=pk), AddMemberForm(request.POST)
        if request.method == "POST" and form.is_valid():
            self._add_member(request, series, form.cleaned_data)
        elif request.method == "POST":
            self.message_user(request, str(next(iter(form.errors.values()))[0]), messages.ERROR)
        return redirect(change_url(series))

    def _add_member(self, request: HttpRequest, series: Series, data: dict[str, Any]) -> None:
        try:
            row, fresh = services.enrol(series, data["user_id"], on=data["on"])
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        text = gettext("%(member)s is in it now.") if fresh else gettext("%(member)s was in it already.")
        text %= {"member": row.member}
        self.log_change(request, series, text)
        shown = format_html('{} <a class="ou-link" href="{}">{}</a>', text, change_url(row), gettext("Show"))
        self.message_user(request, shown, messages.SUCCESS if fresh else messages.WARNING)

    def _page(self, request: HttpRequest, series: Series) -> dict[str, Any]:
        back = services.last_change(series, Series.State.DRAFT)
        draft = series.state == Series.State.DRAFT
        user = request.user
        assert isinstance(user, AbstractUser)
        sender = series.sender
        return {
            "series": series,
            "state": state_badge(series),
            "counted_from": services.anchor_in_words(series, sender.corporation if sender else None),
            "asked": services.last_change(series, Series.State.WAITING),
            "returned": back if back and back.why and back.by and draft else None,
            "problems": [problem.error for problem in services.series_problems(series) if problem.step is None]
            if draft
            else [],
            "shown_steps": shown_steps(series),
            "may_write": series.is_editable and user.has_perm("scheduling.change_series"),
            "may_add": series.state == Series.State.RUNNING and user.has_perm("scheduling.send_series"),
            "new_step": NewStepForm(auto_id="new-%s"),
            "copy_step": StepForm(auto_id=False),
            "add_member": AddMemberForm(auto_id="member-%s"),
            "by_status": _by_status(series),
            "steps": list(series.changes.select_related("by")[:30]),
        }


def _by_status(series: Series) -> list[tuple[str, str, int]]:
    counts = dict(Enrolment.objects.filter(series=series).order_by().values_list("status").annotate(Count("pk")))
    return [(value, str(label), counts[value]) for value, label in E.choices if counts.get(value)]
