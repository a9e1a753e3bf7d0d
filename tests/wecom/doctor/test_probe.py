"""The probe of the callback address: each way in which it cannot be reached has a diagnosis."""

import time

import pytest

from tests.support import factories
from tests.support.servers import web_servers
from tests.wecom.support.callback_sender import PATH
from tests.wecom.support.diagnoses import diagnose, found
from wecom.models import Application

pytestmark = pytest.mark.django_db(transaction=True)


def at(settings, url: str) -> None:
    settings.WECOM = {**settings.WECOM, "WEBHOOK_URL": url}


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
