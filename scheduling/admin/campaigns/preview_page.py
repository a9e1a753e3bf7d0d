"""A campaign on a phone: as any member would get it, and sent as a test to yourself."""

import dataclasses
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from conversations.models import Flow
from core.exceptions import OpenUserError
from core.web.admin import action, change_url
from scheduling import services
from scheduling.admin.cards.card_preview import card_preview_view
from scheduling.models import Campaign
from wecom.models import Member

FOUND = 20
TESTER = "campaign_tester"
"""The session key of the member who is oneself."""


class PreviewAdmin(ModelAdmin[Campaign]):
    """Previews need the right to view a campaign; a test needs the right to write it."""

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self.preview_view)
        test = self.admin_site.admin_view(self.test_view)
        return [
            path("<int:pk>/preview/", preview, name="scheduling_campaign_preview"),
            path("card-preview/", self.admin_site.admin_view(card_preview_view), name="scheduling_card_preview"),
            path("<int:pk>/test/", test, name="scheduling_campaign_test"),
            *super().get_urls(),
        ]

    @action(description=_("Preview"), permissions=["view"], icon="smartphone")
    def preview_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:scheduling_campaign_preview", args=[object_id]))

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The phone of a member, who is found by name or user ID."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        campaign = get_object_or_404(Campaign.objects.select_related("application"), pk=pk)
        application, query = campaign.sender, request.GET.get("q", "").strip()
        company = Member.objects.filter(corporation=application.corporation_id if application else None)
        company = company.exclude(status=Member.Status.LEFT)
        matches = company.filter(pk__in=Member.objects.called(query).values("pk")) if query else company
        members = list(matches.order_by("pk")[:FOUND])
        chosen = company.filter(pk=_number(request.GET.get("member"))).first() or next(iter(members), None)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Preview of “%(name)s”") % {"name": campaign.name},
            "opts": Campaign._meta,
            "campaign": campaign,
            "back": change_url(campaign),
            "q": query,
            "members": members,
            "chosen": chosen,
            "tester": company.filter(pk=_number(request.session.get(TESTER))).first(),
            "may_test": request.user.has_perm("scheduling.change_campaign"),
            "variants": sorted({row.variant for row in campaign.contents.all()}),
            **(_phone(request, campaign, chosen) if chosen else {}),
        }
        return TemplateResponse(request, "admin/campaigns/preview.html", context)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST sends the campaign as a test to one member, who is remembered as oneself."""
        if request.method != "POST" or not request.user.has_perm("scheduling.change_campaign"):
            raise PermissionDenied
        campaign = get_object_or_404(Campaign.objects.select_related("application"), pk=pk)
        page = reverse("admin:scheduling_campaign_preview", args=[pk])
        application = campaign.sender
        member = Member.objects.filter(
            corporation=application.corporation_id if application else None, pk=_number(request.POST.get("member"))
        ).first()
        if member is None:
            self.message_user(request, gettext("Choose who you are first."), messages.ERROR)
            return redirect(page)
        request.session[TESTER] = member.pk
        try:
            services.send_test(campaign, member, variant=request.POST.get("variant", ""))
        except (OpenUserError, OSError) as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            notice = gettext("The test is on its way to %(member)s.") % {"member": member}
            self.message_user(request, notice, messages.SUCCESS)
        return redirect(f"{page}?member={member.pk}")


def _phone(request: HttpRequest, campaign: Campaign, member: Member) -> dict[str, Any]:
    """The screen of the phone, or the errors of the words."""
    variant, in_full = request.GET.get("variant", ""), request.user.has_perm("wecom.read_memberfact")
    try:
        seen = services.preview_campaign(campaign, member, variant=variant, in_full=in_full)
    except OpenUserError as error:
        return {"error": str(error) or gettext("There is nothing to send yet.")}
    name = str(seen.own["file"])
    card: Any = seen.content if "card" in campaign.kind.fields else None
    return {
        "seen": seen,
        "card": dataclasses.asdict(card) if card is not None else None,
        "address": default_storage.url(name) if name else "",
        "file_name": name.rpartition("/")[2],
        "flow": Flow.objects.filter(pk=seen.own["flow_id"]).first(),
    }


def _number(text: Any) -> int:
    return int(text) if str(text or "").isdecimal() else 0
