"""One trace leads from a callback to its delivery, across processes, and arrives at a collector."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from core import traces
from core.logs import AddCorrelationId
from core.work.base import Work
from tests.support import factories
from tests.wecom.support.callback_sender import Envelope, text_xml
from tests.wecom.support.deliveries import deliver
from wecom.callbacks import processor
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def collector() -> Iterator[tuple[str, list[Any]]]:
    """An OpenTelemetry collector on this machine: its address, and the spans that came."""
    spans: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for one in ExportTraceServiceRequest.FromString(body).resource_spans:
                spans.extend(span for scope in one.scope_spans for span in scope.spans)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", spans
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def end_process() -> None:
    """What this process still holds is sent; whatever follows is another process."""
    traces.provider().shutdown()
    traces.provider.cache_clear()
    traces.forget()


@pytest.fixture
def spans(settings):
    with collector() as (url, found):
        settings.TRACES = {"ENDPOINT": url}
        traces.provider.cache_clear()
        yield found
        end_process()


def test_a_trace_leads_from_a_callback_to_its_delivery(spans, connected, person):
    factories.make_desk(connected)
    Envelope(connected, text_xml(connected, user=person.user_id)).post(Client())
    end_process()
    callback = Callback.objects.get()
    processor.handle(callback.pk)
    end_process()
    for outbound in Outbound.objects.filter(cid=callback.cid):
        deliver(outbound)
    end_process()
    of_trace = {span.name: span for span in spans if span.trace_id.hex() == traces.trace_id(callback.cid)}
    assert {"callback", "work wecom.callback", "work wecom.outbound", "wecom message/send"} <= set(of_trace)
    first = of_trace["callback"]
    assert not first.parent_span_id
    assert of_trace["work wecom.callback"].parent_span_id == first.span_id
    assert of_trace["work wecom.outbound"].parent_span_id == first.span_id
    assert of_trace["wecom message/send"].parent_span_id == of_trace["work wecom.outbound"].span_id


def test_work_of_another_cause_does_not_join_a_trace(spans):
    first, second = (Callback.claim(factories.make_callback(cid=secrets.token_hex(8)).pk) for _ in range(2))
    assert first is not None
    assert second is not None
    second.settle(Work.Status.DONE)
    with traces.span("elsewhere"):
        pass
    end_process()
    assert [span.trace_id.hex() for span in spans] == [traces.trace_id(second.cid)]


def test_a_log_line_names_the_trace(spans):
    record = logging.LogRecord("wecom", logging.INFO, "", 0, "It came.", (), None)
    record.cid = "ab12"
    AddCorrelationId().filter(record)
    assert vars(record)["trace_id"] == traces.trace_id("ab12")


def test_without_a_collector_nothing_is_traced_or_imported():
    assert traces.begin("work", cid="ab") is None
    traces.record("callback", cid="ab", began=timezone.now(), ended=timezone.now())
    with traces.span("part", cid="ab"):
        pass
    assert traces.provider.cache_info().currsize == 0
