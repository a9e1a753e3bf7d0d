"""Problem details (RFC 9457) in responses of the API."""

import json


def problem(answer, status: int) -> dict:
    """The problem in an answer, which must be a complete one."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    found: dict = json.loads(answer.content)
    assert {"type", "title", "status", "detail", "code", "instance", "request_id"} <= set(found)
    assert found["status"] == status
    assert found["request_id"] == answer["X-Request-ID"]
    return found
