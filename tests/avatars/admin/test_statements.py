"""Statements in the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from avatars import services
from avatars.models import Statement
from tests.support.factories import make_digital_human, make_voice
from tests.support.paths import PHOTOGRAPH

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("looks", "reason", "words"),
    [(None, "", "–"), (False, "", "no"), (True, "A render of a 3D model.", "yes"), (True, "", "yes")],
)
def test_what_the_picture_looks_like_is_said_in_words(looks, reason, words):
    subject = {"voice": make_voice()} if looks is None else {"digital_human": make_digital_human(), "portrait": "p.png"}
    Statement.objects.all().delete()
    Statement.objects.create(looks_photographed=looks, reason=reason, **subject)
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get(reverse("admin:avatars_statement_changelist")).content.decode()
    cell = page.partition('class="field-photographed')[2].partition("</td>")[0]
    assert strip_tags(f"<td {cell}").strip() == words
    assert "<img" not in cell


# ---- a second person


@pytest.fixture
def statement() -> Statement:
    human = make_digital_human(origin="photograph", portrait=PHOTOGRAPH.read_bytes())
    return services.declare_drawn(human, by="hr", reason="Made by a program.", photographic=True)


def of(name: str, **fields: bool) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_superuser(name))
    return client


def confirm(client: Client, statement: Statement, **fields: object):
    form = {"confirmation": "I saw the designer's file.", "evidence_link": "https://example.com/", **fields}
    return client.post(reverse("admin:avatars_statement_confirm", args=[statement.pk]), form, follow=True)


def test_the_second_person_finds_the_statement_and_confirms_it(statement):
    boss = of("boss")
    home = boss.get(reverse("admin:index")).content.decode()
    assert str(statement.digital_human) in home
    assert reverse("admin:avatars_statement_change", args=[statement.pk]) in home
    missing = boss.get(reverse("admin:avatars_statement_changelist"), {"confirmation": "missing"})
    assert [row.pk for row in missing.context["cl"].result_list] == [statement.pk]
    humans = boss.get(reverse("admin:avatars_digitalhuman_changelist"), {"may": "unconfirmed"})
    assert [row.pk for row in humans.context["cl"].result_list] == [statement.digital_human_id]
    page = boss.get(reverse("admin:avatars_statement_change", args=[statement.pk])).content.decode()
    assert "Confirm that it is drawn" in page
    assert "may be shown from now on" in confirm(boss, statement).content.decode()
    statement.refresh_from_db()
    assert (statement.state, statement.confirmed_by) == ("holds", "boss")


def test_the_first_person_and_a_full_stop_are_refused(statement):
    assert "Let another person confirm it." in confirm(of("hr"), statement).content.decode()
    assert "Give the reason in words." in confirm(of("boss"), statement, confirmation=".").content.decode()
    assert "There is no evidence." in confirm(of("chief"), statement, evidence_link="").content.decode()
    statement.refresh_from_db()
    assert statement.state == "unconfirmed"


def test_a_statement_that_nobody_has_to_confirm_has_no_such_page(statement):
    boss = of("boss")
    voice = Statement.objects.create(voice=make_voice(), reason="Synthetic.")
    confirm(boss, statement)
    for settled in (voice, statement):
        page = boss.get(reverse("admin:avatars_statement_confirm", args=[settled.pk]), follow=True)
        assert page.redirect_chain[-1][0] == reverse("admin:avatars_statement_change", args=[settled.pk])
        assert "No second person has to confirm this statement." in page.content.decode()
