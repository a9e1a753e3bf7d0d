"""The guide's function that sends a message repeatedly: it makes a campaign without approval."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import IntegrityError
from django.db.models import Model
from django.utils.translation import gettext as _

from avatars.models import DigitalHuman, Presentation, RenderTemplate
from scheduling.campaigns.plain_message import PlainMessage
from scheduling.exceptions import SchedulingError
from scheduling.mailings.former_schedules import replace_schedule
from scheduling.mailings.plain_messages import send_plain_message
from scheduling.models import Campaign, Schedule, default_grace, default_time_zone
from wecom.models import Application

T = TypeVar("T", bound=Model)

# The names of our fields among the arguments.
ARGUMENTS = {
    "cron": "schedule",
    "user_ids": "user_id",
    "department_numbers": "department_ids",
    "tag_numbers": "tag_ids",
    "digital_human": "digital_human_id",
    "template": "template_id",
    "presentation": "presentation_id",
    "values": "variables",
}
# The fields by which calls are told apart.
KEY_FIELDS = (
    *("name", "application", "user_ids", "message_type", "text", "digital_human", "mode"),
    *("cron", "time_zone", "days", "grace_minutes"),
)
# Only where they are given, so that the keys of other calls stay the same.
TEMPLATE_KEY_FIELDS = ("template", "values")
PRESENTATION_KEY_FIELDS = ("presentation", "values")
GROUP_KEY_FIELDS = ("department_numbers", "tag_numbers")


def schedule_wechat_message(
    user_id: str | Sequence[str] = (),
    *,
    schedule: str,
    department_ids: Sequence[int] = (),
    tag_ids: Sequence[int] = (),
    message: str = "",
    message_type: str = "text",
    text: str = "",
    digital_human_id: int | None = None,
    template_id: int | None = None,
    presentation_id: int | None = None,
    variables: Mapping[str, str] | None = None,
    mode: str = "",
    name: str = "",
    time_zone: str = "",
    days: str = "every",
    grace_minutes: int | None = None,
    application: Application | None = None,
    now: datetime | None = None,
) -> Campaign:
    """Send a message repeatedly: `schedule` is a cron line, like "0 9 * * *" for every day at 9:00.

    It goes to members by user ID ("@all" for all in the visible range), to departments with those below, and to tags.
    `message` and `text` are two names of the same argument. A video template or a presentation can replace them, with
    values for its variables, which can use facts about each member like {{name}}.

    A call with equal arguments returns the existing campaign in its current state (it may be edited, paused or
    cancelled), so the function can be called at every start of a process. It takes the place of a schedule that an
    equal call of an earlier version made, paused if that is. Raises `SchedulingError` with the argument and the remedy.
    """
    if message and text and message != text:
        fault = _("Both message and text are given, and they differ.")
        raise SchedulingError(fault, code="two_texts", field="text", remedy=_("Give one of them."))
    ids = [user_id] if isinstance(user_id, str) else list(user_id)
    wanted = PlainMessage(
        name=name,
        application=application,
        user_ids=ids,
        department_numbers=sorted(set(department_ids)),
        tag_numbers=sorted(set(tag_ids)),
        message_type=message_type,
        text=text or message,
        digital_human=_digital_human(digital_human_id),
        template=_template(template_id),
        presentation=_presentation(presentation_id),
        values=dict(variables or {}),
        mode=mode,
        cron=schedule,
        time_zone=time_zone or default_time_zone(),
        days=days,
        grace_minutes=default_grace() if grace_minutes is None else grace_minutes,
    )
    key = _key(wanted)
    try:
        return _existing(key, now) or send_plain_message(wanted, key=key, now=now)
    except IntegrityError:
        # A concurrent call with the same arguments was faster.
        return Campaign.objects.get(key=key)
    except SchedulingError as error:
        field = ARGUMENTS.get(error.field, error.field)
        raise SchedulingError(error.message, code=error.code, remedy=error.remedy, field=field) from error


async def aschedule_wechat_message(user_id: str | Sequence[str] = (), **options: Any) -> Campaign:
    """`schedule_wechat_message` to await, with the same arguments."""
    return await sync_to_async(schedule_wechat_message)(user_id, **options)


def _existing(key: str, now: datetime | None) -> Campaign | None:
    """The campaign of an equal call, also of one that made a schedule in an earlier version."""
    campaign = Campaign.objects.filter(key=key).first()
    schedule = None if campaign else Schedule.objects.filter(key=key).first()
    return replace_schedule(schedule, now=now) if schedule is not None else campaign


def _digital_human(pk: int | None) -> DigitalHuman | None:
    text = _("There is no digital human %(id)s.")
    return _row(DigitalHuman, pk, text, code="digital_human_unknown", field="digital_human_id")


def _template(pk: int | None) -> RenderTemplate | None:
    text = _("There is no video template %(id)s.")
    return _row(RenderTemplate, pk, text, code="template_unknown", field="template_id")


def _presentation(pk: int | None) -> Presentation | None:
    text = _("There is no presentation %(id)s.")
    return _row(Presentation, pk, text, code="presentation_unknown", field="presentation_id")


def _row(model: type[T], pk: int | None, fault: str, *, code: str, field: str) -> T | None:
    """The row with this primary key; None without one. Raises `SchedulingError` if there is no such row."""
    if pk is None:
        return None
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        remedy = _("Its number is shown in the admin.")
        raise SchedulingError(fault % {"id": pk}, code=code, field=field, remedy=remedy)
    return row


def _key(message: PlainMessage) -> str:
    """A key that is equal for equal calls."""
    template = TEMPLATE_KEY_FIELDS if message.template else ()
    presentation = PRESENTATION_KEY_FIELDS if message.presentation else ()
    groups = GROUP_KEY_FIELDS if message.department_numbers or message.tag_numbers else ()
    fields = (*KEY_FIELDS, *template, *presentation, *groups)
    values = [_plain(getattr(message, field)) for field in fields]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value
