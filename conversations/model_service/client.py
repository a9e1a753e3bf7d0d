"""Calls of a service with OpenAI's protocol, local or remote: the answer, or an error with its remedy."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from conversations.exceptions import ServiceBusy, ServiceRefused
from core import safe_requests
from core.safe_requests import EgressError
from core.work.db_connections import release_connections

# Errors of parsing a body that does not follow the protocol.
NO_ANSWER = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
PASSES = (408, 409, 425, 429)
OK = 200


@dataclass(frozen=True, kw_only=True)
class SettingNames:
    """The settings that a remedy names."""

    url: str
    key: str
    model: str


class Client:
    """One service. Its address must be public and encrypted, or in one of the `networks`.

    `timeout` is in seconds, for the whole answer; `most` is the largest answer in bytes.
    """

    def __init__(
        self, *, base_url: str, api_key: str, networks: Iterable[str], timeout: float, most: int, names: SettingNames
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._key, self._networks, self._most, self._names = api_key, tuple(networks), most, names

    def post(self, path: str, asked: Mapping[str, Any]) -> Any:
        """The answer of the service, parsed. Raises `ServiceBusy` for errors that may pass, `ServiceRefused` for the
        rest."""
        reply = self._exchange("POST", path, json.dumps(asked).encode())
        if reply.status != OK:
            raise self._failure(reply)
        try:
            return json.loads(reply.body)
        except NO_ANSWER as error:
            raise garbage() from error

    def check(self) -> None:
        """Ask for the list of models, which costs nothing. Raises as `post`; a service without a list is fine."""
        reply = self._exchange("GET", "/models", None)
        if reply.status not in (OK, 404, 405):
            raise self._failure(reply)

    def _exchange(self, method: str, path: str, body: bytes | None) -> safe_requests.Reply:
        if not (self._key.isascii() and self._key.isprintable()):
            raise ServiceRefused("The key is not one.", code="misconfigured", remedy=f"Check {self._names.key}.")
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        release_connections()
        try:
            return safe_requests.exchange(
                method,
                f"{self.base_url}{path}",
                body=body,
                headers=headers,
                allowed=self._networks,
                seconds=self.timeout,
                most=self._most,
            )
        except EgressError as error:
            raise self._not_reached(error) from error

    def _not_reached(self, error: EgressError) -> ServiceBusy | ServiceRefused:
        if error.code == "forbidden":
            return ServiceRefused(
                "The address of the service is none, not encrypted, or in the internal network.",
                code="misconfigured",
                remedy=f"Check {self._names.url}. Name an internal network in OPENUSER_MODEL_NETWORKS.",
            )
        if error.code == "timeout":
            return ServiceBusy("The service did not answer in time.", code="timeout")
        if error.code == "too_long":
            return ServiceBusy("The answer of the service has no end.", code="too_long")
        fault = "The certificate of the service is not valid." if error.code == "tls" else ""
        return ServiceBusy(fault or "The service could not be reached.", code="not_reached")

    def _failure(self, reply: safe_requests.Reply) -> ServiceBusy | ServiceRefused:
        status, kind = reply.status, _kind(reply.body)
        if (status in PASSES or status >= 500) and kind != "insufficient_quota":
            busy = ServiceBusy(f"The service is busy or broken ({status}).", code=f"http_{status}")
            busy.retry_after = _seconds(_header(reply, "retry-after"))
            return busy
        if kind == "insufficient_quota":
            status = 402
        fault, remedy = self._remedies().get(status, (f"The service refused the question ({status}).", ""))
        return ServiceRefused(f"{fault} [{kind}]" if kind else fault, code=f"http_{status}", remedy=remedy)

    def _remedies(self) -> dict[int, tuple[str, str]]:
        names = self._names
        moved = ("The service is at another address.", f"Name that in {names.url}.")
        return {
            **dict.fromkeys((301, 302, 303, 307, 308), moved),
            401: ("The service does not accept the key.", f"Check {names.key}."),
            402: ("The account at the service has no credit.", "Top it up."),
            403: ("The service does not allow this.", f"Check {names.key} and what it may use."),
            404: (
                "The service has no such address or model.",
                f"Check {names.url}, which mostly ends with /v1, and {names.model}.",
            ),
        }


def garbage() -> ServiceBusy:
    """The error for an answer that does not follow the protocol."""
    return ServiceBusy("The answer of the service is no answer.", code="garbage")


def _kind(body: bytes) -> str:
    """The service's error code. Its message is left out, because it may quote members."""
    try:
        error = json.loads(body)["error"]
        names = [error.get("code"), error.get("param")]
    except NO_ANSWER:
        return ""
    return " ".join(name for name in names if isinstance(name, str) and re.fullmatch(r"[\w.-]{1,40}", name, re.ASCII))


def _header(reply: safe_requests.Reply, name: str) -> str:
    return next((value for key, value in reply.headers.items() if key.lower() == name), "")


def _seconds(retry_after: str) -> float:
    """A Retry-After header: a number of seconds, or a date."""
    try:
        return min(3600.0, max(0.0, float(retry_after)))
    except ValueError:
        pass
    try:
        return min(3600.0, max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()))
    except (ValueError, TypeError):
        return 0.0
