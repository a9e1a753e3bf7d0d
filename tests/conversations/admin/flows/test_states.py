"""The page of a step: where it stands, and where it leads after saving and deleting."""

import pytest
from django.urls import reverse

from conversations.models import DraftSnapshot, Flow, State
from tests.conversations.support.flow_pages import url
from tests.support.admin_forms import unchanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    return Flow.objects.create(name="午餐")


def add(client, flow: Flow, name: str):
    address = f"{url('state', 'add')}?flow={flow.pk}"
    return client.post(address, {**unchanged(client, address), "name": name, "kind": "say", "text": "Hello"})


def test_a_new_step_comes_last_and_shows_its_page(hr, flow):
    for number, name in enumerate(("One", "Two"), start=1):
        answer = add(hr, flow, name)
        step = State.objects.get(name=name)
        assert answer.url == url("state", "change", step.pk)
        assert step.position == 10 * number
    assert [one.change for one in DraftSnapshot.objects.order_by("pk")][-1] == "added"


def test_a_saved_step_leads_back_to_its_flow(hr, flow):
    add(hr, flow, "One")
    step = State.objects.get()
    address = url("state", "change", step.pk)
    answer = hr.post(address, {**unchanged(hr, address), "text": "Bye"})
    assert answer.url == url("flow", "change", flow.pk)
    step.refresh_from_db()
    assert (step.text, step.position) == ("Bye", 10)
    assert DraftSnapshot.objects.latest("pk").change == "saved"


def test_a_deleted_step_leads_back_to_its_flow(hr, flow):
    add(hr, flow, "One")
    answer = hr.post(url("state", "delete", State.objects.get().pk), {"post": "yes"})
    assert answer.url == url("flow", "change", flow.pk)
    assert not State.objects.exists()


@pytest.mark.parametrize("number", ["0", "x"])
def test_a_step_that_there_is_not_leads_home(hr, number):
    address = reverse("admin:conversations_state_changelist") + f"{number}/change/"
    assert hr.get(address).url == reverse("admin:index")
