"""Canary secrets and words pass through success and failure, and appear only where they belong."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as project
from django.db import connection
from django.utils import timezone

from core.logs import LineFormatter, RedactSecrets
from tests.wecom.support.callback_sender import Envelope, text_xml
from wecom import services
from wecom.callbacks import processor
from wecom.models import Application, Callback, Outbound
from wecom.outbox import dispatcher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
WORDS = "canarywords"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """All that LOG_LEVEL=DEBUG and WECHAT_DEBUG=true would print."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    handler.addFilter(RedactSecrets())
    quiet = {name: config for name, config in project.LOGGING["loggers"].items() if "level" in config}
    levels = {name: logging.getLogger(name).level for name in ("", *quiet)}
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    for name, config in quiet.items():
        logging.getLogger(name).setLevel("DEBUG" if name == "wecom" else config["level"])
    yield stream
    logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def stored() -> str:
    """Every cell of the installation, but those where messages belong."""
    cells = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(("wecom_", "django_", "openuser_")) or table == "wecom_outbound":
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            cells += [str(bytes(cell) if isinstance(cell, memoryview) else cell) for row in cursor for cell in row]
    return "\n".join(cells)


def test_no_secret_and_no_word_is_logged_or_stored_in_clear(connected, emulator, person, client, log):
    secrets = [connected.secret, connected.token, connected.encoding_aes_key]
    Envelope(connected, text_xml(connected, text=WORDS, user=person.user_id)).post(client)
    processor.handle(Callback.objects.get().pk)
    Envelope(connected, text_xml(connected, text=WORDS), token="wrong").post(client)
    client.post("/api/v1/integrations/wechat/webhook?echostr=canarywords", data=WORDS, content_type="text/xml")
    for fault in ("", "reset-after", "untrusted-ip", "html", "token-expired", "nobody-reachable", "wrong-secret"):
        if fault:
            emulator.fault(fault)
        services.send_text(person.user_id, content=f"{WORDS} {fault}")
        for outbound in Outbound.objects.order_by("pk"):
            dispatcher.deliver(outbound.pk, now=timezone.now() + timedelta(minutes=2))
        Application.objects.update(held_until=None)
    connected.refresh_from_db()
    secrets.append(connected.access_token)
    Application.objects.update(access_token="", api_base_url="http://127.0.0.1:9")
    dispatcher.deliver(services.send_text(person.user_id, content=WORDS).pk)
    assert Outbound.objects.filter(status="done").count() > 3
    assert all(secrets)
    for canary in (*secrets, WORDS):
        assert canary not in log.getvalue()
        assert canary not in stored()


def test_an_unforeseen_error_after_a_failed_call_shows_no_url(connected, log):
    Application.objects.update(api_base_url="http://127.0.0.1:9", access_token="")
    outbound = services.send_text("zhangsan", content=WORDS)

    def fail_while_settling(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "token_lease_until" in sql and "token_lease_owner" not in sql.split("WHERE")[0]:
            raise RuntimeError("the disk is gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail_while_settling):
        try:
            dispatcher.deliver(outbound.pk)
        except RuntimeError:
            logging.getLogger("celery.app.trace").exception("Task raised.")
    assert "RuntimeError" in log.getvalue()
    assert connected.secret not in log.getvalue()
