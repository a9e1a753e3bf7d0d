"""The application as the platform knows it: its name, whether it is switched on, who may see it.

Source: https://developer.work.weixin.qq.com/document/path/90227.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wecom.client import access_tokens, api
from wecom.client.handler_context import current_application
from wecom.models import Application


@dataclass(frozen=True, kw_only=True)
class ApplicationProfile:
    """The console's settings of the application. `users`, `departments` and `tags` are its visible range."""

    name: str
    closed: bool
    users: tuple[str, ...]
    departments: tuple[int, ...]
    tags: tuple[int, ...]


def get_agent_info(application: Application | None = None) -> ApplicationProfile:
    """The application as the console knows it: its name, whether it is switched off, its visible range."""
    return fetch_profile(application or current_application())


def fetch_profile(application: Application) -> ApplicationProfile:
    """Ask the platform now, even for an application that is held. Raises `WeComError`."""
    token = access_tokens.valid_token(application, though_held=True)
    answer = api.get(application, "agent/get", token=token, agentid=str(application.agent_id))
    members = [
        str(row.get("userid", "")) for row in _rows(answer, "allow_userinfos", "user") if isinstance(row, Mapping)
    ]
    return ApplicationProfile(
        name=str(answer.get("name") or ""),
        closed=bool(answer.get("close")),
        users=tuple(name for name in members if name),
        departments=tuple(_numbers(_rows(answer, "allow_partys", "partyid"))),
        tags=tuple(_numbers(_rows(answer, "allow_tags", "tagid"))),
    )


def _rows(answer: Mapping[str, Any], outer: str, inner: str) -> list[Any]:
    """A list within an object, either of which may be missing: the platform leaves out empty ones."""
    part = answer.get(outer)
    rows = part.get(inner) if isinstance(part, Mapping) else None
    return rows if isinstance(rows, list) else []


def _numbers(rows: list[Any]) -> list[int]:
    return [row for row in rows if isinstance(row, int)]
