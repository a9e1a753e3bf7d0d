"""Personal data of the installation itself and of the packages, for the registry in `core.personal_data`."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import AccessRecord
from core.personal_data.holding_registry import register, without_personal_data
from core.personal_data.holdings import Holding, Kind, Person
from core.personal_data.retention import log_days
from core.personal_data.work_rows import WorkHolding
from openuser.models import ApiAnswer, WebhookDelivery

ACCOUNTS = Kind(key="accounts", label=_("accounts of staff"))
ACCESS_RECORDS = Kind(key="access_records", label=_("access records"), days=lambda: log_days("ACCESS_RECORDS_DAYS"))
ADMIN_LOG = Kind(key="admin_log", label=_("log of changes"), days=lambda: log_days("ADMIN_LOG_DAYS"))
LOGINS = Kind(key="logins", label=_("log-ins"), days=lambda: log_days("LOGINS_DAYS"))
WEB_SESSIONS = Kind(key="web_sessions", label=_("sessions of the admin"), days=lambda: 1)
API_ANSWERS = Kind(key="api_answers", label=_("answers to idempotency keys"), days=lambda: 1)
WEBHOOKS = Kind(key="webhooks", label=_("webhook deliveries"), days=lambda: settings.WEBHOOKS["KEEP_DAYS"])


class WebSessionHolding(Holding):
    """Log-ins to the admin: they go as soon as they have expired."""

    def expire(self, before: datetime, now: datetime) -> int:
        return super().expire(now, now)


class ApiAnswerHolding(Holding):
    """Stored answers of the API: of a day at most, so they are read one by one."""

    def find(self, person: Person) -> list[int]:
        names = [word.encode() for word in (person.user_id, *person.names)]
        rows = ApiAnswer.objects.exclude(status=None).only("body").iterator()
        return [row.pk for row in rows if any(word in bytes(row.body) for word in names)]

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person:
            self.rows(pks).update(body=b"")  # the key stays: a retry must not have a second effect
        else:
            super().clear(pks)


class LogHolding(Holding):
    """The admin's log names the rows that were changed. The entries stay, without the words."""

    def find(self, person: Person) -> list[int]:
        whole = re.compile(rf"(?<![\w.@-]){re.escape(person.user_id)}(?![\w.@-])", re.IGNORECASE)
        rows = self.rows(super().find(person)).values_list("pk", "object_repr", "change_message")
        return [pk for pk, *cells in rows if _names(" ".join(cells), whole, person.names)]

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person:
            self.rows(pks).update(object_repr=person.alias, change_message="")
        else:
            super().clear(pks)


class AccessRecordHolding(Holding):
    """Who has read messages of a person. Records stay when the person is erased: they name the row of an alias."""

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        if person is None:
            super().clear(pks)


def register_models() -> None:
    """Called once, when the app is ready."""
    attempts: dict[str, Any] = {"of": _of_name, "age": "attempt_time"}
    register(
        Holding(User, ACCOUNTS),
        LogHolding(LogEntry, ADMIN_LOG, of=_logged, age="action_time"),
        WebSessionHolding(Session, WEB_SESSIONS, age="expire_date"),
        AccessRecordHolding(AccessRecord, ACCESS_RECORDS, of=lambda person: Q(person=person.pk), age="at"),
        Holding(AccessLog, LOGINS, **attempts),
        Holding(AccessFailureLog, LOGINS, **attempts),
        Holding(AccessAttempt, LOGINS, **attempts),
        ApiAnswerHolding(ApiAnswer, API_ANSWERS, age="created_at"),
        WorkHolding(WebhookDelivery, WEBHOOKS, age="created_at"),
    )
    without_personal_data(
        {
            "auth.Group": "roles",
            "core.Erasure": "random names of files that are gone",
            "core.MetricCount": "sums without names",
            "core.WorkerProcess": "a process and its host",
            "auth.Permission": "names of rights",
            AccessAttemptExpiration._meta.label: "goes with the wrong password that it belongs to",
            "contenttypes.ContentType": "names of models",
            "django_celery_beat.ClockedSchedule": "times",
            "django_celery_beat.CrontabSchedule": "times",
            "django_celery_beat.IntervalSchedule": "times",
            "django_celery_beat.PeriodicTask": "names of tasks; that of a schedule follows the schedule",
            "django_celery_beat.PeriodicTasks": "times",
            "django_celery_beat.SolarSchedule": "times",
            "openuser.Alert": "goes with its incident",
            "openuser.ApiClient": "programs",
            "openuser.Incident": "figures, names of applications and machines",
            "otp_static.StaticDevice": "second factor of an account, which it goes with",
            "otp_static.StaticToken": "second factor of an account, which it goes with",
            "otp_totp.TOTPDevice": "second factor of an account, which it goes with",
            "openuser.WebhookEndpoint": "addresses of programs",
        }
    )


def _of_name(person: Person) -> Q:
    return Q(username__iexact=person.user_id)


def _logged(person: Person) -> Q:
    condition = Q()
    for word in (person.user_id, *person.names):
        condition |= Q(object_repr__icontains=word) | Q(change_message__icontains=word)
    return condition


def _names(text: str, user_id: re.Pattern[str], names: tuple[str, ...]) -> bool:
    return user_id.search(text) is not None or any(name.lower() in text.lower() for name in names)
