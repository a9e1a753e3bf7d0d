"""Who may open a file of a member: those who serve them."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from conversations import services
from conversations.models import Content, Message
from tests.support import factories

pytestmark = pytest.mark.django_db
PATH = "inbound/a.png"


@pytest.fixture
def conversation(application):
    return factories.make_conversation(application)


@pytest.fixture
def account(application):
    """An operator with the right to answer."""
    user = User.objects.create_user("op", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="answer_ticket"))
    factories.make_operator(application, user=user)
    return user


def file_of(conversation, way: str) -> None:
    """A file that the member sent, or was sent."""
    carried: dict[str, Any] = {"download": factories.make_download(conversation.application, path=PATH)}
    if way == "upload":
        upload = factories.make_upload(conversation.application, path=PATH)
        carried = {"outbound": factories.make_outbound(conversation.application, upload=upload)}
    Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction="in",
        state="received",
        content=Content.objects.create(),
        **carried,
    )


@pytest.mark.parametrize("way", ["download", "upload"])
def test_an_operator_opens_files_of_those_they_serve(conversation, account, way):
    file_of(conversation, way)
    assert services.people_of_file(PATH) == [conversation.member_id]
    assert services.serves_file(account, PATH) is False
    factories.make_ticket(conversation)
    assert services.serves_file(account, PATH) is True
    assert services.serves_file(account, "inbound/other.png") is False


def test_without_the_right_to_answer_no_file_is_opened(conversation, account):
    file_of(conversation, "download")
    factories.make_ticket(conversation)
    account.user_permissions.clear()
    assert services.serves_file(User.objects.get(pk=account.pk), PATH) is False


def test_a_file_of_several_names_each_once(application, conversation):
    other = factories.make_conversation(application, "lisi")
    upload = factories.make_upload(application, path=PATH)
    for one in (conversation, other, conversation):
        Message.objects.create(
            application=application,
            member=one.member,
            direction="out",
            state="sending",
            content=Content.objects.create(),
            outbound=factories.make_outbound(application, upload=upload),
        )
    assert sorted(services.people_of_file(PATH)) == sorted([conversation.member_id, other.member_id])
