"""The webhook: verify, record, answer. WeChat Work waits one second for a GET and five for a POST."""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from django.http import HttpResponse
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from wecom import crypto, metrics, platform_quirks, services
from wecom.callbacks.signed_query import SIGNED, read_once
from wecom.exceptions import NotConfigured
from wecom.models import Application

logger = logging.getLogger(__name__)


class AcceptAnything(BaseContentNegotiation):
    """Accepts any Accept header and any `format`: there is only one form of answer."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Webhook(APIView):
    """The callback URL of an application; without a key in the path, of the default one.

    A refusal has an empty body, so that the caller does not learn the reason.
    """

    authentication_classes = []
    permission_classes = []
    parser_classes = []
    throttle_classes = []
    content_negotiation_class = AcceptAnything
    http_method_names = ["get", "post", "head"]
    schema = None

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """Unknown methods, and queries that Django refuses to read, also get an empty answer."""
        if isinstance(exc, MethodNotAllowed):
            return HttpResponse(status=405)
        if isinstance(exc, SuspiciousOperation):
            return self._refuse(type(exc).__name__)
        raise exc

    def get(self, request: Request, key: str = "") -> HttpResponse:
        """The URL check of “save callback settings”: answer the decrypted echo, byte for byte."""
        query, application = request.query_params, None
        nonce = query.get("nonce", "")
        try:
            signature, timestamp, _, echo = read_once(query, *SIGNED, "echostr")
            # A proxy that decodes twice turns the base64 "+" into a space; base64 has no spaces of its own.
            echo = echo.replace(" ", "+")
            application = services.read_webhook_application(key)
            crypto.strict(signature, timestamp, nonce)
            signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce}
            content = services.open_echo(application, echo, **signed)
            services.note_url_check(application, content, echo, **signed)
            return HttpResponse(content, content_type="text/plain")
        except (crypto.CryptoError, NotConfigured) as error:
            return self._refuse(error.code, application, query)

    def post(self, request: Request, key: str = "") -> HttpResponse:
        """One message or event: an empty 200 once it is safely recorded, the first time and every time."""
        query, application = request.query_params, None
        try:
            body = self._body(request)
            if body is None:
                metrics.CALLBACKS.add("", "too_large")
                return HttpResponse(status=413)
            signature, timestamp, nonce = read_once(query, *SIGNED)
            signed = {"signature": signature, "timestamp": timestamp, "nonce": nonce}
            application = services.find_webhook_application(key)
            try:
                services.record_callback(application, body, **signed)
            except (crypto.CryptoError, IntegrityError):
                # Its keys may have changed in another process, or it is gone.
                application = services.read_webhook_application(key)
                services.record_callback(application, body, **signed)
        except (crypto.CryptoError, NotConfigured) as error:
            return self._refuse(error.code, application, query)
        return HttpResponse(platform_quirks.current.acknowledgement, content_type="text/plain")

    def _body(self, request: Request) -> bytes | None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.WECOM["MAX_BODY"]:
            return None
        # A chunked body has no length to go by, and Django's `body` would take all of it.
        body: bytes = request._request.read(settings.WECOM["MAX_BODY"] + 1)
        return body if len(body) <= settings.WECOM["MAX_BODY"] else None

    def _refuse(
        self, code: int | str, application: Application | None = None, query: Mapping[str, str] | None = None
    ) -> HttpResponse:
        signature, timestamp, nonce = ((query or {}).get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
        # A callback without the platform's form comes from a stranger: it is no hint about our keys.
        if application is not None and isinstance(code, int) and crypto.is_strict(signature, timestamp, nonce):
            services.record_rejection(application, code, nonce)
        pk = application.pk if application else None
        metrics.count_refusal(str(pk or ""), code)
        logger.warning("A callback was refused.", extra={"code": code, "application": pk})
        return HttpResponse(status=403)
