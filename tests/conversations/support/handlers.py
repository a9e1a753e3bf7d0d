"""Handlers of one's own that answer a callback."""

from asgiref.sync import async_to_sync

from tests.support import factories
from tests.wecom.support.callback_sender import text_xml
from wecom.bot import bot
from wecom.callbacks import processor
from wecom.models import Callback, Outbound


def call(function, *args, **kwargs):
    return async_to_sync(function)(*args, **kwargs)


def handle(application, handler, text: str = "go") -> Callback:
    bot.on_message("text")(handler)
    callback = factories.make_callback(application, body=text_xml(application, text=text))
    processor.handle(callback.pk)
    callback.refresh_from_db()
    return callback


def sent() -> list[str]:
    return [row.content.get("content", row.msgtype) for row in Outbound.objects.order_by("pk")]
