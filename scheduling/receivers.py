"""Receivers of the signals of other apps. Each calls one service, which writes rows only."""

from typing import Any

from django.dispatch import receiver

from scheduling import services
from wecom.models import Outbound
from wecom.signals import outbound_settled


@receiver(outbound_settled)
def on_outbound_settled(outbound: Outbound, **_: Any) -> None:
    services.follow_call(outbound)
