"""What holds for every API address: authentication, errors, pagination."""

import base64
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from openuser.api import clients
from openuser.models import ApiClient
from tests.support.factories import make_api, make_digital_human, make_render, make_voice
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
VOICES = "/api/v1/voices/"
RENDERS = "/api/v1/renders/"


def test_without_a_token_nobody_comes_in():
    answer = APIClient().get(VOICES)
    found = problem(answer, 401)
    assert found["code"] == "not_authenticated"
    assert "Bearer" in found["hint"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["", "ou_wrong", "ö", "a b", "x" * 5000])
def test_a_wrong_token_is_refused(token):
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert problem(api.get(VOICES), 401)["code"] == "token_invalid"


def test_a_program_without_tls_is_refused_and_not_redirected(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert problem(APIClient().get(VOICES), 403)["code"] == "https_required"
    assert APIClient().get(VOICES, secure=True).status_code == 401


def test_a_token_is_kept_as_a_hash_and_notes_its_use():
    client, token = clients.create("OA", scopes=["digital_humans:read"])
    kept = ApiClient.objects.values().get(pk=client.pk)
    assert token not in str(kept)
    assert token.startswith(kept["prefix"])
    assert clients.client_of_token(token) == client
    client.refresh_from_db()
    assert client.last_used_at is not None


def test_a_renewed_token_takes_the_place_of_the_old_one():
    client, old = clients.create("OA", scopes=[])
    new = clients.renew_token(client)
    assert clients.client_of_token(old) is None
    assert clients.client_of_token(new) == client


@pytest.mark.parametrize("fields", [{"enabled": False}, {"expires_at": timezone.now() - timedelta(seconds=1)}])
def test_a_token_ends_when_it_is_switched_off_or_expires(fields):
    api = make_api("digital_humans:read")
    assert api.get(VOICES).status_code == 200
    ApiClient.objects.update(**fields)
    assert problem(api.get(VOICES), 401)["code"] == "token_invalid"


def test_a_missing_scope_is_named():
    found = problem(make_api("renders:read").get(VOICES), 403)
    assert found["code"] == "scope_missing"
    assert "digital_humans:read" in found["hint"]


def test_staff_come_in_by_their_session_as_far_as_their_permissions_go():
    clerk = User.objects.create_user("clerk", is_staff=True)
    client = Client()
    client.force_login(clerk)
    assert problem(client.get(VOICES), 403)["code"] == "permission_denied"
    clerk.user_permissions.add(Permission.objects.get(codename="view_voice"))
    assert client.get(VOICES).status_code == 200
    # The session of a user without staff rights does not count here.
    employee = Client()
    employee.force_login(User.objects.create_user("employee", is_superuser=True))
    problem(employee.get(VOICES), 401)


def test_a_session_needs_its_csrf_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    problem(client.post(RENDERS, {}, content_type="application/json"), 403)


def test_cancelling_below_a_row_takes_the_permission_to_change_it():
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="add_render"))
    client = Client()
    client.force_login(clerk)
    url = f"{RENDERS}{make_render().pk}/cancel/"
    problem(client.post(url, {}, content_type="application/json"), 403)
    clerk.user_permissions.add(Permission.objects.get(codename="change_render"))
    assert client.post(url, {}, content_type="application/json").status_code == 200


def test_what_is_not_there_and_what_cannot_be_done_are_problems_too():
    api = make_api("renders:read", "renders:write")
    assert problem(api.get("/api/v1/nothing/"), 404)["code"] == "not_found"
    assert problem(api.get(f"{RENDERS}12345/"), 404)["code"] == "not_found"
    assert problem(api.get(f"{RENDERS}x/"), 404)["code"] == "not_found"
    answer = api.delete(f"{RENDERS}{make_render().pk}/")
    assert problem(answer, 405)["code"] == "method_not_allowed"
    assert "GET" in answer["Allow"]
    assert problem(api.post(RENDERS, "{", content_type="application/json"), 400)["code"] == "parse_error"
    assert problem(api.post(RENDERS, "x", content_type="text/plain"), 415)["code"] == "unsupported_media_type"
    assert problem(api.post(RENDERS, "x" * 3_000_000, content_type="application/json"), 413)["code"] == "too_large"


@pytest.mark.parametrize("depth", [70, 900, 100_000])
@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
@pytest.mark.parametrize("address", [RENDERS, "/api/v1/messages/", "/api/v1/consents/", "/api/v1/templates/"])
def test_json_nested_too_deeply_is_refused(address, brackets, depth):
    api = make_api(*ApiClient.Scope.values)
    body = brackets[0] * depth + "1" + brackets[1] * depth
    for headers in ({}, {"Idempotency-Key": "deep"}):
        found = problem(api.post(address, body, content_type="application/json", headers=headers), 400)
        assert found["code"] == "parse_error"
        assert found["detail"] == "The JSON is nested too deeply: at most 64 levels."


def test_variables_nested_too_deeply_are_refused_in_forms():
    api = make_api(*ApiClient.Scope.values)
    answer = api.post("/api/v1/templates/", {"variables": "[" * 100_000}, format="multipart")
    assert problem(answer, 422)["code"] == "invalid"


