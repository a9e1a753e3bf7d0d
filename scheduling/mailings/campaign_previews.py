"""Campaigns before they are sent: as one member would get them, as a test to oneself, and the forecast of a start."""

import dataclasses
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from avatars.models import Consent
from conversations import services as conversations
from conversations.models import Flow
from scheduling.deliveries import member_preview, start_forecast
from scheduling.deliveries.member_preview import MemberPreview
from scheduling.deliveries.start_forecast import CampaignReach, StartForecast
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent
from scheduling.responses import card_presses
from wecom import contents
from wecom.models import Member

MARKED = ("content", "title")
"""The fields of a message in front of which the mark of a test fits, in this order."""


def campaign_reach(campaign: Campaign, *, now: datetime | None = None) -> CampaignReach:
    """How many would get it now, and who is left out and why. Raises `SchedulingError` for a broken audience."""
    return start_forecast.reach_of(campaign, now=now or timezone.now())


def forecast_start(
    campaign: Campaign, *, alone: bool = False, at: datetime | None = None, now: datetime | None = None
) -> StartForecast:
    """The forecast of a start, and the reasons against it. Raises `SchedulingError` for a broken audience."""
    return start_forecast.forecast_start(campaign, now=now or timezone.now(), at=at, alone=alone)


def preview_campaign(campaign: Campaign, member: Member, *, variant: str = "", in_full: bool = True) -> MemberPreview:
    """A campaign as a member would get it, with personal facts masked unless `in_full`.

    Raises `SchedulingError` for broken words.
    """
    return member_preview.preview_for(campaign, member, variant=variant, in_full=in_full)


def find_tester(campaign: Campaign, user_id: str) -> Member:
    """The member of the campaign's company with this user ID. Raises `SchedulingError` if there is none."""
    company = Member.objects.filter(corporation=start_forecast.sender_of(campaign).corporation_id)
    member = company.filter(user_id=user_id.strip().lower()).first()
    if member is None:
        fault = _("There is no member “%(user_id)s”.") % {"user_id": user_id}
        raise SchedulingError(fault, code="member_unknown", field="user_id", remedy=_("Write a WeChat Work user ID."))
    return member


@transaction.atomic
def send_test(campaign: Campaign, member: Member, *, variant: str = "", dry_run: bool = False) -> None:
    """Send a campaign to one member as a test, marked as one, outside of all figures and caps.

    With `dry_run` all is rolled back. Raises `SchedulingError` for broken words and a missing file, and the errors of
    sending.
    """
    try:
        _send_test(campaign, member, variant=variant)
    except FileNotFoundError as error:
        fault, remedy = _("The file is missing."), _("Choose a file.")
        raise SchedulingError(fault, code="file_missing", field="contents", remedy=remedy) from error
    transaction.set_rollback(dry_run)


def _send_test(campaign: Campaign, member: Member, *, variant: str) -> None:
    seen = member_preview.preview_for(campaign, member, variant=variant)
    application, cid = start_forecast.sender_of(campaign), secrets.token_hex(8)
    talk = conversations.conversation_with(member.user_id, application=application)
    with translation.override(seen.language):
        mark, name = _("[Test]"), campaign.name
    if seen.in_parts:
        conversations.say(talk, f"{mark} {seen.words}", cid=cid)
        return
    whole = _marked(seen.content, mark) if seen.content is not None else None
    if whole is not None:
        whole = card_presses.name_for_test(whole, campaign)
        conversations.broadcast(application, whole, to=[member.user_id], cid=cid)
        return
    conversations.say(talk, f"{mark} {name}", cid=cid)
    if seen.content is not None:
        file = seen.own["file"]
        conversations.broadcast(application, seen.content, to=[member.user_id], file=file, cid=cid)
    elif campaign.kind.is_dialogue:
        conversations.start_flow(talk, Flow.objects.get(pk=seen.own["flow_id"]), cid=cid)
    else:
        _send_video(campaign, seen, talk, cid)


def _send_video(campaign: Campaign, seen: MemberPreview, talk: Any, cid: str) -> None:
    row = CampaignContent.objects.select_related("template", "presentation", "digital_human").get(
        campaign=campaign, variant=seen.variant, language=seen.language
    )
    options: dict[str, Any] = {"purpose": Consent.Purpose.CAMPAIGN, "mode": row.mode, "cid": cid}
    source = row.template or row.presentation
    if source is not None:
        conversations.say_personal(talk, source, row.values, facts={}, slots={}, **options)
    else:
        conversations.say_video(talk, row.text, digital_human=row.digital_human, **options)


def _marked(content: contents.Content, mark: str) -> contents.Content | None:
    """The message with the mark in front of its words; None if it has no place for one."""
    names = {field.name for field in dataclasses.fields(content)}  # type: ignore[arg-type]
    for name in MARKED:
        if name in names and isinstance(getattr(content, name), str):
            marked: Any = dataclasses.replace(content, **{name: f"{mark} {getattr(content, name)}"})  # type: ignore[type-var]
            return marked  # type: ignore[no-any-return]
    return None
