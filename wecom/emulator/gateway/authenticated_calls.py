"""A call of the API: read from HTTP, authenticated, and handed to its endpoint."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDictKeyError

from wecom.emulator.gateway import rate_limits, tokens
from wecom.emulator.gateway.endpoint_registry import ENDPOINTS, Answer, ApiRequest, File, Upload
from wecom.emulator.gateway.error_codes import ApiError, error_message
from wecom.emulator.models import App

# Follows `errmsg` where a field of the body has the wrong type, in answers of success too:
# https://developer.work.weixin.qq.com/document/path/90313
WRONG_TYPE = ". Warning: wrong json format. "
UPLOADS = {"media/upload", "media/uploadimg"}  # paths whose body is a form


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """A call as it was received. `upload_error` is answered once the token has been checked."""

    path: str
    method: str
    request: ApiRequest
    upload_error: ApiError | None

    def addressed_members(self) -> set[str]:
        """The user IDs that the call names, in lower case."""
        try:
            touser = self.request.json().get("touser", "") if self.method == "POST" else ""
        except ApiError:
            touser = ""
        names = f"{touser}|{self.request.query.get('userid', '')}"
        return {name.lower() for name in names.split("|") if name}


@dataclass(frozen=True, kw_only=True)
class CallResult:
    """The answer to a call, and the application that made it."""

    answer: Answer
    app: App | None = None


def read_call(http: HttpRequest, path: str) -> ApiCall:
    """The call that an HTTP request makes."""
    query = {name: str(value) for name, value in http.GET.items()}
    upload, upload_error = None, None
    if path in UPLOADS and http.method == "POST":
        try:
            upload = _read_upload(http)
        except ApiError as error:
            upload_error = error
    request = ApiRequest(
        query=query,
        body=b"" if upload else http.body,
        address=http.META.get("REMOTE_ADDR", "127.0.0.1"),
        upload=upload,
        app=None,
        range=http.headers.get("Range", ""),
        base_url=f"{http.scheme}://{http.get_host()}",
    )
    return ApiCall(path=path, method=http.method or "GET", request=request, upload_error=upload_error)


def _read_upload(http: HttpRequest) -> Upload:
    """The form's part `media`. Like the platform, it does not understand an RFC 2231 `filename*=`."""
    head = http.body[:1024].split(b"\r\n\r\n")[0]
    if b"filename*=" in head:
        raise ApiError(44001, "filename* is not supported, send the name as raw UTF-8")
    try:
        part = http.FILES["media"]
    except MultiPartParserError as error:
        raise ApiError(44001) from error
    except MultiValueDictKeyError as error:
        raise ApiError(41005) from error
    return Upload(filename=part.name or "file", data=part.read())  # type: ignore[union-attr]


def authenticate(call: ApiCall) -> App | None:
    """The application of the access token, once its call has been counted; None where the endpoint needs no token.

    Raises:
        ApiError: no such path, an invalid token, or too many calls.
    """
    endpoint = ENDPOINTS.get(call.path)
    if endpoint is None:
        raise ApiError(40066, f"the emulator does not have {call.path[:100]}, see /emulator/coverage")
    app = tokens.application_of(call.request.query.get("access_token", "")) if endpoint.needs_token else None
    rate_limits.count_call(call.path, app, call.request.address)
    return app


def run_endpoint(call: ApiCall, request: ApiRequest) -> Answer:
    """The endpoint's answer. Raises `ApiError`."""
    endpoint = ENDPOINTS[call.path]
    if call.method != endpoint.method:
        raise ApiError(43001 if endpoint.method == "GET" else 43002)
    if call.upload_error is not None:
        raise call.upload_error
    answer = endpoint.handler(request)
    if isinstance(answer, File):
        return answer
    return {"errcode": 0, "errmsg": f"ok{WRONG_TYPE}" if request.has_numbers_as_text() else "ok", **answer}


def error_answer(error: ApiError, call: ApiCall) -> dict[str, Any]:
    """The answer to a call that was refused, after its transaction was rolled back."""
    if isinstance(error, tokens.WrongSecretError):
        error.store()
    message = error_message(error.errcode, detail=error.detail, address=call.request.address)
    return {"errcode": error.errcode, "errmsg": message + (WRONG_TYPE if call.request.has_numbers_as_text() else "")}
