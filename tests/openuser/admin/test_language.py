"""The language of the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def language_of(client: Client, **headers: str) -> str:
    page = client.get(
        reverse("admin:index"), headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    return page.content.decode().partition('lang="')[2].partition('"')[0]


def test_the_browser_decides_the_language_until_somebody_chooses_one(client):
    assert language_of(client, accept_language="zh-CN,zh;q=0.9,en;q=0.5") == "zh-hans"
    assert language_of(client, accept_language="en-GB,en;q=0.9") == "en"
    client.post(reverse("set_language"), {"language": "en", "next": "/admin/"})
    assert language_of(client, accept_language="zh-CN,zh;q=0.9") == "en"
    assert client.cookies["django_language"]["max-age"] >= 365 * 24 * 3600


def test_a_wrong_password_is_told_in_plain_chinese():
    form = {"username": "boss", "password": "wrong-password-1"}
    page = Client().post(reverse("admin:login"), form, headers={"accept-language": "zh-CN"})
    assert "用户名或密码不正确，或者这个账号不能登录管理后台。" in page.content.decode()


def test_every_page_offers_the_switch_in_both_languages(client):
    page = client.get(reverse("admin:conversations_answer_changelist")).content.decode()
    assert 'action="/i18n/setlang/"' in page
    assert 'value="zh-hans"' in page
    assert 'value="en"' in page
