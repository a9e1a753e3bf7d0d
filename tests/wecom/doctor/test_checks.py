"""The application's doctor: each fault has a diagnosis of its own, found over the real connection."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone, translation

from core.diagnosis import Level
from core.storage import serving_files
from tests.support import factories
from tests.support.emulator import AES_KEY, KEYS, wait_for
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from tests.wecom.support.diagnoses import diagnose, found
from wecom import services
from wecom.callbacks import application_file
from wecom.callbacks.spool.spool_files import ACCEPTOR
from wecom.client import access_tokens, application_hold
from wecom.exceptions import ConfigurationError
from wecom.models import Application, Callback, Guard

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def eventually(name: str, code: str) -> dict[str, Any]:
    """What a check says once it comes to this: what a person writes takes a moment, and the platform tries again."""

    def is_there() -> dict[str, Any] | None:
        finding = found(name)
        return finding if finding["code"] == code else None

    return dict(wait_for(is_there, f"{name} to say {code}"))


@pytest.fixture
def console(site, emulator):
    """Changes the callback settings of the application in the console, and puts them back."""

    def change(**values: str) -> None:
        emulator.api("POST", "apps", json={"agentid": KEYS["AGENT_ID"], "callback": site + PATH, **values})

    yield change
    change(token=KEYS["TOKEN"], aes_key=AES_KEY, callback="http://127.0.0.1:9/webhook")


def test_a_connected_application_is_in_order_and_the_look_leaves_nothing_behind(site, console, person):
    console()
    person.writes("你好")
    wait_for(Callback.objects.exists, "the callback")
    status, results = diagnose("stored-keys", "public-url", "token", "trusted-ip", "visible-range", "callbacks")
    assert {result["level"] for result in results.values()} == {"good"}, results
    assert status == 0
    assert Callback.objects.count() == 1


def test_a_probe_is_recorded_but_nobody_acts_on_it(connected, client):
    xml = text_xml(connected).replace("<MsgType><![CDATA[text]]>", "<MsgType><![CDATA[event]]>")
    Envelope(connected, xml.replace("</xml>", f"<Event>{Callback.PROBE}</Event></xml>")).post(client)
    callback = Callback.objects.get()
    assert (callback.status, callback.reason, callback.attempts) == ("cancelled", "probe", 0)


# ---- the keys


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("encoding_aes_key", "too-short", "shape_encoding_aes_key"),
        ("token", "with blank", "shape_token"),
        ("secret", "密钥", "shape_secret"),
    ],
)
def test_a_malformed_key_is_named_and_the_rest_waits_for_it(connected, field, value, code):
    Application.objects.update(**{field: value})
    status, results = diagnose("stored-keys", "public-url", "token", "trusted-ip")
    assert status == 1
    assert results["stored-keys"]["code"] == code
    assert "Console" in results["stored-keys"]["remedy"]
    assert results["public-url"]["level"] == "skipped"
    assert "Stored keys" in results["trusted-ip"]["words"]


def test_doctor_and_check_name_a_malformed_value(settings):
    from django.core import checks

    settings.WECOM = {
        **settings.WECOM,
        **{"CORP_ID": "ww1234567890abcdef", "AGENT_ID": 0, "AGENT_ID_AS_GIVEN": "1000002x", "CORP_SECRET": "s" * 43},
        **{"TOKEN": "abc", "ENCODING_AES_KEY": AES_KEY},
    }
    finding = found("keys")
    assert finding["code"] == "shape_agent_id"
    assert "WECHAT_AGENT_ID" in finding["words"]
    assert finding["words"] in [str(message.msg) for message in checks.run_checks(tags=["openuser"])]


@pytest.mark.parametrize(
    ("values", "code"),
    [({"token": "AnotherToken"}, "refused_signature"), ({"aes_key": OTHER_KEY}, "refused_aes_key")],
)
def test_a_key_that_differs_from_the_consoles_is_diagnosed(console, person, values, code):
    console(**values)
    person.writes("你好", wait=20)
    assert "接收消息" in eventually("callbacks", code)["where"]


def test_a_corp_id_that_differs_from_the_consoles_is_diagnosed(console, person, connected):
    console()
    connected.corporation.corp_id = "ww00000000000000ff"
    connected.corporation.save()
    person.writes("你好", wait=20)
    eventually("callbacks", "refused_corp_id")


def test_a_callback_that_fits_ends_the_talk_of_one_that_did_not(console, person):
    console(token="AnotherToken")
    person.writes("你好", wait=20)
    eventually("callbacks", "refused_signature")
    console(token=KEYS["TOKEN"])
    person.writes("你好", wait=20)
    wait_for(lambda: found("callbacks")["level"] == "good", "the callback that fits")


def test_what_strangers_send_says_nothing_of_our_keys(connected, client):
    client.post(f"{PATH}?msg_signature=x&timestamp=1&nonce=n", data="nonsense", content_type="text/xml")
    assert found("callbacks")["code"] == "never"


def test_silence_is_told(connected):
    assert found("callbacks")["code"] == "never"
    factories.make_callback(connected, created_at=timezone.now() - timezone.timedelta(days=9))
    assert found("callbacks")["code"] == "long_ago"


def test_a_clock_that_is_wrong_is_told(connected):
    factories.make_callback(connected, suspect=True, sent_at=timezone.now() - timezone.timedelta(hours=1))
    finding = found("callbacks")
    assert finding["code"] == "clock"
    assert "3600" in finding["words"]


# ---- what the platform says


def test_a_wrong_secret_is_asked_about_once(connected, emulator):
    Application.objects.update(secret="wrong-secret")
    assert found("token")["code"] == "secret"
    again = found("token")
    assert again["code"] == "held"
    assert "Secret" in again["words"]
    assert emulator.calls("gettoken") == 1


def test_a_wrong_corp_id(connected):
    connected.corporation.corp_id = "ww00000000000000ff"
    connected.corporation.save()
    finding = found("token")
    assert finding["code"] == "corp_id"
    assert "我的企业" in finding["where"]


def test_an_untrusted_address_is_shown_with_its_remedy(connected, emulator):
    emulator.fault("untrusted-ip", path="agent/get")
    status, results = diagnose("token", "trusted-ip", "visible-range")
    finding = results["trusted-ip"]
    assert status == 1
    assert finding["code"] == "untrusted_ip"
    assert "127.0.0.1" in finding["remedy"]
    assert "企业可信IP" in finding["where"]
    assert results["visible-range"]["level"] == "skipped"
    assert found("trusted-ip")["level"] == "good", "mended: run again alone"


def test_a_held_application_is_looked_at_with_the_token_it_has(connected, emulator):
    access_tokens.valid_token(connected)
    application_hold.hold(connected, ConfigurationError("Not trusted.", errcode=60020))
    assert found("token")["level"] == found("trusted-ip")["level"] == "good"


def test_an_agent_id_of_another_application(connected):
    Application.objects.update(agent_id=1000099)
    finding = found("visible-range")
    assert finding["code"] == "agent_id"
    assert "1000099" in finding["words"]


def test_the_contacts_assistant_has_no_visible_range_to_miss(connected):
    Application.objects.update(is_default=False, agent_id=Application.ASSISTANT)
    assert found("visible-range")["level"] == "good"


@pytest.mark.parametrize("errcode", [50003, 301007])
def test_an_application_that_the_console_switched_off(connected, emulator, errcode):
    emulator.api("POST", "faults", json={"path": "agent/get", "kind": "errcode", "value": errcode})
    assert found("visible-range")["code"] == "closed"


def test_an_api_that_cannot_be_reached_or_is_none(connected, emulator):
    emulator.fault("html", path="gettoken")
    assert found("token")["code"] == "api_silent"
    Application.objects.update(api_base_url="http://127.0.0.1:9")
    assert found("token")["code"] == "api_unreachable"


# ---- several, none, and another language


def test_every_application_is_looked_at_by_itself(connected, emulator):
    broken = factories.make_application(name="人事", encoding_aes_key="broken", agent_id=7)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--json", "--language", "en", "--only", "stored-keys", "--only", "token", stdout=out)
    results = {result["check"]: result for result in json.loads(out.getvalue())}
    assert results[f"token:{connected.pk}"]["level"] == "good"
    assert results[f"stored-keys:{broken.pk}"]["subject"] == "人事"
    assert results[f"token:{broken.pk}"]["level"] == "skipped"


def test_without_an_application_the_remaining_checks_are_named_and_wait():
    status, results = diagnose("application", "public-url")
    assert status == 1
    assert results["application"]["code"] == "none"
    assert results["public-url"]["level"] == "skipped"


def test_words_are_in_the_language_that_was_asked_for(connected):
    with translation.override("zh-hans"):
        here = services.doctor_checks(connected)[0].run()
    assert here.level == Level.GOOD
    assert diagnose("keys", language="zh-hans")[1]["keys"]["level"] == "good"


# ---- the database


@pytest.mark.parametrize(("lane", "words"), [(False, "The view."), (True, "The event loop of the ASGI server")])
def test_the_doctor_says_who_answers_callbacks(settings, lane, words):
    settings.WECOM = {**settings.WECOM, "CALLBACK_LANE": lane}
    finding = found("callback-door")
    assert finding["level"] == "good"
    assert finding["words"].startswith(words)


def test_an_acceptor_that_has_run_here_and_runs_no_more_is_missed(settings, tmp_path):
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    assert found("acceptor")["words"].startswith("None has run")
    first, second = (serving_files.note(tmp_path / "spool" / ACCEPTOR) for _ in range(2))
    assert found("acceptor")["words"].startswith("It takes")
    first.close()
    assert found("acceptor")["level"] == "good"  # the next has taken over
    second.close()
    finding = found("acceptor")
    assert (finding["level"], finding["code"]) == ("warn", "away")
    assert str(tmp_path / "spool" / ACCEPTOR) in finding["remedy"]


def test_keys_on_the_disk_that_are_not_those_of_today_are_named(settings, tmp_path):
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path)}
    assert "No process" in found("callback-keys")["words"]
    application = factories.make_application(is_default=True)
    application_file.keep_all()
    assert found("callback-keys")["level"] == "good"
    Application.objects.filter(pk=application.pk).update(token="another1")  # no signal: the disk was full
    finding = found("callback-keys")
    assert (finding["level"], finding["code"]) == ("warn", "outdated")
    assert str(application) in finding["words"]
    assert str(tmp_path) in finding["remedy"]
    application_file.keep_all()
    assert found("callback-keys")["level"] == "good"


def test_callbacks_in_the_spool_are_counted_with_what_to_do(settings, tmp_path):
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path)}
    assert found("spool")["level"] == "good"
    (tmp_path / f"{1_790_000_000 * 10**9:020}-a.jsonl").write_text("{}\n{}\n")
    finding = found("spool")
    assert finding["level"] == "warn"
    assert finding["words"].startswith("Since 2026-09-21 22:13 2 callbacks wait")
    assert "OPENUSER_SPOOL_DIR" in finding["remedy"]


def test_callbacks_that_were_set_aside_are_counted_with_their_folder(settings, tmp_path):
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path)}
    (tmp_path / f"{1_790_000_000 * 10**9:020}-a.jsonl.broken").write_text("half a li\n")
    finding = found("spool")
    assert (finding["level"], finding["code"]) == ("warn", "set_aside")
    assert finding["words"] == f"1 callback could not be recorded and lies in a file *.broken in {tmp_path}."


def test_a_spool_that_cannot_be_written_is_told_with_its_folder(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "file")}
    finding = found("spool")
    assert (finding["level"], finding["code"]) == ("bad", "unwritable")
    assert str(tmp_path / "file") in finding["words"]


@pytest.mark.parametrize("because", Guard.Because.values)
def test_a_held_database_is_named_with_what_to_decide(because):
    assert found("restore-hold")["level"] == "good"
    Guard.objects.create(pk=Guard.ONLY, held_since=timezone.now(), held_because=because)
    finding = found("restore-hold")
    assert (finding["level"], finding["code"]) == ("bad", because)
    assert "release_restore_hold" in finding["remedy"]
    services.release_restore_hold(discard=False)
    assert found("restore-hold")["level"] == "good"
