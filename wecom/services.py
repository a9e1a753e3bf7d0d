"""The front door of WeChat Work: receive, handle, send."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from openuser.lib.work import Work
from wecom import auth, inbox
from wecom.contents import Content, Text, split_text
from wecom.exceptions import ContentError, NotConfigured
from wecom.models import Application, Attempt, Callback, Corporation, Member, Outbound, Upload

MAX_RECIPIENTS = 1000
USER_ID = re.compile(r"[^\s|@][^\s|]{0,63}")


@dataclass(kw_only=True)
class Acting:
    """What a handler is answering; every send inside it gets the next number, so that a retry doubles nothing."""

    callback: Callback
    sent: int = field(default=0)

    def next_key(self) -> str:
        self.sent += 1
        return f"callback:{self.callback.pk}:{self.sent}"


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting_on(callback: Callback) -> Iterator[None]:
    """Sends inside this block belong to the callback."""
    token = _acting.set(Acting(callback=callback))
    try:
        yield
    finally:
        _acting.reset(token)


def default_application() -> Application:
    """The application of functions that name none. Raises `NotConfigured` where none is connected."""
    application = Application.objects.select_related("corporation").filter(is_default=True).first()
    if application is None:
        raise NotConfigured(
            "No WeChat Work application is connected.",
            code="not_configured",
            remedy="Set the WECHAT_* variables or add an application in the admin.",
        )
    return application


@transaction.atomic
def configure(*, name: str = "") -> Application | None:
    """Make the application of the WECHAT_* settings the default one, with their values; None where they are not set."""
    wanted = settings.WECOM
    if not (wanted["CORP_ID"] and wanted["AGENT_ID"]):
        return None
    corporation, _ = Corporation.objects.get_or_create(corp_id=wanted["CORP_ID"])
    application = Application.objects.filter(corporation=corporation, agent_id=wanted["AGENT_ID"]).first()
    if application is None:
        application = Application(corporation=corporation, agent_id=wanted["AGENT_ID"], name=name or "OpenUser")
    values = {
        "secret": wanted["CORP_SECRET"],
        "token": wanted["TOKEN"],
        "encoding_aes_key": wanted["ENCODING_AES_KEY"],
        "api_base_url": wanted["API_BASE_URL"],
        "is_default": True,
    }
    if application._state.adding or any(getattr(application, field) != value for field, value in values.items()):
        for field, value in values.items():
            setattr(application, field, value)
        save_application(application)
    return application


@transaction.atomic
def save_application(application: Application) -> None:
    """Store what somebody changed, keep at most one default, and try again what was held."""
    if application.is_default:
        Application.objects.exclude(pk=application.pk).update(is_default=False)
    application.save()
    auth.release_hold(application)
    for rows in (application.uploads, application.outbounds, application.card_updates, application.menu_publications):
        held = rows.filter(status=Work.Status.QUEUED, reason=Outbound.Reason.HELD)
        held.update(due_at=timezone.now(), woken_at=None)
        for row in held:
            row.wake()


def member(application: Application, user_id: str) -> Member:
    """The member with this user ID, made on first contact."""
    found, _ = Member.objects.get_or_create(corporation=application.corporation, user_id=user_id.lower())
    return found


def receive(application: Application, body: bytes, *, signature: str, timestamp: str, nonce: str) -> Callback:
    """Verify, decrypt and record one callback; a repeat gives the first one's row.

    Raises `wecom.crypto.CryptoError` for what must be refused; then nothing is stored.
    """
    return inbox.receive(application, body, signature=signature, timestamp=timestamp, nonce=nonce)


def handle(pk: int, *, now: datetime | None = None) -> None:
    """Act on a callback, once."""
    inbox.handle(pk, acting=acting_on, answer=_send_answer, now=now)


@transaction.atomic
def send(
    application: Application,
    content: Content,
    *,
    to: Sequence[str],
    upload: Upload | None = None,
    cid: str = "",
    priority: int = 0,
    expires_at: datetime | None = None,
    delivery_key: str = "",
) -> Outbound:
    """Queue one call of message/send. Inside a handler, or with a `delivery_key`, the same send is made only once.

    Raises `ContentError` for a message that the platform would refuse.
    """
    acting = _acting.get()
    if acting is not None:
        delivery_key = delivery_key or acting.next_key()
        cid = cid or acting.callback.cid
    recipients = list(dict.fromkeys(user_id.lower() for user_id in to))
    if not 0 < len(recipients) <= MAX_RECIPIENTS:
        raise ContentError("A message goes to 1 to 1,000 members.", code="recipients", field="to")
    if not all(USER_ID.fullmatch(user_id) for user_id in recipients):
        # "@all" and "a|b" among them: whom they reach is not known, nor who of them did not get it.
        raise ContentError("A recipient is no user ID.", code="recipients", field="to")
    payload = content.payload()
    values: dict[str, Any] = {
        "application": application,
        "recipients": recipients,
        "msgtype": content.msgtype,
        "content": payload,
        "upload": upload,
        "priority": priority,
        "expires_at": expires_at,
        "order_key": f"{application.pk}:{recipients[0]}" if len(recipients) == 1 else "",
        "cid": cid,
        "fingerprint": _fingerprint(application, recipients, content.msgtype, payload, upload),
    }
    if delivery_key:
        outbound, created = Outbound.objects.get_or_create(delivery_key=delivery_key, defaults=values)
    else:
        outbound, created = Outbound.objects.create(**values), True
    if created:
        outbound.wake()
    return outbound


@transaction.atomic
def send_text(user_id: str, *, content: str, application: Application | None = None) -> Outbound:
    """Send text to one member; text over 2,048 bytes goes out in parts, in order. Returns the last part's row."""
    application = application or default_application()
    if not content.strip():
        raise ContentError("The text is empty.", code="empty", field="content", remedy="Write something to send.")
    parts = [send(application, Text(content=part), to=[user_id]) for part in split_text(content)]
    return parts[-1]


