"""A POST with an Idempotency-Key happens once, even if its response is lost."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from avatars.models import DigitalHuman, Render, Voice
from openuser import retention
from openuser.api import clients, idempotency
from openuser.models import ApiAnswer, ApiClient
from tests.support.factories import make_api, make_digital_human, make_voice
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
RENDERS = "/api/v1/renders/"
HUMANS = "/api/v1/digital-humans/"


@pytest.fixture
def api():
    return make_api("renders:write", "digital_humans:write")


@pytest.fixture
def wish() -> dict:
    return {"digital_human": make_digital_human().pk, "text": "你好"}


def ask(api, wish, key="k-1", url=RENDERS):
    return api.post(url, wish, headers={"Idempotency-Key": key})


@pytest.mark.databases
def test_the_same_request_five_times_has_one_effect_and_one_answer(api, wish):
    first = ask(api, wish)
    assert first.status_code == 202
    assert "Idempotency-Replayed" not in first
    Render.objects.update(status="cancelled")  # else equal words would share one anyway
    for _ in range(4):
        again = ask(api, wish)
        assert (again.status_code, again.content, again["Location"]) == (202, first.content, first["Location"])
        assert again["Idempotency-Replayed"] == "true"
        assert again["Content-Type"] == "application/json"
    assert Render.objects.count() == 1


def test_another_body_is_refused_with_an_explanation(api, wish):
    ask(api, wish)
    found = problem(ask(api, {**wish, "text": "再见"}), 409)
    assert found["code"] == "idempotency_key_reused"
    assert "new key" in found["hint"]
    assert Render.objects.count() == 1


def test_another_address_is_another_request(api, wish):
    answer = ask(api, wish)
    assert problem(ask(api, wish, url=f"{RENDERS}{answer.json()['id']}/cancel/"), 409)["code"] == (
        "idempotency_key_reused"
    )


def test_everybody_has_keys_of_their_own(api, wish):
    other = make_api("renders:write")
    assert "Idempotency-Replayed" not in ask(api, wish)
    assert "Idempotency-Replayed" not in ask(other, wish)
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    for replayed in (False, True):
        answer = boss.post(RENDERS, wish, content_type="application/json", headers={"Idempotency-Key": "k-1"})
        assert ("Idempotency-Replayed" in answer) is replayed


def test_a_renewed_token_keeps_the_clients_keys(api, wish):
    first = ask(api, wish)
    token = clients.renew_token(ApiClient.objects.get())
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert ask(api, wish).content == first.content


def test_a_stranger_leaves_nothing_behind(client, wish):
    for headers in ({}, {"Authorization": "Bearer ou_wrong"}):
        answer = client.post(
            RENDERS, wish, content_type="application/json", headers={"Idempotency-Key": "k-1", **headers}
        )
        problem(answer, 401)
    assert not ApiAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 129])
def test_a_key_that_is_none_is_refused(api, wish, key):
    assert problem(ask(api, wish, key), 400)["code"] == "idempotency_key_invalid"
    assert not Render.objects.exists()


def test_a_mistake_is_answered_alike_the_second_time(api, wish):
    wrong = {**wish, "text": ""}
    first = problem(ask(api, wrong), 422)
    again = ask(api, wrong)
    assert problem_code(again) == first["code"]
    assert again["Idempotency-Replayed"] == "true"


def problem_code(answer) -> str:
    return str(answer.json()["code"])


def test_what_may_go_better_later_is_not_kept(api, wish, settings):
    poor = make_api("renders:read")
    problem(ask(poor, wish), 403)
    ApiClient.objects.update(scopes=["renders:write"])
    assert ask(poor, wish).status_code == 202

    whole = settings.AVATARS
    settings.AVATARS = {}
    api.raise_request_exception = False
    problem(ask(api, wish, "k-2"), 500)
    settings.AVATARS = whole
    assert ask(api, {**wish}, "k-2").status_code == 202


def test_too_many_requests_leave_the_key_free(wish):
    api = make_api("renders:write", rate=0)
    assert problem(ask(api, wish), 429)["code"] == "throttled"
    assert not ApiAnswer.objects.exists()
    ApiClient.objects.update(rate=60)
    answer = ask(api, wish)
    assert answer.status_code == 202
    assert "Idempotency-Replayed" not in answer


@pytest.mark.databases
def test_who_comes_while_the_first_is_at_work_is_told_to_wait(api, wish):
    owner = f"client:{ApiClient.objects.get().pk}"
    ask(api, wish)
    ApiAnswer.objects.update(status=None, lease_until=timezone.now() + timedelta(seconds=30))
    answer = ask(api, wish)
    assert problem(answer, 409)["code"] == "idempotency_in_flight"
    assert answer["Retry-After"] == "1"
    assert ApiAnswer.objects.get().owner == owner


@pytest.mark.databases
def test_whoever_died_at_work_does_not_block_the_key(api, wish):
    """The claim is all that a process leaves that was killed: its writes and its answer are one transaction."""
    ask(api, wish)
    Render.objects.all().delete()
    ApiAnswer.objects.update(status=None, headers={}, body=b"", lease_until=timezone.now() - timedelta(seconds=1))
    answer = ask(api, wish)
    assert answer.status_code == 202
    assert "Idempotency-Replayed" not in answer
    assert ask(api, wish)["Idempotency-Replayed"] == "true"
    assert Render.objects.count() == 1


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_acts(api, wish):
    start, answers = threading.Barrier(6), []

    def run(token: str) -> None:
        own = Client(headers={"Authorization": token, "Idempotency-Key": "k-1"})
        start.wait()
        answers.append(own.post(RENDERS, wish, content_type="application/json"))
        connection.close()

    token = api._credentials["HTTP_AUTHORIZATION"]
    threads = [threading.Thread(target=run, args=(token,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {202, 409}
    assert len([one for one in answers if one.status_code == 202 and "Idempotency-Replayed" not in one]) == 1
    assert Render.objects.count() == 1


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)
def test_what_was_written_without_its_answer_is_undone(api, wish):
    """A slow request lost its key to another one, whose effect counts."""
    claim = idempotency.claim_key("client:1", "k", "f")
    assert isinstance(claim, ApiAnswer)

    ApiAnswer.objects.filter(pk=claim.pk).update(lease_owner="theirs")

    def slow(_request):
        make_voice(name="ours")
        return HttpResponse(status=201)

    request = HttpRequest()
    request.method, request.path_info = "POST", RENDERS
    answer = idempotency.IdempotencyMiddleware(slow)._first_response(request, claim)
    assert answer.status_code == 409
    assert not Voice.objects.filter(name="ours").exists()
    assert ApiAnswer.objects.get().lease_owner == "theirs"


def test_a_file_sent_again_is_the_same_whatever_its_boundary(api, photo):
    voice = make_voice()

    def send(content: bytes):
        file = SimpleUploadedFile("face.jpg", content, "image/jpeg")
        wish = {"name": "Grace", "voice": voice.pk, "portrait": file}
        return api.post(HUMANS, wish, format="multipart", headers={"Idempotency-Key": "k-1"})

    first = send(photo)
    assert first.status_code == 201, first.content
    again = send(photo)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert problem(send(photo + b"."), 409)["code"] == "idempotency_key_reused"
    assert DigitalHuman.objects.count() == 1


def test_a_form_that_is_none_is_refused(api):
    kind = "multipart/form-data"
    answer = api.post(HUMANS, b"--x", content_type=kind, headers={"Idempotency-Key": "k-1"})
    assert problem(answer, 400)["code"] == "parse_error"
    assert not ApiAnswer.objects.exists()


@pytest.mark.databases
def test_answers_are_forgotten_after_a_day(api, wish):
    first = ask(api, wish)
    ApiAnswer.objects.update(created_at=timezone.now() - timedelta(hours=23))
    retention.delete_expired()
    assert ask(api, wish).content == first.content
    ApiAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    retention.delete_expired()
    assert not ApiAnswer.objects.exists()
    assert "Idempotency-Replayed" not in ask(api, wish)


def test_a_key_older_than_a_day_is_free_even_if_nobody_tidied(api, wish):
    first = ask(api, wish)
    ApiAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    other = ask(api, {**wish, "text": "再见"})
    assert (other.status_code, "Idempotency-Replayed" in other) == (first.status_code, False)
