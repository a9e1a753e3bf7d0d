"""One row of any admin model, with its related rows; new models are found by themselves."""

import secrets
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from conversations.models import (
    CareCase,
    CareSubject,
    Content,
    Conversation,
    KnowledgeRevision,
    Message,
    State,
    WatchLink,
)
from scheduling.models import AudienceSheet, AwaitedVideo, Campaign, CampaignContent, Schedule
from tests.support import factories
from wecom.models import Application, Attempt, MemberFact, Outbound

DEEP = 2


def make_row(model: type[models.Model], **fields: Any) -> Any:
    """A new row; no two share a row that they point to, so that a list which asks for each is found out."""
    maker = MAKERS.get(model._meta.label)
    return maker(**fields) if maker else filled(model, **fields)


def filled(model: type[models.Model], *, depth: int = 0, **given: Any) -> Any:
    """A row of a model that has no factory: whatever its columns need, by their types."""
    row = model(**given)
    for field in model._meta.concrete_fields:
        if field.name in given or field.attname in given or isinstance(field, models.AutoField):
            continue
        if field.is_relation:
            related: Any = field.related_model
            if not field.null or (depth < DEEP and related is not model):
                maker = MAKERS.get(related._meta.label)
                setattr(row, field.name, maker() if maker else filled(related, depth=depth + 1))
        elif not field.has_default() and not field.null and (field.unique or not field.blank):
            setattr(row, field.name, value(field))
    row.save()
    return row


def value(field: models.Field[Any, Any]) -> Any:
    """Something that such a column takes, another one each time."""
    if field.choices:
        return next(iter(field.flatchoices))[0]
    if isinstance(field, models.FileField):
        return ContentFile(b"file", name=f"{secrets.token_hex(4)}.png")
    name = f"x{secrets.token_hex(8)}"[: field.max_length]
    known: dict[type, Any] = {
        models.DateTimeField: timezone.now(),
        models.DateField: timezone.localdate(),
        models.TimeField: timezone.localtime().time(),
        models.JSONField: {},
        models.IntegerField: secrets.randbelow(30_000) + 1,
        models.FloatField: 1.0,
        models.DecimalField: Decimal(secrets.randbelow(9_000)) / 100,
        models.BooleanField: True,
        models.BinaryField: b"bytes",
    }
    return next((known[kind] for kind in type(field).__mro__ if kind in known), name)


def make_user(**fields: Any) -> User:
    return User.objects.create_user(f"user-{secrets.token_hex(6)}", **fields)


def make_desk(**fields: Any) -> Any:
    return factories.make_desk(factories.make_application(), **fields)


def make_member(**fields: Any) -> Any:
    return factories.make_member(factories.make_application(), f"member{secrets.token_hex(6)}", **fields)


def make_member_fact(**fields: Any) -> MemberFact:
    """A text that is known of a member of their own."""
    values: dict[str, Any] = {"key": f"x{secrets.token_hex(6)}", "text": "上海", **fields}
    return MemberFact.objects.create(**{"member": values.pop("member", None) or make_member(), **values})


def make_menu_button(**fields: Any) -> Any:
    return factories.make_menu_button(factories.make_application(), **fields)


def make_conversation(application: Application | None = None, **fields: Any) -> Conversation:
    application = application or factories.make_application()
    if "member" not in fields:
        fields["member"] = factories.make_member(application, f"member{secrets.token_hex(6)}")
    fields.setdefault("language", "zh-hans")
    return Conversation.objects.create(application=application, **fields)


def make_message(application: Application | None = None, **fields: Any) -> Message:
    """A message on its way: what a video was sent as, in a conversation of its own."""
    application = application or factories.make_application()
    if "member" not in fields:
        fields["member"] = make_conversation(application).member
    fields.setdefault("content", Content.objects.create(text="你好"))
    fields.setdefault("outbound", factories.make_outbound(application))
    fields.setdefault("render", factories.make_render())
    values = {"direction": "out", "state": "sending", "cid": secrets.token_hex(8), **fields}
    return Message.objects.create(application=application, **values)


def make_watch_link(**fields: Any) -> WatchLink:
    """The page of a video that one member received."""
    member = make_member()
    application = Application.objects.get(corporation=member.corporation)
    values = {"name": secrets.token_hex(16), "render": factories.make_render(), "member": member, **fields}
    return WatchLink.objects.create(**{"application": application, **values})