def test_whatever_is_accepted_json_comes(client):
    api = make_api("digital_humans:read")
    assert api.get(VOICES, headers={"Accept": "text/html"})["Content-Type"] == "application/json"


def test_wrong_fields_are_named_with_a_code_and_a_hint():
    found = problem(make_api("renders:write").post(RENDERS, {"text": ""}), 422)
    assert found["code"] == "invalid"
    assert {(flaw["field"], flaw["code"]) for flaw in found["errors"]} == {
        ("digital_human", "required"),
        ("text", "blank"),
    }
    assert found["field"] == "digital_human"
    assert found["hint"]


def test_an_error_of_a_service_keeps_its_code_field_and_remedy(settings):
    settings.AVATARS = {**settings.AVATARS, "MAX_CHARACTERS": 5}
    api, human = make_api("renders:write"), make_digital_human()
    found = problem(api.post(RENDERS, {"digital_human": human.pk, "text": "123456"}), 422)
    assert (found["code"], found["field"]) == ("too_long", "text")
    assert found["hint"] == "Make it shorter or send it in parts."


def test_what_nobody_foresaw_is_a_500_without_its_words(settings, caplog):
    settings.AVATARS = {"hunter2": "a setting that nobody reads, instead of those that are needed"}
    api = make_api("renders:write")
    api.raise_request_exception = False
    answer = api.post(RENDERS, {"digital_human": make_digital_human().pk, "text": "你好"})
    assert problem(answer, 500)["code"] == "error"
    assert b"MAX_CHARACTERS" not in answer.content
    assert answer["X-Request-ID"] in [getattr(record, "cid", "") for record in caplog.records]


def test_a_request_id_is_taken_over_or_made():
    api, mine = make_api("digital_humans:read"), uuid.uuid4().hex
    assert api.get(VOICES, headers={"X-Request-ID": mine})["X-Request-ID"] == mine
    for wrong in ("short", "x" * 33, "a b c d e f", "<script>"):
        made = api.get(VOICES, headers={"X-Request-ID": wrong})["X-Request-ID"]
        assert len(made) == 32
        assert made != wrong


def test_the_webhook_has_nothing_to_do_with_it(client):
    answer = client.get("/api/v1/integrations/wechat/webhook")
    assert answer.status_code == 403
    assert answer.content == b""
    assert "X-Request-ID" not in answer


def test_pages_neither_repeat_nor_skip_what_is_added_meanwhile():
    first = [make_voice().pk for _ in range(5)]
    api = make_api("digital_humans:read")
    page = api.get(VOICES, {"page_size": 2}).json()
    seen = [row["id"] for row in page["results"]]
    make_voice()
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert seen == sorted(first, reverse=True)
    back = api.get(page["previous"]).json()
    assert [row["id"] for row in back["results"]] == seen[2:4]


@pytest.mark.parametrize("query", [{"page_size": "0"}, {"page_size": "201"}, {"page_size": "x"}, {"page_size": "²"}])
def test_a_page_size_that_cannot_be_is_refused(query):
    assert problem(make_api("digital_humans:read").get(VOICES, query), 422)["field"] == "page_size"


@pytest.mark.parametrize("cursor", ["", "p=abc", "p=99999999999999999999999", "p=-1", "o=-5", "o=x", "ä", "p=²"])
def test_a_cursor_of_nobody_is_refused(cursor):
    api = make_api("digital_humans:read")
    for text in (cursor, base64.b64encode(cursor.encode()).decode()):
        assert problem(api.get(VOICES, {"cursor": text}), 422)["field"] == "cursor"


def test_a_cursor_that_names_no_place_is_the_first_page():
    api = make_api("digital_humans:read")
    assert problem(api.get(VOICES, {"cursor": "x"}), 422)["field"] == "cursor"
    assert api.get(VOICES, {"cursor": base64.b64encode(b"x").decode()}).status_code == 200


def test_an_unknown_filter_is_refused_and_the_known_ones_named():
    found = problem(make_api("renders:read").get(RENDERS, {"stauts": "done"}), 422)
    assert found["field"] == "stauts"
    assert "status" in found["detail"]
    for wrong in ("gone", ""):
        assert problem(make_api("renders:read").get(RENDERS, {"status": wrong}), 422)["field"] == "status"


def test_too_many_requests_are_told_when_to_come_again():
    api = make_api("digital_humans:read", rate=3)
    codes = [api.get(VOICES).status_code for _ in range(3)]
    answer = api.get(VOICES)
    # A minute may end between two of these requests.
    if answer.status_code == 200:
        codes = [api.get(VOICES).status_code for _ in range(2)]
        answer = api.get(VOICES)
    assert set(codes) == {200}
    assert problem(answer, 429)["code"] == "throttled"
    assert 0 < int(answer["Retry-After"]) <= 60
    assert make_api("digital_humans:read", rate=3).get(VOICES).status_code == 200


def test_without_a_cache_everybody_passes(settings, caplog):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    api = make_api("digital_humans:read", rate=1)
    assert [api.get(VOICES).status_code for _ in range(3)] == [200, 200, 200]
    assert "the cache is away" in caplog.text
