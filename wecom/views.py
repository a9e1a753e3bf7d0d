"""The webhook: verify, record, answer. WeChat Work waits one second for a GET and five for a POST."""

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from wecom import crypto, services
from wecom.exceptions import NotConfigured
from wecom.models import Application

logger = logging.getLogger(__name__)


class Webhook(APIView):
    """The callback URL of an application; without a key in the path, of the default one.

    Whatever is wrong is refused with an empty body, so that nobody learns what.
    """

    authentication_classes = []
    permission_classes = []
    parser_classes = []
    throttle_classes = []
    schema = None

    def get(self, request: Request, key: str = "") -> HttpResponse:
        """The URL check of “save callback settings”: answer the decrypted echo, byte for byte."""
        query = request.query_params
        # A proxy that decodes twice turns the base64 "+" into a space; base64 has no spaces of its own.
        echo = query.get("echostr", "").replace(" ", "+")
        signature, timestamp, nonce = (query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
        try:
            keys = self._application(key).keys
            crypto.strict(signature, timestamp, nonce)
            crypto.verify(keys, signature=signature, timestamp=timestamp, nonce=nonce, encrypted=echo)
            return HttpResponse(crypto.open_sealed(keys, echo), content_type="text/plain")
        except (crypto.CryptoError, NotConfigured) as error:
            return self._refuse(error)

    def post(self, request: Request, key: str = "") -> HttpResponse:
        """One message or event: an empty 200 once it is safely recorded, the first time and every time."""
        query = request.query_params
        try:
            body = self._body(request)
            if body is None:
                return HttpResponse(status=413)
            services.receive(
                self._application(key),
                body,
                signature=query.get("msg_signature", ""),
                timestamp=query.get("timestamp", ""),
                nonce=query.get("nonce", ""),
            )
        except (crypto.CryptoError, NotConfigured) as error:
            return self._refuse(error)
        return HttpResponse(content_type="text/plain")

    def _application(self, key: str) -> Application:
        if not key:
            application = services.default_application()
        else:
            found = Application.objects.select_related("corporation").filter(webhook_key=key).first()
            if found is None:
                raise NotConfigured("There is no such application.", code="unknown_application")
            application = found
        if not application.enabled:
            raise NotConfigured("The application is switched off.", code="disabled")
        return application

    def _body(self, request: Request) -> bytes | None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.WECOM["MAX_BODY"]:
            return None
        try:
            body: bytes = request._request.body
        except RequestDataTooBig:
            return None
        return body if len(body) <= settings.WECOM["MAX_BODY"] else None

    def _refuse(self, error: crypto.CryptoError | NotConfigured) -> HttpResponse:
        logger.warning("A callback was refused.", extra={"code": error.code})
        return HttpResponse(status=403)
