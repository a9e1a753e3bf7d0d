"""What the apps announce, passed on to live pages."""

from typing import Any

from django.dispatch import receiver

from avatars.models import Render
from avatars.signals import render_finished
from openuser.lib.publish import tell
from wecom.models import Outbound
from wecom.signals import outbound_settled


@receiver(render_finished)
def on_render_finished(render: Render, **_: Any) -> None:
    tell("renders", "finished", id=render.pk)


@receiver(outbound_settled)
def on_outbound_settled(outbound: Outbound, **_: Any) -> None:
    tell("outbounds", "settled", id=outbound.pk)
