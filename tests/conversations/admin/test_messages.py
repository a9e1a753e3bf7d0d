"""The list of messages: found by their words, by who said or got them, and by their correlation ID."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from conversations.models import Content, Message
from core import text_search
from tests.support.factories import make_application, make_member
from wecom.models import Application, Member

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def say(application: Application, member: Member, words: str, **fields: str) -> Message:
    content = Content.objects.create(text=words)
    return Message.objects.create(
        application=application, member=member, content=content, direction="in", state="received", **fields
    )


@pytest.mark.parametrize("most", [5000, 0])  # listed by their keys, or too many for it
def test_messages_are_found_by_words_people_and_correlation_id(monkeypatch, most):
    monkeypatch.setattr(text_search, "MOST_ROWS", most)
    application, client = make_application(), Client()
    zhang, li = make_member(application, "zhangsan", name="张三"), make_member(application, "lisi", name="李四")
    leave, room = say(application, zhang, "我要请产假"), say(application, li, "Meeting room on Friday", cid="abc123")
    client.force_login(User.objects.create_superuser("boss"))
    wanted = {"产假": leave, "张三": leave, "zhang": leave, "friday meet": room, "李四": room, "ABC123": room}
    address = reverse("admin:conversations_message_changelist")
    found = {words: client.get(address, {"q": words}).context["cl"].result_list for words in wanted}
    assert found == {words: [message] for words, message in wanted.items()}
