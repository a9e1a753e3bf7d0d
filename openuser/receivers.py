"""Receivers of the apps' signals: live updates and webhooks."""

from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.urls import reverse

from avatars.models import Render
from avatars.signals import render_finished
from core.live_updates import publish_change
from openuser.models import WebhookEndpoint
from openuser.webhooks import services as hooks
from wecom.models import Outbound
from wecom.signals import outbound_settled

EVENTS: dict[str, str] = {
    Render.Status.DONE: WebhookEndpoint.Event.RENDER_COMPLETED,
    Render.Status.FAILED: WebhookEndpoint.Event.RENDER_FAILED,
    Render.Status.CANCELLED: WebhookEndpoint.Event.RENDER_CANCELLED,
}


@receiver(render_finished)
def on_render_finished(render: Render, **_: Any) -> None:
    publish_change("renders", "finished", id=render.pk)
    hooks.announce(EVENTS[render.status], _payload(render), cid=render.cid)


@receiver(outbound_settled)
def on_outbound_settled(outbound: Outbound, **_: Any) -> None:
    publish_change("outbounds", "settled", id=outbound.pk)


def _payload(render: Render) -> dict[str, Any]:
    """The data of a webhook: IDs, numbers and URLs, but not the script."""
    files = ["video", "captions", "poster"] if render.video else []
    files += ["translated_captions"] if render.translated_captions else []
    return {
        "id": render.pk,
        "digital_human": render.digital_human_id,
        "status": render.status,
        "reason": render.reason,
        "mode": render.mode,
        "seconds": render.seconds,
        "size": render.size,
        "content_id": render.content_id,
        "cid": render.cid,
        **{f"{name}_url": _absolute_url(f"render-{name.replace('_', '-')}", render.pk) for name in files},
    }


def _absolute_url(name: str, pk: int) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse(name, args=[pk])}"
