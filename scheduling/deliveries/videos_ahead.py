"""Videos of campaigns are made ahead of their moment, so that those of nine o'clock go out at nine.

Equal words share one render, so the run finds it made. If it is late or failed, the run asks for it again, and the
usual fallbacks apply.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from avatars import services as avatars
from avatars.models import DigitalHuman
from conversations import services as conversations
from core.exceptions import OpenUserError
from scheduling.audience.personalisation import member_facts
from scheduling.campaigns import approved_content
from scheduling.campaigns.content import CampaignWords
from scheduling.deliveries import audience_freeze, start_forecast, videos_or_text
from scheduling.models import AwaitedVideo, Campaign
from wecom.models import Application

logger = logging.getLogger(__name__)

# An estimate may be off by this factor, and other renders may be queued before.
CAUTION = 2


@dataclass(frozen=True, kw_only=True)
class Script:
    """The text of a video: the words of its content and the facts that fill them."""

    words: Mapping[str, Any]
    facts: Mapping[str, str]
    language: str


def prepare_all(*, now: datetime) -> int:
    """Ask for the videos of campaigns that are due soon; returns for how many campaigns."""
    farthest = now + timedelta(minutes=settings.SCHEDULING["PRERENDER_MAX_MINUTES"])
    keys = Campaign.objects.near(now, farthest).order_by("next_at", "pk").values_list("pk", flat=True)
    return sum(_prepare(pk, now=now) for pk in list(keys))


@transaction.atomic
def _prepare(pk: int, *, now: datetime) -> bool:
    """Ask for the videos of a campaign's next moment when it is time; once for each moment."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=pk)
    moment = campaign.next_at
    if campaign.state not in Campaign.ON or moment is None or campaign.ahead_for == moment:
        return False
    description, asked = approved_content.describe(campaign), list[int]()
    words = CampaignWords.of(pk, description)
    if campaign.approved_hash == approved_content.digest(description):
        try:
            application = start_forecast.sender_of(campaign)
            scripts = _scripts(campaign, words, application, moment)
            if now < moment - _lead(scripts, application):
                return False
            with transaction.atomic():
                asked = _ask(scripts, application, spliced=words.splices)
        except OpenUserError as error:
            # The run itself will record the failure.
            logger.warning("A video cannot be made ahead.", extra={"campaign": pk, "reason": error.code})
    videos_or_text.let_go(campaign.videos.exclude(render__in=asked))
    AwaitedVideo.objects.bulk_create(
        [AwaitedVideo(campaign=campaign, render_id=key) for key in asked], ignore_conflicts=True
    )
    Campaign.objects.filter(pk=pk).update(ahead_for=moment)
    return bool(asked)


def forget(campaign: Campaign) -> None:
    """Wait no longer for the videos of a campaign that was changed or paused; once it goes on they are asked for
    anew."""
    if Campaign.objects.filter(pk=campaign.pk, ahead_for__isnull=False).update(ahead_for=None):
        campaign.ahead_for = None
        videos_or_text.let_go(campaign.videos.all())


def _scripts(campaign: Campaign, words: CampaignWords, application: Application, moment: datetime) -> Sequence[Script]:
    """The videos that its members watch. Of more members than a schedule may have, all contents that are equal words,
    and no personal ones: the run has patience with these."""
    members = start_forecast.judged(campaign, application, now=moment).filter(why="")
    most = settings.SCHEDULING["MAX_MEMBERS"]
    contents = audience_freeze.contents_of(members.order_by("pk")[: most + 1], words, application)
    if len(contents) > most:
        if words.is_personal:
            return []
        keys = [(variant, language) for variant in words.shares for language in words.languages(variant)]
        return [Script(words=words[key], facts={}, language=key[1]) for key in keys]
    reading = conversations.readers(list(contents)) if campaign.honours_choices else set()
    watching = {key: content for key, content in contents.items() if key not in reading}
    if not words.is_personal:
        return [Script(words=words[key], facts={}, language=key[1]) for key in sorted(set(watching.values()))]
    rows = members.filter(pk__in=watching).select_related("main_department").prefetch_related("facts")
    scripts = []
    for member in rows.order_by("pk"):
        variant, language = watching[member.pk]
        facts = member_facts(member, language)
        scripts.append(Script(words=words[variant, language], facts=facts, language=language))
    return scripts


def _ask(scripts: Sequence[Script], application: Application, *, spliced: bool | None) -> list[int]:
    """The keys of the renders, each once; those that cannot become a video are left to the run."""
    asked = (
        videos_or_text.request(script.words, script.facts, application, language=script.language, spliced=spliced)
        for script in scripts
    )
    return list(dict.fromkeys(key for key in asked if key))


def _lead(scripts: Sequence[Script], application: Application) -> timedelta:
    """How long before their moment they are asked for."""
    expected = sum(_seconds(script, application) for script in scripts)
    return max(timedelta(minutes=settings.SCHEDULING["PRERENDER_MINUTES"]), timedelta(seconds=CAUTION * expected))


def _seconds(script: Script, application: Application) -> float:
    words, mode = script.words, script.words.get("mode", "")
    personal = videos_or_text.personal_script(words, script.facts, script.language)
    if personal is not None and personal.missing:
        return 0  # there will be none
    if personal is not None:
        return avatars.estimate_personal_render(personal, mode=mode).likely
    human = DigitalHuman.objects.filter(pk=words["digital_human_id"]).first()
    human = human or conversations.digital_human_of(application)
    return avatars.estimate_render_seconds(videos_or_text.script_of(words, script.facts), mode or human.mode)
