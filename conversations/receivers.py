"""What other apps announce. Each calls one service, which writes rows only."""

from typing import Any

from django.dispatch import receiver

from avatars.models import Render
from avatars.signals import render_finished
from conversations import services
from wecom.models import Callback, Outbound
from wecom.signals import message_sent, outbound_settled


@receiver(render_finished)
def on_render_finished(render: Render, **_: Any) -> None:
    services.release(render)


@receiver(outbound_settled)
def on_outbound_settled(outbound: Outbound, **_: Any) -> None:
    services.fall_back(outbound)


@receiver(message_sent)
def on_message_sent(callback: Callback, text: str, outbounds: list[Outbound], **_: Any) -> None:
    services.note_answer(callback, text, outbounds)
