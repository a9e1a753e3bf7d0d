"""Content security policies of pages and files; the tests in the browser see that the pages keep them."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

pytestmark = pytest.mark.django_db
HEADER = "Content-Security-Policy"


def policy(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers[HEADER].split(";"))
    return {name: sources for name, _space, sources in parts}


@pytest.mark.parametrize("address", ["/admin/login/", "/nowhere/", "/admin/"])
def test_a_page_loads_only_what_is_its_own(client, address):
    found = policy(client.get(address))
    assert found["default-src"] == "'none'"
    assert found["script-src"] == "'self' 'unsafe-eval'"
    for name in ("object-src", "base-uri", "frame-ancestors"):
        assert found[name] == "'none'"


@pytest.mark.parametrize("proxy", ["", "/protected/"])
def test_a_stored_file_runs_nothing(client, settings, proxy):
    settings.MEDIA_ACCEL = proxy
    client.force_login(User.objects.create_superuser("boss"))
    name = default_storage.save("portraits/a.svg", ContentFile(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
    found = policy(client.get(f"/media/{name}"))
    assert "sandbox" in found
    assert found["default-src"] == "'none'"
    assert "script-src" not in found


def test_no_template_of_ours_has_an_inline_script():
    pages = list((settings.BASE_DIR / "templates").rglob("*.html"))
    assert len(pages) > 40
    assert [page.name for page in pages if "<script>" in page.read_text() or " onclick=" in page.read_text()] == []


def test_the_documentation_of_the_api_runs_nothing_inline(client):
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get("/api/v1/docs/")
    assert policy(page)["script-src"] == "'self'"
    assert "<script>" not in page.content.decode()
    script = client.get("/api/v1/docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content


@pytest.mark.parametrize("address", ["/api/v1/openapi.json", "/api/v1/members/", "/api/v1/nowhere/"])
def test_an_answer_of_the_api_is_no_page(client, address):
    found = policy(client.get(address))
    assert (found["default-src"], found["frame-ancestors"]) == ("'none'", "'none'")


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/auth/user/", "/admin/quotas/", "/admin/desk/", "/admin/calendar/"]
)
def test_a_browser_keeps_no_page_of_the_admin(client, address):
    client.force_login(User.objects.create_superuser("boss"))
    assert "no-store" in client.get(address).headers["Cache-Control"]


def test_a_browser_forgets_the_pages_after_the_log_out(client):
    client.force_login(User.objects.create_superuser("boss"))
    assert client.post("/admin/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'
