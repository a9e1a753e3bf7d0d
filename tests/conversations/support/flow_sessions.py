"""The session of a member in a flow that makes a video."""

from conversations.models import Session

CARD = "“欢迎加入！”要多清晰？ | 1. 基础 | 2. 增强 | 3. 高清"


def session_of(person) -> Session:
    return Session.objects.latest("pk")
