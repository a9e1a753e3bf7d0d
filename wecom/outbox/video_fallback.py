"""A video that is too large goes out as a file or as a card; decided just before the bytes are frozen."""

from typing import Any

from django.db import transaction

from wecom.contents import Content, File
from wecom.models import GroupMessage, Outbound, Upload
from wecom.outbox import duplicates
from wecom.signals import page_wanted


@transaction.atomic
def apply_fallback(message: Outbound | GroupMessage) -> bool:
    """Give the message the form that its video can be sent in; False if it needs a page and no receiver made one."""
    upload = message.upload
    if upload is None or message.msgtype != Upload.Kind.VIDEO or not upload.form:
        return True
    if upload.form == Upload.Form.FILE:
        replace_content(message, File(safe=bool(message.options.get("safe"))))
        return True
    page_wanted.send(type(message), message=message)
    return message.msgtype != Upload.Kind.VIDEO


def replace_content(message: Outbound | GroupMessage, content: Content) -> None:
    """Replace the content of a message that is leased here and not frozen yet (`page_wanted`)."""
    fields: dict[str, Any] = {"msgtype": content.msgtype, "content": content.payload(), "options": content.options()}
    if isinstance(message, Outbound):
        fields["fingerprint"] = duplicates.fingerprint(
            message.application, message.recipients, content, content.payload(), message.upload
        )
    message.update_leased(**fields)
