"""When the queue of an application would be sent, for the apps above."""

from dataclasses import dataclass
from datetime import datetime

from wecom import services as wecom
from wecom.models import Application


@dataclass(frozen=True, kw_only=True)
class SendingForecast:
    """When a queue would be sent within the quotas; None if it stands still. `why` names the limit that decides."""

    through_at: datetime | None
    why: str


def forecast_sending(application: Application, *, messages: int, recipients: int, now: datetime) -> SendingForecast:
    """When the queue of an application would be sent, with so many more messages to so many members."""
    forecast = wecom.forecast_for(application, messages=messages, recipients=recipients, now=now)
    return SendingForecast(through_at=forecast.through_at, why=forecast.why)


def daily_limit(application: Application) -> int:
    """How many recipients a day an application may have; 0 if the number of accounts is not known."""
    return wecom.daily_limit(application)
