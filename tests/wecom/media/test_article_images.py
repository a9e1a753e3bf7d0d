"""Uploads of article images: shared by a company's applications, never with another company."""

import pytest
import requests
from asgiref.sync import async_to_sync

from tests.support import factories
from tests.wecom.media.test_downloads import picture
from wecom import bot, services
from wecom.exceptions import BusyError, ContentError
from wecom.models import Application, ArticlePicture, Upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sister(connected, emulator) -> Application:
    """Another application of the same company."""
    row = emulator.api("POST", "apps", json={"agentid": 1000077, "corpid": connected.corporation.corp_id})
    return factories.make_application(
        corporation=connected.corporation, agent_id=1000077, secret=row["secret"], api_base_url=emulator.url
    )


@pytest.fixture
def stranger(emulator) -> Application:
    """An application of another company."""
    row = emulator.api("POST", "apps", json={"agentid": 1000078, "corpid": "wwbbbbbbbbbbbbbbbb"})
    corporation = factories.make_corporation(corp_id=row["corpid"])
    return factories.make_application(
        corporation=corporation, agent_id=1000078, secret=row["secret"], api_base_url=emulator.url
    )


@pytest.fixture
def png(tmp_path):
    (tmp_path / "图.png").write_bytes(picture())
    return tmp_path / "图.png"


def test_a_picture_of_an_article_has_an_address_that_stays(connected, emulator, png):
    url = async_to_sync(bot.upload_article_image)(png)
    assert requests.get(url, timeout=60).content == png.read_bytes()
    assert services.upload_article_image(png) == url
    assert emulator.calls("media/uploadimg") == 1


def test_the_applications_of_a_company_share_it_and_another_company_does_not(
    connected, sister, stranger, emulator, png
):
    urls = [services.upload_article_image(png, application=one) for one in (connected, sister, stranger)]
    assert urls[0] == urls[1] != urls[2]
    assert emulator.calls("media/uploadimg") == 2
    assert ArticlePicture.objects.count() == 2


def test_a_picture_too_large_is_refused_before_any_call(connected, emulator, tmp_path):
    large, none = tmp_path / "large.png", tmp_path / "none.gif"
    large.write_bytes(picture() + bytes(2 * 2**20))
    none.write_bytes(b"GIF89a" + bytes(100))
    for path, code in ((large, "too_large"), (none, "format")):
        with pytest.raises(ContentError) as caught:
            services.upload_article_image(path)
        assert caught.value.code == code
    assert emulator.calls("media/uploadimg") == 0


def test_a_used_up_quota_is_said(connected, emulator, png):
    emulator.fault("rate-limited", path="media/uploadimg", times=1)
    with pytest.raises(BusyError):
        services.upload_article_image(png)
    assert services.upload_article_image(png)


def test_media_are_uploaded_once_for_all_applications_of_a_company(connected, sister, stranger, emulator, png):
    ids = [services.upload_image(png, application=one) for one in (connected, sister, stranger)]
    assert ids[0] == ids[1] != ids[2]
    assert emulator.calls("media/upload") == 2
    assert Upload.objects.count() == 2