def make_attempted(application: Application | None = None, **fields: Any) -> Outbound:
    """An outbound with a file and one try behind it."""
    application = application or factories.make_application()
    outbound = factories.make_outbound(application, **{"upload": factories.make_upload(application), **fields})
    Attempt.objects.create(outbound=outbound, number=1, outcome="sent", ended_at=timezone.now())
    return outbound


def make_campaign(**fields: Any) -> Any:
    """A campaign that is no step of a series."""
    return filled(Campaign, **{"series": None, **fields})


def make_campaign_content(**fields: Any) -> Any:
    """The words of a campaign have one source of their video."""
    return filled(CampaignContent, **{"presentation": None, **fields})


def make_awaited_video(**fields: Any) -> AwaitedVideo:
    """What the batch of a campaign waits for."""
    return filled(AwaitedVideo, **{"schedule": None, "campaign": None, **fields})  # type: ignore[no-any-return]


def make_state(**fields: Any) -> State:
    """A step has one source of its video."""
    return filled(State, **{"presentation": None, **fields})  # type: ignore[no-any-return]


def make_care_case(**fields: Any) -> CareCase:
    """A case of a subject that keeps it for a day."""
    subject = fields.pop("subject", None) or filled(CareSubject, keep_days=1)
    return filled(CareCase, **{"subject": subject, **fields})  # type: ignore[no-any-return]


def make_interval() -> IntervalSchedule:
    return IntervalSchedule.objects.get_or_create(every=15, period="seconds")[0]


MAKERS: dict[str, Callable[..., Any]] = {
    "auth.User": make_user,
    "openuser.Alert": factories.make_alert,
    "openuser.Incident": factories.make_incident,
    "openuser.WebhookDelivery": factories.make_webhook_delivery,
    "auth.Group": lambda **fields: Group.objects.create(name=f"group-{secrets.token_hex(6)}", **fields),
    "avatars.Consent": factories.make_consent,
    "scheduling.AwaitedVideo": make_awaited_video,
    "scheduling.Batch": factories.make_batch,
    "scheduling.CampaignContent": make_campaign_content,
    "scheduling.Delivery": factories.make_delivery,
    "scheduling.Campaign": make_campaign,
    "avatars.DigitalHuman": factories.make_digital_human,
    "avatars.Likeness": lambda **fields: factories.make_consent().likenesses.get(),
    "avatars.Narration": factories.make_narration,
    "avatars.PortraitVideo": factories.make_portrait_video,
    "avatars.Render": factories.make_render,
    "avatars.RenderTemplate": factories.make_template,
    "avatars.Rendition": factories.make_rendition,
    "avatars.Statement": factories.make_statement,
    "avatars.Voice": factories.make_voice,
    "conversations.Answer": lambda **fields: factories.make_answer(f"问题 {secrets.token_hex(6)}", **fields),
    "conversations.CareCase": make_care_case,
    "conversations.Conversation": make_conversation,
    "conversations.Desk": make_desk,
    "conversations.Document": factories.make_document,
    "conversations.Embedding": factories.make_embedding,
    "conversations.KnowledgeRevision": lambda **fields: KnowledgeRevision.objects.update_or_create(
        id=fields.pop("id", 1), defaults=fields
    )[0],
    "conversations.Message": make_message,
    "conversations.MoveBatch": factories.make_move_batch,
    "conversations.State": make_state,
    "conversations.Topic": factories.make_topic,
    "conversations.WatchLink": make_watch_link,
    "django_celery_beat.PeriodicTask": lambda **fields: PeriodicTask.objects.create(
        name=f"task-{secrets.token_hex(6)}", task="openuser.sweep", interval=make_interval(), **fields
    ),
    "scheduling.AudienceSheet": lambda **fields: filled(AudienceSheet, **{"kept": True, **fields}),
    "scheduling.Schedule": lambda **fields: Schedule.objects.create(**{**Schedule.EMPTY, **fields}),
    "scheduling.RehearsalRun": factories.make_rehearsal_run,
    "wecom.Application": factories.make_application,
    "wecom.Callback": factories.make_callback,
    "wecom.Corporation": factories.make_corporation,
    "wecom.Member": make_member,
    "wecom.MemberFact": make_member_fact,
    "wecom.MenuButton": make_menu_button,
    "wecom.Outbound": make_attempted,
    "wecom.Upload": factories.make_upload,
}
