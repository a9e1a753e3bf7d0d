"""The status of a video as its card tells it, for each state of its message."""

import pytest

from conversations.models import Content, Message
from conversations.videos import progress_cards
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "render", "outbound", "fields", "status"),
    [
        ("cancelled", "queued", None, {}, "cancelled"),
        ("waiting", "queued", None, {}, "queued"),
        ("waiting", "running", None, {}, "making"),
        ("waiting", "done", None, {}, "sending"),
        ("waiting", None, None, {}, "sending"),
        ("sending", "done", None, {}, "sending"),
        ("sending", "done", "queued", {}, "sending"),
        ("sending", "done", "running", {}, "sending"),
        ("sending", "done", "done", {}, "sent"),
        ("sending", "done", "done", {"degraded": True}, "as_text"),
        ("sending", "done", "done", {"degraded": True, "reason": "degraded:voice"}, "as_voice"),
        ("sending", "done", "cancelled", {}, "cancelled"),
        ("sending", "done", "failed", {}, "unconfirmed"),
    ],
)
def test_each_state_has_its_status(state, render, outbound, fields, status):
    application = factories.make_application()
    message = Message.objects.create(
        application=application,
        member=factories.make_member(application),
        direction="out",
        state=state,
        content=Content.objects.create(text="Hello"),
        render=factories.make_render(status=render) if render else None,
        outbound=factories.make_outbound(application, status=outbound) if outbound else None,
        **fields,
    )
    assert progress_cards.status_of(message) == status
    assert (status in progress_cards.FINAL) is (status in ("sent", "as_voice", "as_text", "unconfirmed", "cancelled"))
