"""Videos of campaigns: one render for equal words, and the words alone where a video fails or is late."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from avatars import services as avatars
from avatars.exceptions import AvatarError
from avatars.models import Consent, DigitalHuman, Presentation, Render, RenderTemplate
from conversations import services as conversations
from scheduling.audience import variables
from scheduling.audience.personalisation import member_facts
from scheduling.campaigns.content import CampaignWords, text_of
from scheduling.campaigns.way_out import with_way_out
from scheduling.models import AwaitedVideo, Batch, Campaign, CampaignRun, Delivery
from wecom.models import Application, Member

Words = Mapping[str, Any]
PIECE = 20  # videos that are asked for in a transaction


@dataclass(frozen=True, kw_only=True)
class Videos:
    """The videos of a batch.

    Attributes:
        renders: the finished video of each member, by key; None for those who get the words alone.
        scripts: the text of each member's video.
        readers: those who have chosen text instead of videos.
        waits: whether one is still being made, and worth waiting for.
    """

    renders: Mapping[int, Render | None]
    scripts: Mapping[int, str]
    readers: Collection[int]
    waits: bool

    @property
    def degraded(self) -> list[int]:
        """The members who get the words alone, and had not chosen that."""
        return [key for key, render in self.renders.items() if render is None and key not in self.readers]


def videos_of(
    batch: Batch, words: CampaignWords, members: Mapping[int, str], application: Application, *, now: datetime
) -> Videos:
    """The videos of a batch's members, asked for at the first look; one that fails is not asked for again.

    One that was cancelled in a pause is. Those of members who do not get it any more end. Of personal ones, only the
    differing segments are rendered for each. Raises `LeaseLost` where the campaign was paused meanwhile.
    """
    own = words[batch.variant, batch.language]
    if not words.is_personal:
        scripts = dict.fromkeys(members, script_of(own, {}, language=batch.language))
        facts: dict[int, Mapping[str, str]] = {key: {} for key in members}
    else:
        rows = Member.objects.filter(pk__in=members).select_related("main_department").prefetch_related("facts")
        facts = {member.pk: member_facts(member, batch.language) for member in rows.order_by("pk")}
        scripts = {key: script_of(own, known, language=batch.language) for key, known in facts.items()}
    readers = conversations.readers(members) if batch.run.campaign.honours_choices else set()
    wanted = {scripts[key]: known for key, known in facts.items() if key not in readers}
    _ask(batch, own, wanted, application, spliced=words.splices)
    rendered = Render.objects.in_bulk([number for number in batch.renders.values() if number])
    videos = {key: None if key in readers else rendered.get(batch.renders.get(scripts[key]) or 0) for key in members}
    late = now - (batch.started_at or timezone.now()) > timedelta(minutes=settings.SCHEDULING["VIDEO_PATIENCE_MINUTES"])
    going = any(not render.is_finished for render in rendered.values())
    renders = {
        key: video if video is not None and video.status == Render.Status.DONE else None
        for key, video in videos.items()
    }
    return Videos(renders=renders, scripts=scripts, readers=readers, waits=going and not late)


def _ask(
    batch: Batch, own: Words, wanted: Mapping[str, Mapping[str, str]], application: Application, *, spliced: bool | None
) -> None:
    """Ask for the videos of scripts that were not asked for yet, and let go of those that are not `wanted` any more.

    A piece at a time, each with the rows that wait for it, so that a pause finds all of them.
    """
    known = {script: number for script, number in batch.renders.items() if script in wanted}
    ended = Render.objects.filter(pk__in=filter(None, known.values()), status=Render.Status.CANCELLED)
    again = set(ended.filter(reason=avatars.UNWANTED).values_list("pk", flat=True))
    missing = [script for script in wanted if script not in known or known[script] in again]
    for place in range(0, len(missing), PIECE):
        with transaction.atomic():
            asked = {
                script: request(
                    own, wanted[script], application, language=batch.language, spliced=spliced, cid=batch.cid
                )
                for script in missing[place : place + PIECE]
            }
            known |= asked
            batch.videos.filter(render__in=again).delete()  # the new ones stand for them
            rows = [AwaitedVideo(batch=batch, render_id=number) for number in set(asked.values()) if number]
            AwaitedVideo.objects.bulk_create(rows, ignore_conflicts=True)
            batch.update_leased(renders=dict(known))
        batch.extend_lease()
    if known != batch.renders:
        batch.update_leased(renders=known)
    idle = batch.videos.exclude(render__in=[number for number in known.values() if number])
    let_go(idle.filter(render__status__in=Render.UNFINISHED))


@dataclass(frozen=True, kw_only=True)
class VideoProgress:
    """How far the videos of a run are: how many it needs, and their outcomes.

    `seconds_left` are likely ones until the last of them; None where none is being made.
    """

    needed: int
    made: int
    failed: int
    cancelled: int
    seconds_left: float | None

    @property
    def ended(self) -> int:
        return self.made + self.failed + self.cancelled

    @property
    def percent(self) -> int:
        return round(100 * self.ended / self.needed) if self.needed else 0


def progress_of(run: CampaignRun) -> VideoProgress | None:
    """How far the videos of a run are; None for one without videos. Equal words of several batches share one."""
    if not run.content:
        return None
    words = CampaignWords.of(run.campaign_id, run.content)
    if not words.kind.is_made:
        return None
    asked = Render.objects.filter(pk__in=AwaitedVideo.objects.filter(batch__run=run).values("render"))
    counts = dict(asked.order_by().values_list("status").annotate(Count("pk")))
    # Batches whose turn has not come have not asked; of personal videos each of their members needs one.
    later = Batch.objects.filter(run=run, ended_at=None, renders={}).exclude(status=Batch.Status.CANCELLED)
    to_come = (later.aggregate(Sum("size"))["size__sum"] or 0) if words.is_personal else 0
    last = asked.filter(status__in=Render.UNFINISHED).order_by("-pk").first()
    return VideoProgress(
        needed=sum(counts.values()) + to_come,
        made=counts.get(Render.Status.DONE, 0),
        failed=counts.get(Render.Status.FAILED, 0),
        cancelled=counts.get(Render.Status.CANCELLED, 0),
        seconds_left=None if last is None else avatars.seconds_left(last) + to_come * last.estimated_seconds,
    )


def waiting() -> Exists:
    """The condition for renders that a campaign or a schedule waits for."""
    return Exists(AwaitedVideo.objects.waiting().filter(render=OuterRef("pk")))


def end_unwanted(campaign: Campaign) -> int:
    """End the videos that only this campaign waited for, after it was paused or ended; returns how many."""
    rows = AwaitedVideo.objects.filter(Q(batch__run__campaign=campaign) | Q(campaign=campaign))
    return avatars.cancel_unwanted(Render, Render.objects.filter(pk__in=rows.values("render")))


def look_again(member: Member, *, now: datetime) -> int:
    """Let the batches look again that make videos for a member, who may not want one any more; returns how many."""
    theirs = Delivery.objects.filter(member=member, status=Delivery.Status.PLANNED, run__ended_at=None)
    rows = Batch.objects.filter(status=Batch.Status.QUEUED, reason=Batch.Reason.RENDERING)
    same = theirs.filter(run=OuterRef("run"), batch=OuterRef("number"))
    batches = list(rows.filter(Exists(same)).order_by("pk"))
    Batch.objects.filter(pk__in=[batch.pk for batch in batches]).update(due_at=now, woken_at=None)
    for batch in batches:
        batch.wake()
    return len(batches)


def let_go(rows: Any) -> None:
    """Wait no longer for these videos."""
    renders = list(rows.values_list("render", flat=True))
    if renders:
        rows.delete()
        avatars.cancel_unwanted(Render, Render.objects.filter(pk__in=renders))


def send_all(
    application: Application, videos: Videos, members: Mapping[int, str], *, title: str, words: Words, **options: Any
) -> dict[int, list[int]]:
    """Queue each video to all who get it, and scripts as text; the members by Outbound. Raises the errors of files.

    `words` are those of the campaign, which may have a last line. Without a title a video has its script as one.
    """
    closing = words.get("way_out", "")
    same: dict[tuple[int, str], list[int]] = defaultdict(list)
    for key in members:
        render = videos.renders.get(key)
        same[(render.pk, "") if render else (0, videos.scripts.get(key, ""))].append(key)
    calls = {}
    for (_render, script), keys in same.items():
        render, names = videos.renders.get(keys[0]), [members[key] for key in keys]
        if render is not None:
            outbound = conversations.broadcast_video(
                application, render, to=names, title=title or render.shown_text, closing=closing, **options
            )
        else:
            text = with_way_out(avatars.plain_script(script), words)
            outbound = conversations.broadcast_text(application, text, to=names, **options)
        calls[outbound.pk] = keys
    return calls


def script_of(words: Words, facts: Mapping[str, str], *, language: str = "") -> str:
    """The script of a content's video for a member with these facts."""
    personal = personal_script(words, facts, language)
    return text_of(words, facts) if personal is None else personal.text


def personal_script(words: Words, facts: Mapping[str, str], language: str) -> avatars.PersonalScript | None:
    """The script of a template or presentation for a member with these facts; None for a content without one."""
    source = _source(words)
    if source is None:
        return None
    values = {
        name: variables.fill(value, facts)
        for name, value in words["values"].items()
        if not (words.get("defaults") and any(not facts.get(needed) for needed in variables.needed_in([value])))
    }
    return avatars.personalise(source, values, facts={}, slots={}, language=language)


def request(
    words: Words,
    facts: Mapping[str, str],
    application: Application,
    *,
    language: str,
    spliced: bool | None,
    cid: str = "",
) -> int | None:
    """The key of the render that was asked for; None if these words cannot become a video.

    Nor do those of a member without a value that the source requires.
    """
    options: dict[str, Any] = {"purpose": Consent.Purpose.CAMPAIGN, "priority": avatars.CAMPAIGN, "cid": cid}
    options |= {"ends_unwanted": True, "mode": words.get("mode", "")}
    try:
        personal = personal_script(words, facts, language)
        if personal is not None and personal.missing:
            return None
        if personal is not None:
            return avatars.request_personal_render(personal, spliced=spliced, **options).pk
        human = DigitalHuman.objects.filter(pk=words["digital_human_id"]).first()
        human = human or conversations.digital_human_of(application)
        pattern = variables.without_default(words["text"]) if spliced and not words.get("literal") else ""
        return avatars.request_render(human, script_of(words, facts), pattern=pattern, **options).pk
    except AvatarError:
        return None


def _source(words: Words) -> avatars.VideoSource | None:
    if words["template_id"]:
        return RenderTemplate.objects.select_related("digital_human").get(pk=words["template_id"])
    if words["presentation_id"]:
        return Presentation.objects.select_related("digital_human").get(pk=words["presentation_id"])
    return None
