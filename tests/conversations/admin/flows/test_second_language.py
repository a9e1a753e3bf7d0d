"""Texts in two languages side by side: on the page of a step, in the graph's panel, and on the page of a flow."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from conversations.models import DraftSnapshot, Flow, State
from tests.conversations.support.flow_pages import edit, send, staff, url
from tests.conversations.support.two_languages import make_flow
from tests.support.admin_forms import sent_by, unchanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    return make_flow(published=False)


def asked(flow: Flow) -> State:
    return flow.states.get(key="quality")


def test_a_step_keeps_what_is_written_in_the_second_column(hr, flow):
    edit(hr, asked(flow), reminder_second="Are you there?", text_second="Quality?\r\nPlease choose.")
    texts = asked(flow).translations["en"]
    assert (texts["reminder"], texts["text"]) == ("Are you there?", "Quality?\nPlease choose.")
    assert texts["choices"] == "Basic, simple\nhd = High"
    assert DraftSnapshot.objects.filter(flow=flow, change=DraftSnapshot.Change.SAVED).exists()


def test_a_step_has_a_file_in_each_language(hr, flow, media):
    files = {"file": ContentFile(b"%PDF zh", name="zh.pdf"), "second_file": ContentFile(b"%PDF en", name="en.pdf")}
    page = url("state", "change", asked(flow).pk)
    assert "File (English)" in hr.get(page).content.decode()
    edit(hr, asked(flow), form="file", **files)
    step = asked(flow)
    assert (step.file.read(), step.second_file.read()) == (b"%PDF zh", b"%PDF en")
    Flow.objects.filter(pk=flow.pk).update(also_in="")
    assert "second_file" not in hr.get(page).context["adminform"].form.fields


def test_an_emptied_text_is_no_translation_any_more(hr, flow):
    edit(hr, flow.states.get(key="done"), text_second="")
    assert flow.states.get(key="done").translations == {}


def test_a_flow_in_one_language_has_no_second_column_and_loses_nothing(hr, flow):
    Flow.objects.filter(pk=flow.pk).update(also_in="")
    before = asked(flow).translations
    assert "text_second" not in hr.get(url("state", "change", asked(flow).pk)).context["adminform"].form.fields
    edit(hr, asked(flow), text="改了")
    assert asked(flow).translations == before


def test_the_graphs_panel_has_the_same_columns(hr, flow):
    answer = hr.get(reverse("draft-graph-step", args=[flow.pk, asked(flow).pk]))
    assert "Text (English)" in answer.content.decode()
    context = answer.context
    forms = [context["adminform"].form]
    for rows in context["rows"]:
        forms += [rows.formset.management_form, *rows.formset.forms]
    seen = hr.get(reverse("draft-graph", args=[flow.pk])).context["seen"]
    data = {**sent_by(forms), "step": asked(flow).pk, "act": "save", "seen": seen, "text_second": "Which one?"}
    saved = hr.post(reverse("draft-graph-act", args=[flow.pk]), data).json()
    assert "error" not in saved
    assert asked(flow).translations["en"]["text"] == "Which one?"


def test_a_flow_gets_its_other_language_with_a_name_in_it(hr, flow):
    Flow.objects.filter(pk=flow.pk).update(also_in="", translations={})
    page = url("flow", "change", flow.pk)
    data = unchanged(hr, page)
    send(hr, page, {**data, "also_in": "en", "name_second": "Pick a quality"})
    flow.refresh_from_db()
    assert (flow.also_in, flow.translations) == ("en", {"en": {"name": "Pick a quality"}})


def test_who_may_only_look_reads_the_texts(flow):
    client: Client = staff("reader")
    codes = ("view_flow", "view_state", "view_transition")
    User.objects.get(username="reader").user_permissions.set(Permission.objects.filter(codename__in=codes))
    for address in (
        url("state", "change", asked(flow).pk),
        reverse("draft-graph-step", args=[flow.pk, asked(flow).pk]),
        url("flow", "change", flow.pk),
    ):
        words = "Choose a quality" if "/flow/" in address else "I did not get that."
        assert words in client.get(address).content.decode()
