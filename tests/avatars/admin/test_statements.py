"""Statements in the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from avatars.models import Statement
from tests.support.factories import make_digital_human, make_voice

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("looks", "reason", "words"),
    [(None, "", "–"), (False, "", "no"), (True, "A render of a 3D model.", "yes, reason given"), (True, "", "yes")],
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
