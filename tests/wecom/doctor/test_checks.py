"""The application's doctor: each fault has a diagnosis of its own, found over the real connection."""

import json
import time
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone, translation

from core.diagnosis import Level
from tests.support import factories
from tests.support.emulator import AES_KEY, KEYS, wait_for
from tests.support.servers import web_servers
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom import services
from wecom.client import access_tokens, applications
from wecom.exceptions import ConfigurationError
from wecom.models import Application, Callback, Guard

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def diagnose(*only: str, language: str = "en") -> tuple[int, dict[str, Any]]:
    """What the command says of these checks, and the status with which it ends."""
    out = StringIO()
    status = 0
    line = [part for name in only for part in ("--only", name)]
    try:
        call_command("doctor", "--json", "--language", language, *line, stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    return status, {found["check"].split(":")[0]: found for found in json.loads(out.getvalue())}


def found(name: str) -> dict[str, Any]:
    """What one check says, alone."""
    return dict(diagnose(name)[1][name])


def eventually(name: str, code: str) -> dict[str, Any]:
    """What a check says once it comes to this: what a person writes takes a moment, and the platform tries again."""

    def is_there() -> dict[str, Any] | None:
        finding = found(name)
        return finding if finding["code"] == code else None

    return dict(wait_for(is_there, f"{name} to say {code}"))


@pytest.fixture(autouse=True)
def no_refusals():
    """Of another test."""
    cache.clear()


def at(settings, url: str) -> None:
    settings.WECOM = {**settings.WECOM, "WEBHOOK_URL": url}


@pytest.fixture
def site(live_server, settings, connected) -> str:
    """The address of our own web server, which the settings name."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


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


# ---- the address


def test_a_name_that_does_not_exist(connected, settings):
    at(settings, "https://openuser.invalid/webhook")
    finding = found("public-url")
    assert finding["code"] == "dns"
    assert "openuser.invalid" in finding["words"]


def test_an_address_where_nobody_listens(connected, settings):
    at(settings, "http://127.0.0.1:9/webhook")
    assert found("public-url")["code"] == "refused"


def test_a_certificate_that_nobody_signed(connected, settings, tmp_path):
    with web_servers.serving(web_servers.page(), tls=web_servers.self_signed(tmp_path)) as url:
        at(settings, f"{url}/webhook")
        finding = found("public-url")
    assert finding["code"] == "tls"
    assert "self-signed" in finding["words"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda path: f"https://127.0.0.1{path}", "redirect_https"),
        (lambda path: path.replace("?", "/?", 1), "redirect_slash"),
        (lambda path: "/login?next=/webhook", "redirect"),
    ],
)
def test_a_redirect_is_told_by_where_it_leads(connected, settings, change, code):
    with web_servers.serving(web_servers.redirect(change)) as url:
        at(settings, f"{url}/webhook")
        assert found("public-url")["code"] == code


@pytest.mark.parametrize(
    ("status", "code"), [(200, "html"), (404, "not_found"), (502, "gateway"), (401, "closed"), (500, "html")]
)
def test_a_page_in_the_place_of_the_webhook(connected, settings, status, code):
    with web_servers.serving(web_servers.page(status)) as url:
        at(settings, f"{url}/webhook")
        assert found("public-url")["code"] == code


def test_a_proxy_that_changes_the_answer(site, settings, connected):
    from wecom import crypto

    def quoting(request) -> None:
        from urllib.parse import parse_qs, urlsplit

        echo = parse_qs(urlsplit(request.path).query)["echostr"][0]
        body = crypto.open_sealed(connected.keys, echo)
        web_servers.send(request, 200, b'"' + body + b'"\n', content_type="application/json")

    with web_servers.serving(quoting) as url:
        at(settings, f"{url}/webhook")
        assert found("public-url")["code"] == "altered"


def test_an_answer_later_than_the_platform_waits(settings, connected):
    from wecom import crypto

    def slowly(request) -> None:
        from urllib.parse import parse_qs, urlsplit

        echo = parse_qs(urlsplit(request.path).query)["echostr"][0]
        time.sleep(1.1)  # what is tested: a second is what the platform waits
        web_servers.send(request, 200, crypto.open_sealed(connected.keys, echo))

    with web_servers.serving(slowly) as url:
        at(settings, f"{url}/webhook")
        finding = found("public-url")
    assert finding["code"] == "slow"
    assert "WeChat Work waits 1 s" in finding["words"]


def test_callbacks_that_arrive_in_another_database(settings, connected):
    from urllib.parse import parse_qs, urlsplit

    from wecom import crypto

    def twin(request) -> None:
        echo = parse_qs(urlsplit(request.path).query).get("echostr")
        web_servers.send(request, 200, crypto.open_sealed(connected.keys, echo[0]) if echo else b"")

    with web_servers.serving(twin) as url:
        at(settings, f"{url}/webhook")
        assert found("public-url")["code"] == "elsewhere"


def test_an_openuser_that_is_not_this_one(settings, connected):
    with web_servers.serving(lambda request: web_servers.send(request, 403, b"")) as url:
        at(settings, f"{url}/webhook")
        assert found("public-url")["code"] == "foreign"


def test_the_address_of_another_application(site, settings, connected):
    other = factories.make_application(name="人事", token="OtherToken")
    at(settings, f"{site}{PATH}/{other.webhook_key}")
    finding = diagnose(f"public-url:{connected.pk}")[1]["public-url"]
    assert finding["code"] == "other_application"
    assert "人事" in finding["words"]


def test_a_host_that_the_web_server_refuses(site, settings, connected):
    settings.SITE_URL = site.replace("127.0.0.1", "localhost")
    settings.ALLOWED_HOSTS = ["openuser.example.com"]
    assert found("public-url")["code"] == "allowed_hosts"
    assert found("settings")["code"] == "allowed_hosts"


def test_an_address_of_this_machine_is_nothing_for_the_real_platform(settings, connected):
    Application.objects.update(api_base_url="https://192.0.2.1")  # a public address without a host
    Application.objects.update(api_base_url="https://8.8.8.8")
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert found("public-url")["code"] == "private"


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
    applications.hold(connected, ConfigurationError("Not trusted.", errcode=60020))
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


@pytest.mark.parametrize("because", Guard.Because.values)
def test_a_held_database_is_named_with_what_to_decide(because):
    assert found("restore-hold")["level"] == "good"
    Guard.objects.create(pk=Guard.ONLY, held_since=timezone.now(), held_because=because)
    finding = found("restore-hold")
    assert (finding["level"], finding["code"]) == ("bad", because)
    assert "release_restore_hold" in finding["remedy"]
    services.release_restore_hold(discard=False)
    assert found("restore-hold")["level"] == "good"
