"""Messages of campaigns between the messages of a conversation."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Conversation
from tests.scheduling.support.campaign_pages import person_of, seen
from tests.scheduling.support.campaigns import launch, work
from wecom.models import Member

pytestmark = pytest.mark.django_db(transaction=True)


def thread(company, member: Member) -> tuple[str, int]:
    conversation = Conversation.objects.get_or_create(application=company, member=member)[0]
    client = person_of("reader", name=f"reader{User.objects.count()}")
    address = f"/admin/conversations/conversation/{conversation.pk}/change/"
    with CaptureQueriesContext(connection) as asked:
        html = seen(client, address)
    return html.partition('data-testid="thread"')[2], len(asked)


def test_what_campaigns_sent_stands_between_the_messages_with_few_queries(company, staff):
    member = Member.objects.get(user_id=staff[0].user_id)
    launch("{{name|同事}}，三点开会")
    work()
    html, before = thread(company, member)
    assert f"{member.name}，三点开会" in html
    assert 'data-testid="campaign-message"' in html
    for number in range(3):
        launch(f"通知{number}")
    work()
    html, after = thread(company, member)
    assert [f"通知{number}" in html for number in range(3)] == [True] * 3
    assert after <= before


def test_what_a_member_did_not_get_is_not_there(company, staff):
    member = Member.objects.get(user_id=staff[0].user_id)
    launch("三点开会", audience={"members": [staff[1].user_id]})
    work()
    assert "三点开会" not in thread(company, member)[0]
