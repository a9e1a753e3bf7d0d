"""A callback is handled, and what was sent for it."""

from tests.support import factories
from tests.wecom.support.callback_sender import text_xml
from wecom.callbacks import processor
from wecom.models import Application, Callback, Outbound


def handle(application: Application, xml: str = "") -> Callback:
    callback = factories.make_callback(application, body=xml or text_xml(application, text="hello"))
    processor.handle(callback.pk)
    callback.refresh_from_db()
    return callback


def sent() -> list[str]:
    return [row.content["content"] for row in Outbound.objects.order_by("pk")]
