"""What operators do at the desk, as their browser asks for it."""

from django.test import Client
from django.urls import reverse

from conversations.models import Ticket

JSON = {"Accept": "application/json"}


def act(desk: Client, ticket: Ticket, name: str, **more: object) -> str:
    """Press a button; the page's words."""
    answer = desk.post(reverse("desk-act", args=[ticket.pk]), {"act": name, **more}, follow=True)
    return answer.content.decode()


def say(desk: Client, ticket: Ticket, text: str = "", **more: object) -> dict[str, object]:
    answer = desk.post(reverse("desk-say", args=[ticket.pk]), {"text": text, **more}, headers=JSON)
    return dict(answer.json())


def page(desk: Client, address: str) -> str:
    return desk.get(address).content.decode()
