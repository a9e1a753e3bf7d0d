"""The bytes of a content's call, and why a content is refused."""

import json

import pytest

from wecom.exceptions import ContentError
from wecom.outbox import payloads


def size(text: str) -> int:
    return len(text.encode())


def call(**changes: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(frozen(**changes))
    return found


def frozen(**changes: object) -> bytes:
    arguments = {"recipients": ["zhangsan"], "agent_id": 1000002, "msgtype": "text", "payload": {"content": "你好"}}
    return payloads.build_body(**(arguments | changes))  # type: ignore[arg-type]


def problem(build: object, **fields: object) -> ContentError:
    assert callable(build)
    with pytest.raises(ContentError) as caught:
        build(**fields)
    assert caught.value.remedy
    return caught.value
