"""Campaigns in the admin: the list, and the page on which one is written."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.interchange.row_differences import differences
from core.parties.acting_client import named
from core.web.admin import NOTHING, ProtectedDeleteAdmin, badge, change_url, link
from scheduling import services
from scheduling.admin.campaigns import content_fields
from scheduling.admin.campaigns.campaign_columns import NOT_STARTED, moment, run_moment, state_badge
from scheduling.admin.campaigns.campaign_differences import readable
from scheduling.admin.campaigns.campaign_form import CONDITIONS, TIMED, WINDOW, CampaignForm, problems_by_field
from scheduling.admin.campaigns.campaign_life import LifeAdmin
from scheduling.admin.campaigns.files.campaign_file_pages import FilesAdmin
from scheduling.admin.campaigns.next_moments import MomentsAdmin
from scheduling.admin.campaigns.preview_page import PreviewAdmin
from scheduling.admin.campaigns.start_page import START_BUTTON, StartAdmin
from scheduling.admin.campaigns.step_form import FIELDSETS, SeriesStepForm
from scheduling.admin.rehearsal import RehearsalAdmin
from scheduling.campaigns import repetition
from scheduling.content_kinds.content_kind_registry import kinds
from scheduling.descriptions import describe_rule
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignChange, CampaignContent, CampaignRun, share_calendars

LATEST = 5
TIMES = (
    *("repeat", "only_on", "weekdays", "month_day", "at", "cron", "time_zone", "in_member_zone"),
    *("days", "unknown_days", "ends_on", "moments"),
)
ALONE = {"repeat": repetition.DAILY, "missed": Campaign.Missed.SKIP.value}
"""Repeated, and never late: what stands in the form of a new campaign without approval."""
SENDING = ("urgent_reason", "missed", "grace_minutes", "valid_minutes", "interrupts")


@admin.register(Campaign)
class CampaignAdmin(
    FilesAdmin, LifeAdmin, StartAdmin, PreviewAdmin, RehearsalAdmin, MomentsAdmin, ProtectedDeleteAdmin
):
    form = CampaignForm
    list_display = ("name", "condition", "sent_as", "next_one", "last_run", "kind", "written_by")
    list_select_related = ("application", "created_by", "topic")
    list_filter = ("state", "content_type", "policy", "message_class", "topic", "application")
    actions = ("run_now", "pause", "resume", "export_chosen")
    actions_list = ("from_ready", "import_file")
    search_fields = ("name", "contents__text")
    search_help_text = _("Search for a campaign's name, or words of its text.")
    ordering = ("-pk",)
    list_per_page = 50
    empty_template = "admin/campaigns/empty.html"
    change_form_outer_before_template = "admin/campaigns/life.html"
    change_form_outer_after_template = "admin/campaigns/history.html"
    readonly_fields = ("moments", "whole")
    exclude = ("at",)  # the form calls a part of its cron line so, which is not the time of a step
    protected_by = {"runs": _("It was sent. What became of it is kept; cancel it instead.")}
    cascades_to = (CampaignContent, CampaignChange)
    conditional_fields = {
        **CONDITIONS,
        **content_fields.conditions(),
        "moments": TIMED,
        "urgent_reason": "policy !== 'alone' || urgent_reason",  # which goes out in quiet hours anyway
        "share_b": "compare",
        "link_clicks": content_fields.sent_as(kind for kind in kinds() if kind.leads),
        "offers_settings": "topic && message_class === 'optional'",
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "content_type",
                    "message_class",
                    "topic",
                    "offers_settings",
                    "policy",
                    "application",
                    "link_clicks",
                )
            },
        ),
        (_("Who gets it"), {"fields": ("audience",)}),
        (_("In Chinese"), {"fields": content_fields.names_of("a_zh")}),
        (
            _("In English"),
            {
                "fields": content_fields.names_of("a_en"),
                "description": _("Members read their own language. Left empty, all get the Chinese words."),
            },
        ),
        (
            _("Compare two variants"),
            {"fields": ("compare", "share_b", *content_fields.names_of("b_zh"), *content_fields.names_of("b_en"))},
        ),
        (
            _("When"),
            {"fields": (*TIMES, *SENDING, *WINDOW)},
        ),
    )

    class Media:
        css = {"all": ("scheduling/campaigns.css",)}
        js = ("core/live_page.js", "scheduling/campaign_form.js")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        """Steps of series stand on the pages of their series."""
        usual: type[Any] = super().get_changelist(request, **kwargs)

        class Campaigns(usual):
            root_queryset: QuerySet[Campaign]

            def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                self.root_queryset = self.root_queryset.filter(series=None)
                return super().get_queryset(request, *args, **kwargs)

        return Campaigns

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The campaigns of one company share its calendar."""
        changes = super().get_changelist_instance(request)
        changes.result_list = share_calendars(changes.result_list)
        return changes

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        step = obj is not None and obj.series_id is not None
        return super().get_form(request, obj, change, **(kwargs | ({"form": SeriesStepForm} if step else {})))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        newest = CampaignRun.objects.filter(campaign=OuterRef("pk")).order_by("-pk")
        queryset: QuerySet[Campaign] = super().get_queryset(request)
        figures = {
            f"last_{name}": Subquery(newest.values(name)[:1])
            for name in ("pk", "planned", "sent", "failed", "left_out")
        }
        return queryset.annotate(**figures)

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        """The form for those who may change it, for all others its content, audience and time."""
        if obj is None:
            return self._short() if request.GET.get("policy") == Campaign.Policy.ALONE else self.fieldsets
        if self.has_change_permission(request, obj):
            return self.fieldsets if obj.series_id is None else FIELDSETS
        return ((None, {"fields": ("whole",)}),)

    def _short(self) -> Any:
        """The form of a new one without approval: fields that a message for a few members seldom needs are folded."""
        *first, english, compare, _when = self.fieldsets
        rare = (_("Late, during a dialogue, send window"), {"fields": (*SENDING, *WINDOW)})
        folded = [(title, {**shown, "classes": ("collapse",)}) for title, shown in (english, compare, rare)]
        return (*first, (_("When"), {"fields": TIMES}), *folded)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The values of the address; one without approval begins as most of them are."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {**(ALONE if initial.get("policy") == Campaign.Policy.ALONE else {}), **initial}

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_editable)

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """A step is removed on the page of its series."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.series_id is None)

    @display(description=_("state"), ordering="state")
    def condition(self, campaign: Campaign) -> str:
        return state_badge(campaign)

    @display(description=_("sent as"), ordering="content_type")
    def sent_as(self, campaign: Campaign) -> str:
        return badge(campaign.get_content_type_display())

    @display(description=_("next"), ordering="next_at")
    def next_one(self, campaign: Campaign) -> str:
        at, repeats = _next(campaign) or _wished(campaign), _repeats(campaign)
        return format_html("{} · {}", at, repeats) if at and repeats else at or repeats or NOTHING

    @display(description=_("last run"))
    def last_run(self, campaign: Any) -> str:
        if campaign.last_pk is None:
            return NOTHING
        text = gettext("%(sent)d of %(planned)d sent") % {"sent": campaign.last_sent, "planned": campaign.last_planned}
        shown = link(change_url(CampaignRun(pk=campaign.last_pk)), text)
        failed, left_out = campaign.last_failed, campaign.last_left_out
        if failed:
            shown = format_html("{} {}", shown, badge(gettext("%d failed") % failed, "bad"))
        if left_out:
            shown = format_html("{} {}", shown, badge(gettext("%d left out") % left_out))
        return shown

    @display(description=_("class"), ordering="message_class")
    def kind(self, campaign: Campaign) -> str:
        return str(campaign.get_message_class_display()).partition(":")[0].partition("：")[0]

    @display(description=_("written by"), ordering="created_by")
    def written_by(self, campaign: Campaign) -> str:
        return named(campaign.created_by, campaign.client) or NOTHING

    @display(description=_("campaign"))
    def whole(self, campaign: Campaign) -> SafeString:
        rows = readable(differences({}, services.describe_campaign(campaign)), campaign)
        return render_to_string("admin/campaigns/whole.html", {"rows": rows})

    def save_model(self, request: HttpRequest, obj: Campaign, form: CampaignForm, change: bool) -> None:
        before, contents, by = obj.state, form.contents(), request.user
        if obj.series is not None:
            data = form.cleaned_data
            services.save_step(obj.series, obj, contents, day=data["day"], at=data["time_of_day"], by=by)  # type: ignore[arg-type]
        else:
            services.save_campaign(obj, contents, by=by)  # type: ignore[arg-type]
        if obj.state != before:
            notice = gettext("It is a draft again, because it was changed. Ask for approval once more.")
            self.message_user(request, notice, messages.WARNING)

    def response_add(self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None) -> HttpResponse:
        return self._saved(request, obj, super().response_add(request, obj, post_url_continue or change_url(obj)))

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        answer = super().response_change(request, obj)
        if obj.series is not None and "_continue" not in request.POST:
            answer = redirect(change_url(obj.series))
        return self._saved(request, obj, answer)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        starts = self.get_actions_submit_line(request, None)
        answer: HttpResponse = super().add_view(
            request, form_url, {**(extra_context or {}), "actions_submit_line": starts}
        )
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        campaign = Campaign.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        context = {**(extra_context or {}), **(self._page(campaign) if campaign else {})}
        if campaign is not None and campaign.series_id is not None:
            context["show_save_and_add_another"] = False
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def _saved(self, request: HttpRequest, campaign: Campaign, answer: HttpResponse) -> HttpResponse:
        """A draft that lacks something says so; its page has each error at its field."""
        count, starts = len(list(problems_by_field(campaign))), START_BUTTON in request.POST
        if count and campaign.state == Campaign.State.DRAFT:
            notice = ngettext(
                "It is saved as a draft. %d thing is missing.", "It is saved as a draft. %d things are missing.", count
            )
            self.message_user(
                request,
                format_html("{} {}", notice % count, link(change_url(campaign), gettext("Show"))),
                messages.WARNING,
            )
        elif campaign.state == Campaign.State.DRAFT and not campaign.needs_approval and not starts:
            notice = gettext("It is a draft and sends nothing until it is started.")
            self.message_user(request, notice, messages.INFO)
        if not starts:
            return answer
        ready = not count and not campaign.needs_approval
        return self.save_and_start(request, campaign) if ready else redirect(change_url(campaign))

    def _page(self, campaign: Campaign) -> dict[str, Any]:
        runs = list(campaign.runs.select_related("campaign")[: LATEST + 1])
        back = services.last_change(campaign, Campaign.State.DRAFT)
        return {
            "campaign": campaign,
            "state": state_badge(campaign),
            "step": services.step_in_words(campaign) if campaign.series_id else "",
            "next_moment": _next(campaign),
            "asked": services.last_change(campaign, Campaign.State.WAITING),
            "returned": back if back and back.why and campaign.state == Campaign.State.DRAFT else None,
            "problems": list(problems_by_field(campaign)) if campaign.state == Campaign.State.DRAFT else [],
            "runs": [(run, run_moment(run)) for run in runs[:LATEST]],
            "has_more_runs": len(runs) > LATEST,
            "steps": list(campaign.changes.select_related("by")[:30]),
        }


def _wished(campaign: Campaign) -> str:
    """When a campaign that is not started yet is to go out; "" if that is at once, or follows from a rule."""
    if campaign.starts_at is None or campaign.state not in NOT_STARTED:
        return ""
    return format_html('<span class="ou-quiet">{}</span>', moment(campaign.starts_at, campaign))


def _repeats(campaign: Campaign) -> str:
    """How it repeats, in words; "" for one that goes out once, and for a draft with a wrong cron line."""
    rule = campaign.rule
    try:
        return format_html('<span class="ou-quiet">{}</span>', describe_rule(rule)) if rule is not None else ""
    except SchedulingError:
        return ""


def _next(campaign: Campaign) -> str:
    """When its next run begins; "" if there is none."""
    if campaign.next_at is None:
        return ""
    text = moment(campaign.next_at, campaign)
    return f"{text} · {gettext('in the first time zone')}" if campaign.in_member_zone else text
