"""Who reads a conversation at the desk: those who serve its ticket, and those with a right of its own."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from conversations import services
from conversations.models import Conversation, Operator, OperatorGroup, Ticket
from core.models import AccessRecord
from tests.conversations.admin.handoff.desk_pages import act, page

pytestmark = pytest.mark.django_db
SAID = "打印机坏了"


def another(name: str, *rights: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_ticket", *rights]))
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(user)
    return client


def reads(client: Client, ticket: Ticket) -> tuple[bool, bool]:
    """Whether an account reads the ticket, and the lists."""
    lists = [page(client, reverse("desk") + f"?list={name}") for name in ("waiting", "all", "closed")]
    return SAID in page(client, reverse("desk-ticket", args=[ticket.pk])), any(SAID in one for one in lists)


def test_those_of_the_group_read_what_waits_and_then_who_takes_it(desk, group, ticket):
    colleague = another("ops2", "answer_ticket")
    group.operators.add(services.operator_of(User.objects.get(username="ops2")))
    assert (reads(desk, ticket), reads(colleague, ticket)) == ((True, True), (True, True))
    act(desk, ticket, "take")
    assert (reads(desk, ticket), reads(colleague, ticket)) == ((True, True), (False, False))
    act(desk, ticket, "close")
    assert (reads(desk, ticket), reads(colleague, ticket)) == ((True, True), (False, False))


@pytest.mark.parametrize("rights", [(), ("answer_ticket",), ("view_conversation", "view_message")])
def test_others_see_who_waits_and_no_words(ticket, rights):
    client = another("other", *rights)
    assert reads(client, ticket) == (False, False)
    assert "zhangsan" in page(client, reverse("desk") + "?list=waiting")
    assert not AccessRecord.objects.exists()


def test_a_switched_off_operator_reads_nothing(desk, operator, ticket):
    Operator.objects.filter(pk=operator.pk).update(enabled=False)
    assert reads(desk, ticket) == (False, False)


def test_the_right_to_read_opens_every_ticket(ticket):
    assert reads(another("reader", "read_conversation"), ticket) == (True, True)


def test_a_ticket_of_no_group_is_for_all_who_answer(person):
    person.says("你好")
    person.says(SAID)
    ticket = Ticket.objects.create(conversation=Conversation.objects.get(), reason="program")
    assert reads(another("ops3", "answer_ticket"), ticket) == (True, True)
    assert reads(another("viewer"), ticket) == (False, False)


def test_serving_is_recorded_too(desk, ticket):
    reads(desk, ticket)
    ways = set(AccessRecord.objects.filter(page="desk", reader="ops").values_list("way", "person"))
    assert ways == {("row", ticket.conversation.member_id), ("list", ticket.conversation.member_id)}


def test_a_group_is_not_deleted_while_its_tickets_are_open(group, ticket, admin_client):
    outsider = another("ops3", "answer_ticket")
    address = reverse("admin:conversations_operatorgroup_delete", args=[group.pk])
    for step in ("waits", "is taken"):
        shown = page(admin_client, address)
        assert str(ticket) in shown
        admin_client.post(address, {"post": "yes"})
        assert OperatorGroup.objects.get() == group, step
        assert reads(outsider, ticket) == (False, False)
        ticket = services.take_ticket(ticket, group.operators.get())
    services.hand_back(ticket)
    admin_client.post(address, {"post": "yes"})
    assert not OperatorGroup.objects.exists()
    assert reads(outsider, ticket) == (False, False)


def test_an_application_goes_with_its_groups_and_tickets(ticket):
    ticket.conversation.application.delete()
    assert not Ticket.objects.exists()
    assert not OperatorGroup.objects.exists()
