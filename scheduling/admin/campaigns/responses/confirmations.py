"""Who got a card and has not confirmed: a list of them, as a file too, and a reminder to exactly them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from core.exceptions import OpenUserError
from core.spreadsheets import csv_pieces
from core.web.admin import change_url
from scheduling import services
from scheduling.models import CampaignRun

ON_A_PAGE = 50
AT_ONCE = 1_000


class ConfirmationsAdmin(ModelAdmin[CampaignRun]):
    """A page of a run."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.not_confirmed_view)
        remind = self.admin_site.admin_view(self.remind_view)
        return [
            path("<int:pk>/not-confirmed/", view, name="scheduling_campaignrun_not_confirmed"),
            path("<int:pk>/not-confirmed/remind/", remind, name="scheduling_campaignrun_remind"),
            *super().get_urls(),
        ]

    def not_confirmed_view(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """Lists them; `?as=csv` as a file."""
        if not request.user.has_perm("scheduling.view_delivery"):
            raise PermissionDenied
        run = get_object_or_404(CampaignRun.objects.select_related("campaign"), pk=pk)
        if request.GET.get("as") == "csv":
            return _as_csv(run)
        shown = Paginator(services.not_confirmed(run), ON_A_PAGE).get_page(request.GET.get("p"))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": CampaignRun._meta,
            "title": gettext("Not confirmed yet"),
            "run": run,
            "back": change_url(run),
            "shown": shown,
            "members": [(member, change_url(member)) for member in shown],
            "may_remind": request.user.has_perm("scheduling.add_campaign"),
        }
        return TemplateResponse(request, "admin/campaigns/not_confirmed.html", context)

    def remind_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST makes a draft for exactly them."""
        if not request.user.has_perm("scheduling.add_campaign"):
            raise PermissionDenied
        run = get_object_or_404(CampaignRun, pk=pk)
        if request.method != "POST":
            return redirect(reverse("admin:scheduling_campaignrun_not_confirmed", args=[pk]))
        try:
            campaign = services.remind_not_confirmed(run, by=request.user)  # type: ignore[arg-type]
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(change_url(run))
        notice = gettext(
            "This draft goes to exactly those who have not confirmed. Look through it, then ask for approval."
        )
        self.message_user(request, notice, messages.SUCCESS)
        return redirect(change_url(campaign))


def _as_csv(run: CampaignRun) -> StreamingHttpResponse:
    """All of them, read and sent piece by piece."""

    def chunks() -> Iterator[Sequence[Sequence[str]]]:
        yield [[gettext("User ID"), gettext("Name")]]
        rows = services.not_confirmed(run).values_list("user_id", "name").iterator()
        while chunk := list(islice(rows, AT_ONCE)):
            yield chunk

    answer = StreamingHttpResponse(csv_pieces(chunks()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="not-confirmed-{run.pk}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer
