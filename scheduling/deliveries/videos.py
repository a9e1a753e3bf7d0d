"""Videos of campaigns: one render for equal words, asked for ahead, and the words alone where it fails or is late."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from avatars import services as avatars
from avatars.exceptions import AvatarError
from avatars.models import Consent, DigitalHuman, Presentation, Render, RenderTemplate
from conversations import services as conversations
from scheduling.campaigns.content import CampaignWords
from scheduling.models import Batch
from wecom import contents
from wecom.models import Application, Outbound


def request(words: Mapping[str, Any], application: Application, *, cid: str) -> Render:
    """The render of a content, made already or on its way. Raises the errors of `avatars.request_render`."""
    options: dict[str, Any] = {"purpose": Consent.Purpose.CAMPAIGN, "priority": avatars.CAMPAIGN, "cid": cid}
    source = _source(words)
    if source is not None:
        script = avatars.personalise(source, words["values"], facts={}, slots={}, language=words.get("language", ""))
        return avatars.request_personal_render(script, **options)
    chosen = DigitalHuman.objects.filter(pk=words["digital_human_id"]).first()
    return avatars.request_render(chosen or conversations.digital_human_of(application), words["text"], **options)


def video_of(
    batch: Batch, words: CampaignWords, application: Application, *, now: datetime
) -> tuple[Render | None, bool]:
    """The finished video of a batch, None if its words go out alone, and whether it is still worth waiting for."""
    own = words[batch.variant, batch.language]
    try:
        render = request(own, application, cid=batch.cid)
    except AvatarError:
        return None, False
    if render.status == Render.Status.DONE:
        return render, False
    patience = timedelta(minutes=settings.SCHEDULING["VIDEO_PATIENCE_MINUTES"])
    late = now - (batch.started_at or timezone.now()) > patience
    return None, not render.is_finished and not late


def send(
    application: Application,
    words: Mapping[str, Any],
    video: Render | None,
    *,
    to: Sequence[str],
    title: str,
    expires_at: datetime | None,
    cid: str,
) -> Outbound:
    """Queue the video of a batch, or its script as text. Raises `ContentError` and the errors of files."""
    if video is not None:
        return conversations.broadcast_video(application, video, to=to, title=title, expires_at=expires_at, cid=cid)
    script = avatars.plain_script(script_of(words))
    text = contents.Text(content=contents.split_text(script)[0])
    return conversations.broadcast(application, text, to=to, expires_at=expires_at, cid=cid)


def script_of(words: Mapping[str, Any]) -> str:
    """What a content's video says."""
    source = _source(words)
    if source is None:
        return str(words["text"])
    return avatars.personalise(source, words["values"], facts={}, slots={}, language="").text


def _source(words: Mapping[str, Any]) -> avatars.VideoSource | None:
    if words["template_id"]:
        return RenderTemplate.objects.select_related("digital_human").get(pk=words["template_id"])
    if words["presentation_id"]:
        return Presentation.objects.select_related("digital_human").get(pk=words["presentation_id"])
    return None