@transaction.atomic
def ensure_upload(application: Application, *, kind: str, path: Path, name: str, filename: str) -> Upload:
    """The upload of these bytes, queued where the platform lacks them; `name` is theirs in the media storage."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    upload, created = Upload.objects.get_or_create(
        corporation=application.corporation,
        kind=kind,
        sha256=digest,
        defaults={"application": application, "path": name, "filename": filename, "size": path.stat().st_size},
    )
    if not created and upload.is_finished and not upload.is_usable(timezone.now()):
        upload.application, upload.path, upload.filename = application, name, filename
        upload.save(update_fields=["application", "path", "filename"])
        upload.restart()
    if created:
        upload.wake()
    return upload


@transaction.atomic
def resend(outbound: Outbound) -> None:
    """A person decided: send this again, as a new message, with bytes that the platform does not take for the old."""
    Attempt.objects.abandoned(outbound).update(outcome=Attempt.Outcome.AMBIGUOUS)
    outbound.restart(body=None, repeat=outbound.repeat + 1, was_ambiguous=False, first_attempt_at=None, errcode=None)


@transaction.atomic
def treat_as_sent(outbound: Outbound) -> bool:
    """A person decided: it arrived. Only for one that nobody knows about."""
    rows = Outbound.objects.filter(pk=outbound.pk, status=Outbound.Status.FAILED, reason=Outbound.Reason.UNKNOWN)
    return bool(rows.update(status=Outbound.Status.DONE, reason=Outbound.Reason.UNKNOWN))


@transaction.atomic
def replay(callback: Callback) -> bool:
    """Handle a finished callback once more; False where its body is gone or it is still being handled."""
    return bool(callback.body) and callback.restart()


def forget_old_callbacks(now: datetime | None = None) -> int:
    """Delete callbacks that are too old to be repeated by the platform. Returns how many."""
    oldest = (now or timezone.now()) - timedelta(days=settings.WECOM["KEEP_CALLBACKS_DAYS"])
    deleted, _ = Callback.objects.filter(created_at__lt=oldest).exclude(status__in=Callback.UNFINISHED).delete()
    return deleted


def _send_answer(callback: Callback, text: str) -> list[Outbound]:
    to, cid = [callback.from_user_id], callback.cid
    return [send(callback.application, Text(content=part), to=to, cid=cid) for part in split_text(text.strip())]


def _fingerprint(
    application: Application, recipients: list[str], msgtype: str, payload: dict[str, Any], upload: Upload | None
) -> str:
    whole = [application.pk, recipients, msgtype, payload, upload.pk if upload else None]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
