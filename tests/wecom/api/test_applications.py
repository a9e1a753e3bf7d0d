"""Callbacks and applications over REST."""

import pytest

from tests.support.factories import make_api, make_application, make_callback
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
CALLBACKS, APPLICATIONS = "/api/v1/callbacks/", "/api/v1/applications/"
XML = "<xml><MsgType>text</MsgType><Content>你好</Content></xml>"


def test_callbacks_are_listed_without_what_people_wrote():
    callback = make_callback(body=XML)
    shown = make_api("callbacks:read").get(f"{CALLBACKS}{callback.pk}/").json()
    assert (shown["cid"], shown["from_user_id"], shown["kind"]) == (callback.cid, "zhangsan", "text")
    assert shown["xml"] is None
    assert "你好" not in make_api("callbacks:read").get(CALLBACKS).content.decode()


def test_message_readers_read_callbacks_while_they_are_kept():
    api = make_api("callbacks:read", "callbacks:text")
    assert api.get(f"{CALLBACKS}{make_callback(body=XML).pk}/").json()["xml"] == XML
    assert api.get(f"{CALLBACKS}{make_callback().pk}/").json()["xml"] is None


def test_callbacks_are_filtered():
    application = make_application()
    mine = make_callback(application, from_user_id="lisi", event="click", kind="event")
    make_callback(application, from_user_id="zhangsan")
    api = make_api("callbacks:read")
    for query in ("user_id=LiSi", "event=click", f"cid={mine.cid}", "kind=event"):
        assert [row["id"] for row in api.get(f"{CALLBACKS}?{query}").json()["results"]] == [mine.pk], query
    assert problem(api.get(f"{CALLBACKS}?nonsense=1"), 422)["errors"][0]["code"] == "unknown_filter"


def test_a_callback_is_handled_once_more_with_the_scope_for_it():
    callback = make_callback(body=XML, status="failed", reason="error")
    address = f"{CALLBACKS}{callback.pk}/replay/"
    assert problem(make_api("callbacks:read").post(address), 403)["code"] == "scope_missing"
    answer = make_api("callbacks:write").post(address)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["xml"]) == ("queued", None)


def test_a_callback_whose_content_was_forgotten_stays_as_it_is():
    callback = make_callback(body="", status="done")
    answer = make_api("callbacks:write").post(f"{CALLBACKS}{callback.pk}/replay/")
    assert (answer.status_code, answer.json()["status"]) == (200, "done")


def test_applications_are_shown_without_their_keys(settings):
    settings.SITE_URL = "https://example.com"
    application = make_application(is_default=True, secret="canary-secret", held_reason="Not trusted. Add it.")
    answer = make_api("applications:read").get(APPLICATIONS)
    (shown,) = answer.json()["results"]
    assert shown["webhook_url"] == "https://example.com/api/v1/integrations/wechat/webhook"
    assert shown["held_reason"] == "Not trusted. Add it."
    for key in (application.secret, application.token, application.encoding_aes_key):
        assert key not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_tested(connected, emulator):
    api = make_api("applications:read")
    address = f"{APPLICATIONS}{connected.pk}/connection/"
    found = {row["check"]: row["level"] for row in api.get(address).json()["checks"]}
    assert found == dict.fromkeys(("stored-keys", "token", "trusted-ip", "visible-range"), "good")
    emulator.fault("untrusted-ip", path="agent/get")
    answer = api.get(address, HTTP_ACCEPT_LANGUAGE="en").json()
    assert answer["works"] is False
    rows = {row["check"]: row for row in answer["checks"]}
    assert rows["trusted-ip"]["code"] == "untrusted_ip"
    assert "127.0.0.1" in rows["trusted-ip"]["remedy"]
    assert rows["visible-range"]["level"] == "skipped"


def test_applications_are_closed_to_other_scopes():
    application = make_application()
    api = make_api("messages:read", "callbacks:read")
    assert problem(api.get(f"{APPLICATIONS}{application.pk}/connection/"), 403)["code"] == "scope_missing"
