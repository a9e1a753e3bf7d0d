"""The evidence of one delivery: the words, whose face, which consent, who approved it, and when it went out."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars.models import Consent, Render
from conversations.models import MutedTopic, PreferenceChange
from core.evidence import signed_documents
from scheduling.campaigns import approved_content
from scheduling.models import Batch, Campaign, CampaignChange, Delivery
from wecom.models import Outbound, Upload

VERSION = 1


def bundle(delivery: Delivery) -> dict[str, Any]:
    """The evidence as a signed document (`core.evidence.signed_documents`). Data that were erased meanwhile are missing
    from it."""
    run, campaign = delivery.run, delivery.run.campaign
    outbound = outbound_of(delivery)
    data = {
        "version": VERSION,
        "installation": settings.SITE_URL,
        "made_at": _time(timezone.now()),
        "campaign": {"id": campaign.pk, "name": campaign.name, "digest": run.digest},
        "run": {"id": run.pk, "moment": _time(run.moment)},
        "member": delivery.member.user_id,
        "status": str(delivery.status),
        "reason": str(delivery.reason),
        "topic": _topic(campaign),
        "choice": choice_of(delivery),
        "policy": str(run.content.get("policy", Campaign.Policy.APPROVED)),
        "approved": _approved(delivery),
        "approval": _step(campaign, Campaign.State.APPROVED, run.digest),
        "asked": _step(campaign, Campaign.State.WAITING, run.digest),
        "started": _step(campaign, Campaign.State.SCHEDULED),
        "call": _call(outbound) if outbound else None,
        "video": _video(outbound.upload) if outbound and outbound.upload else None,
    }
    return signed_documents.sign(data)


def choice_of(delivery: Delivery) -> dict[str, Any] | None:
    """The member's choice, and since when, if that decided; None if something else did."""
    campaign, member = delivery.run.campaign, delivery.member
    if delivery.reason == Delivery.Reason.OPTED_OUT:
        muted = MutedTopic.objects.filter(member=member, topic=campaign.topic_id).first()
        return {"muted": _topic(campaign), "since": _time(muted.at if muted else None)}
    if delivery.reason == Delivery.Reason.PREFERS_TEXT:
        chosen = PreferenceChange.objects.filter(member=member, after__prefers_text=True).exclude(
            before__prefers_text=True
        )
        last = chosen.first()
        return {"prefers_text": True, "since": _time(last.at if last else None)}
    return None


def _approved(delivery: Delivery) -> dict[str, Any] | None:
    """The content that was approved for the member, and the versions of its sources, as hashes."""
    batch = batch_of(delivery)
    content = delivery.run.content["contents"].get(f"{batch.variant}/{batch.language}") if batch else None
    if batch is None or content is None:
        return None
    return {
        "variant": batch.variant,
        "language": batch.language,
        "sha256": approved_content.digest(content),
        "template_version": approved_content.digest(content["template"]) if "template" in content else "",
        "presentation_version": approved_content.digest(content["presentation"]) if "presentation" in content else "",
        "flow_version": content.get("flow_version"),
    }


def _topic(campaign: Campaign) -> dict[str, Any] | None:
    return {"id": campaign.topic.pk, "name": campaign.topic.name} if campaign.topic else None


def outbound_of(delivery: Delivery) -> Outbound | None:
    """The call that carried a delivery: its own, or its batch's."""
    batch = batch_of(delivery) if delivery.outbound is None else None
    return batch.outbound if batch else delivery.outbound


def batch_of(delivery: Delivery) -> Batch | None:
    """The batch in which a member was; None for those who were in none."""
    if not delivery.batch:
        return None
    rows = Batch.objects.filter(run=delivery.run_id, number=delivery.batch)
    return rows.select_related("run", "outbound__upload").first()


def _step(campaign: Campaign, after: Campaign.State, digest: str = "") -> dict[str, Any] | None:
    """Who took a step and when; the approval is the one bound to the content that was sent."""
    rows = CampaignChange.objects.filter(campaign=campaign, after=after).select_related("by")
    row = (rows.filter(digest=digest) if digest else rows).first()
    if row is None:
        return None
    return {"by": row.who, "at": _time(row.at), "why": row.why, "digest": row.digest}


def _call(outbound: Outbound) -> dict[str, Any]:
    body = bytes(outbound.body or b"")
    tries = outbound.tries.order_by("number")
    return {
        "msgid": outbound.msgid,
        "errcode": outbound.errcode,
        "msgtype": outbound.msgtype,
        "content": outbound.content,
        "body_sha256": hashlib.sha256(body).hexdigest() if body else "",
        "file": {"name": outbound.upload.filename, "sha256": outbound.upload.sha256} if outbound.upload else None,
        "attempts": [
            {"at": _time(attempt.started_at), "ended_at": _time(attempt.ended_at), "outcome": str(attempt.outcome)}
            for attempt in tries
        ],
    }


def _video(upload: Upload) -> dict[str, Any] | None:
    render = Render.objects.filter(video=upload.path).select_related("digital_human", "template").first()
    if render is None:
        return None
    consents = {"face": render.consent, "voice": render.voice_consent, "partner": render.partner_consent}
    return {
        "render": render.pk,
        "content_id": render.content_id,
        "sha256": _sha256(str(render.video.name)),
        "words": render.text,
        "digital_human": render.digital_human.name,
        "template": {"id": render.template_id, "name": str(render.template)} if render.template else None,
        "consents": {name: _consent(consent) for name, consent in consents.items() if consent is not None},
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {"id": consent.pk, "person": consent.person, "valid_from": _time(consent.valid_from)}


def _sha256(name: str) -> str:
    """The hash of a stored file; "" if it is gone."""
    if not default_storage.exists(name):
        return ""
    with default_storage.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _time(value: Any) -> str:
    return value.isoformat() if value else ""
