"""What is missing or refused has a page of the product, in the reader's language."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


def page(client: Client, address: str, *, status: int, language: str = "en", method: str = "get") -> str:
    answer = getattr(client, method)(address, headers={"accept-language": language})
    assert answer.status_code == status
    assert 'rel="icon"' in answer.content.decode()
    return str(answer.content.decode())


@pytest.fixture
def clerk() -> Client:
    """Staff without a role."""
    client = Client()
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    return client


@pytest.mark.parametrize(("language", "words"), [("en", "Page not found"), ("zh-hans", "页面不存在")])
@pytest.mark.parametrize("address", ["/admin/nowhere/", "/nowhere/", "/media/nowhere.png"])
def test_a_missing_page_says_so(clerk, address, language, words):
    shown = page(clerk, address, status=404, language=language)
    assert words in shown
    assert 'href="/admin/"' in shown


@pytest.mark.parametrize(("language", "words"), [("en", "No permission"), ("zh-hans", "没有权限")])
def test_a_refused_page_says_so_and_who_is_logged_in(clerk, language, words):
    shown = page(clerk, "/admin/auth/user/", status=403, language=language)
    assert words in shown
    assert "clerk" in shown


def test_a_refused_page_is_logged_with_the_account(clerk, caplog):
    clerk.get("/admin/auth/user/")
    (told,) = (vars(one) for one in caplog.records if one.name == "openuser.pages.errors")
    assert (told["account"], told["page"]) == (User.objects.get().pk, "admin:auth_user_changelist")


def test_members_see_no_link_to_the_admin(client):
    shown = page(client, f"/watch/{'0' * 32}/", status=404)
    assert "Page not found" in shown
    assert "/admin/" not in shown


def test_a_form_without_its_token_says_what_to_do():
    assert "This form has expired" in page(Client(enforce_csrf_checks=True), "/admin/login/", status=403, method="post")


def test_a_program_gets_no_page(client):
    assert client.get("/api/v1/nowhere/").headers["Content-Type"].startswith("application/problem+json")
