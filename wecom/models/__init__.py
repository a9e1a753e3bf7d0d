"""WeChat Work's side in rows: who we are there, what came in, what goes out."""

from wecom.models.company import Application, Corporation, Member, new_webhook_key
from wecom.models.downloads import Download
from wecom.models.inbox import Callback
from wecom.models.interaction import CardUpdate, MenuButton, MenuPublication
from wecom.models.limits import CallCount, Circuit, DayCount, Spending
from wecom.models.outbox import Attempt, Outbound, Upload

__all__ = [
    "Application",
    "Attempt",
    "CallCount",
    "Callback",
    "CardUpdate",
    "Circuit",
    "Corporation",
    "DayCount",
    "Download",
    "Member",
    "MenuButton",
    "MenuPublication",
    "Outbound",
    "Spending",
    "Upload",
    "new_webhook_key",
]
