"""Traces by OpenTelemetry, from a callback to the messages it sends, if `OTEL_EXPORTER_OTLP_ENDPOINT` is set.

A trace and its first span have IDs that follow from the correlation ID, which every row carries. So a trace goes on in
another process, after a queue and a restart, without a column of its own.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

NANOSECONDS = 1_000_000_000

_ids: ContextVar[tuple[int, int] | None] = ContextVar("trace_ids", default=None)


def is_on() -> bool:
    """Whether traces were asked for."""
    return bool(settings.TRACES["ENDPOINT"])


def trace_id(cid: str) -> str:
    """The ID of the trace of a correlation ID, as traces and logs show it."""
    return f"{_ids_of(cid)[0]:032x}"


def record(name: str, *, cid: str, began: datetime, ended: datetime, **attributes: str | int) -> None:
    """The first span of a trace, of something that is over."""
    if is_on() and cid:
        token = _ids.set(_ids_of(cid))
        try:
            # In an empty context, or it would become a part of this process's own span.
            span = _tracer().start_span(name, _empty(), attributes=attributes, start_time=_nanoseconds(began))
        finally:
            _ids.reset(token)
        span.end(_nanoseconds(ended))


@contextmanager
def span(name: str, *, cid: str = "", **attributes: str | int) -> Iterator[None]:
    """A span of this thread's work; with a `cid`, of its trace. An error that leaves the span marks it."""
    if not is_on() or not (cid or _has_span()):
        yield
        return
    context = _context_of(cid) if cid and not _has_span() else None
    with _tracer().start_as_current_span(name, context, attributes=attributes, record_exception=False):
        yield


def begin(name: str, *, cid: str, **attributes: str | int) -> "Span | None":
    """A part of a trace that `end` ends, in the same thread; None without traces."""
    if not is_on() or not cid:
        return None
    from opentelemetry import context, trace

    begun: Span = _tracer().start_span(name, _context_of(cid), attributes=attributes)
    context.attach(trace.set_span_in_context(begun))
    return begun


def end(begun: "Span | None", **attributes: str | int) -> None:
    """End a span of `begin`, if there is one."""
    if begun is not None:
        begun.set_attributes(attributes)
        begun.end()
        forget()


def forget(**_: Any) -> None:
    """Detach this thread from its trace, so that the next work starts anew. Receives the signal that begins a task."""
    if is_on():
        from opentelemetry import context

        context.attach(_empty())


@cache
def provider() -> "TracerProvider":
    """The sender of this process's spans, from a thread. Each process makes its own: a fork has no threads."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class CidIds(RandomIdGenerator):
        """Random IDs, except for the first span of a trace."""

        def generate_trace_id(self) -> int:
            given = _ids.get()
            return given[0] if given else super().generate_trace_id()

        def generate_span_id(self) -> int:
            given = _ids.get()
            return given[1] if given else super().generate_span_id()

    resource = Resource.create(
        {"service.name": "openuser", "process.command": os.path.basename(sys.argv[0] or "python")}
    )
    made = TracerProvider(resource=resource, id_generator=CidIds())
    exporter = OTLPSpanExporter(endpoint=f"{settings.TRACES['ENDPOINT'].rstrip('/')}/v1/traces")
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


os.register_at_fork(after_in_child=provider.cache_clear)


def _tracer() -> Any:
    return provider().get_tracer("openuser")


def _has_span() -> bool:
    from opentelemetry import trace

    return trace.get_current_span().get_span_context().is_valid


def _empty() -> Any:
    from opentelemetry.context import Context

    return Context()


def _context_of(cid: str) -> Any:
    from opentelemetry import trace
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

    trace_number, span_number = _ids_of(cid)
    first = SpanContext(trace_number, span_number, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return trace.set_span_in_context(NonRecordingSpan(first), _empty())


def _ids_of(cid: str) -> tuple[int, int]:
    digest = sha256(cid.encode()).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * NANOSECONDS)
