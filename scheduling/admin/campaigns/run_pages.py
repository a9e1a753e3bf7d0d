"""Runs of campaigns in the admin: live figures, the outcome of each member with its evidence, and a CSV of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.exceptions import OpenUserError
from core.web.admin import ReadOnlyAdmin, action, badge, change_url, row_link, short_time
from core.web.admin_filters import RelatedChoicesFilter
from scheduling import services
from scheduling.admin.campaigns import run_outcomes
from scheduling.admin.campaigns.campaign_columns import moment, run_moment
from scheduling.admin.campaigns.responses.confirmations import ConfirmationsAdmin
from scheduling.models import CampaignRun, Delivery


@admin.register(CampaignRun)
class CampaignRunAdmin(ConfirmationsAdmin, ReadOnlyAdmin):
    list_display = ("when_due", "campaign_link", "state", "figures", "ended")
    list_filter = ("status", ("campaign__content_type", RelatedChoicesFilter), ("moment", admin.DateFieldListFilter))
    list_select_related = ("campaign", "campaign__application")
    search_fields = ("campaign__name", "=cid")
    search_help_text = _("Search for a campaign's name, or a correlation ID.")
    ordering = ("-pk",)
    fieldsets = ((None, {"fields": ("campaign_link", "when_due", "ended", "timeline")}),)
    change_form_outer_before_template = "admin/campaigns/run.html"
    actions_detail = ("retry_this", "recall_this", "csv_this")

    class Media:
        css = {"all": ("scheduling/campaigns.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.csv_view)
        evidence = self.admin_site.admin_view(self.evidence_view)
        return [
            path("<int:pk>/csv/", view, name="scheduling_campaignrun_csv"),
            path("<int:pk>/evidence/", evidence, name="scheduling_campaignrun_evidence"),
            *super().get_urls(),
        ]

    @display(description=_("moment"), ordering="moment")
    def when_due(self, run: CampaignRun) -> str:
        return run_moment(run)

    @display(description=_("campaign"))
    def campaign_link(self, run: CampaignRun) -> str:
        return row_link(run.campaign)

    @display(description=_("state"), ordering="status")
    def state(self, run: CampaignRun) -> str:
        return run_state(run)

    @display(description=_("figures"))
    def figures(self, run: CampaignRun) -> str:
        text = gettext("%(sent)d of %(planned)d sent") % {"sent": run.sent, "planned": run.planned}
        failed = badge(gettext("%d failed") % run.failed, "bad") if run.failed else ""
        left_out = badge(gettext("%d left out") % run.left_out) if run.left_out else ""
        return format_html("{} {} {}", text, failed, left_out)

    @display(description=_("ended at"), ordering="ended_at")
    def ended(self, run: CampaignRun) -> str:
        return short_time(run.ended_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        runs = CampaignRun.objects.select_related("campaign", "campaign__application")
        run = runs.filter(pk=object_id).first() if object_id.isdecimal() else None
        context = {**(extra_context or {})}
        if run is not None:
            waiting = [(wait, moment(wait.until, run.campaign)) for wait in services.waiting_in(run)]
            zones = [(zone, moment(zone.at, run.campaign)) for zone in services.zones_in(run)]
            context |= {"run": run, "state": _with_recall(run), "waiting": waiting, "zones": zones}
            context["videos"] = made = services.video_progress_of(run)
            context["video_minutes"] = round((made.seconds_left or 0) / 60) if made else 0
            context |= run_outcomes.page_of(run, request.GET)
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def evidence_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The signed evidence of the member whose `delivery` is asked for, as a file; without one, the run's page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run, number = get_object_or_404(CampaignRun, pk=pk), request.GET.get("delivery", "")
        rows = Delivery.objects.select_related("member", "run__campaign", "outbound__upload").filter(run=run)
        delivery = rows.filter(pk=int(number)).first() if number.isdecimal() else None
        if delivery is None:
            return redirect(change_url(run))
        answer = JsonResponse(
            services.evidence_bundle(delivery), json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
        answer["Content-Disposition"] = f'attachment; filename="evidence-{pk}-{delivery.pk}.json"'
        return answer

    def csv_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """All outcomes of a run, read and sent piece by piece."""
        if not request.user.has_perm("scheduling.view_delivery"):
            raise PermissionDenied
        run = get_object_or_404(CampaignRun, pk=pk)
        answer = StreamingHttpResponse(run_outcomes.csv_table(run), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="campaign-run-{run.pk}.csv"'
        return answer

    @action(description=_("Download CSV"), permissions=["view"], icon="download")
    def csv_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponse(status=302, headers={"Location": "../csv/"})

    @action(
        description=_("Retry the failed"),
        permissions=["send"],
        icon="replay",
        dialog={
            "title": _("Send it again to those for whom it failed?"),
            "description": _(
                "Members of whom it is unclear whether they got it are left out, so that nobody gets it twice."
            ),
            "form_submit_text": _("Retry"),
        },
    )
    def retry_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        def told(run: CampaignRun) -> str:
            count = services.retry_failed(run, by=request.user)  # type: ignore[arg-type]
            return ngettext("It is sent again to %d member.", "It is sent again to %d members.", count) % count

        return self._acted(request, object_id, told)

    @action(
        description=_("Recall"),
        permissions=["send"],
        icon="undo",
        dialog={
            "title": _("Recall this message?"),
            "description": _("It disappears from the phones of all members who got it within the last 24 hours."),
            "form_submit_text": _("Recall"),
        },
    )
    def recall_this(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        def told(run: CampaignRun) -> str:
            recalled = services.recall_run(run, by=request.user)  # type: ignore[arg-type]
            text = (
                ngettext("%d call is being recalled.", "%d calls are being recalled.", recalled.asked) % recalled.asked
            )
            late = gettext("%d cannot be recalled any more.") % recalled.too_late if recalled.too_late else ""
            return f"{text} {late}".strip()

        return self._acted(request, object_id, told)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Retry where something failed, recall where something was sent."""
        run = CampaignRun.objects.filter(pk=object_id).first()
        hidden = set()
        if run is None or not run.failed or run.ended_at is None:
            hidden.add("retry_this")
        if run is None or not run.sent:
            hidden.add("recall_this")
        return [button for button in super().get_actions_detail(request, object_id) if button.path not in hidden]

    def has_send_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("scheduling.send_campaign")

    def _acted(self, request: HttpRequest, object_id: str, act: Callable[[CampaignRun], str]) -> HttpResponse:
        run = CampaignRun.objects.select_related("campaign").get(pk=object_id)
        try:
            confirmation = act(run)
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, run, confirmation)
            self.message_user(request, confirmation, messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(run)})


def _with_recall(run: CampaignRun) -> str:
    """The state of a run; its page asks again while it is being recalled, too."""
    if run.ended_at is None or not services.is_recalling(run):
        return run_state(run)
    recalling = badge(_("is being recalled"), "info")
    return format_html("{} <span data-unfinished>{}</span>", run_state(run), recalling)


def run_state(run: CampaignRun) -> str:
    """Whether a run goes on; live pages ask again until it has ended."""
    if run.ended_at is None:
        paused = run.campaign.state == run.campaign.State.PAUSED
        text = badge(_("paused"), "warn") if paused else badge(_("running"), "info")
        return format_html("<span data-unfinished>{}</span>", text)
    if run.reason:
        return badge(_reason(run), "warn")
    if not run.sent:
        return badge(_("nobody got it"), "bad")
    return badge(_("finished"), "good")


def _reason(run: CampaignRun) -> str:
    known = CampaignRun.Reason
    return str(known(run.reason).label) if run.reason in known.values else run.reason
