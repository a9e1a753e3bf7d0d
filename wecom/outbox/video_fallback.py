"""A message whose video cannot go out as one, in the last moment before its bytes are frozen: a file, or a card."""

import hashlib
import json
from typing import Any

from django.db import transaction

from wecom.contents import Content, File
from wecom.models import Application, GroupMessage, Outbound, Upload
from wecom.signals import page_wanted


@transaction.atomic
def apply_fallback(message: Outbound | GroupMessage) -> bool:
    """Give a message the form of its video; False where it has to be a link and nobody made a page for it."""
    upload = message.upload
    if upload is None or message.msgtype != Upload.Kind.VIDEO or not upload.form:
        return True
    if upload.form == Upload.Form.FILE:
        replace_content(message, File(safe=bool(message.options.get("safe"))))
        return True
    page_wanted.send(type(message), message=message)
    return message.msgtype != Upload.Kind.VIDEO


def replace_content(message: Outbound | GroupMessage, content: Content) -> None:
    """Another content for a message that we hold and that has not begun to go out."""
    fields: dict[str, Any] = {"msgtype": content.msgtype, "content": content.payload(), "options": content.options()}
    if isinstance(message, Outbound):
        fields["fingerprint"] = fingerprint(
            message.application, message.recipients, content, content.payload(), message.upload
        )
    message.update_leased(**fields)


def fingerprint(
    application: Application, recipients: list[str], content: Content, payload: dict[str, Any], upload: Upload | None
) -> str:
    """Equal for messages whose bytes would be equal. All copies of a file count as one."""
    whole = [application.pk, recipients, content.msgtype, payload, f"{upload.kind}:{upload.sha256}" if upload else None]
    whole += [content.options()] if content.options() else []
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
