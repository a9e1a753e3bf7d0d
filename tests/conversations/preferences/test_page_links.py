"""The address of the settings page: whose it opens, and for how long."""

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from conversations.preferences import page_links
from tests.support import factories

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


@pytest.fixture
def member():
    return factories.make_member(factories.make_application())


def token(settings, member) -> str:
    settings.SITE_URL = "https://example.com/"
    return page_links.address(member).rstrip("/").rpartition("/")[2]


def test_an_address_opens_the_settings_of_its_member(settings, member):
    link = token(settings, member)
    assert page_links.address(member).startswith("https://example.com/")
    assert "//" not in page_links.address(member).removeprefix("https://")
    assert page_links.open_link(link) == page_links.Opened(member=member, is_expired=False)


@pytest.mark.parametrize(("seconds", "is_expired"), [(DAY - 60, False), (DAY + 60, True)])
def test_an_address_is_valid_for_a_day(settings, member, monkeypatch, seconds, is_expired):
    then = timezone.now() - timedelta(seconds=seconds)
    monkeypatch.setattr(signing.time, "time", then.timestamp)
    link = token(settings, member)
    monkeypatch.undo()
    opened = page_links.open_link(link)
    assert (opened.is_expired, opened.member) == (is_expired, None if is_expired else member)


def test_a_forged_address_opens_nothing_and_is_not_expired(settings, member):
    assert page_links.open_link(token(settings, member) + "x") == page_links.Opened(member=None, is_expired=False)
    other = signing.dumps(member.pk, salt="another")
    assert page_links.open_link(other).member is None


def test_the_address_of_who_has_left_opens_nothing(settings, member):
    link = token(settings, member)
    member.status = member.Status.LEFT
    member.save()
    assert page_links.open_link(link) == page_links.Opened(member=None, is_expired=False)


@pytest.mark.parametrize(("site", "page"), [("", ""), ("https://a.example/", "https://a.example/preferences/")])
def test_without_a_site_there_is_no_address(settings, member, site, page):
    settings.SITE_URL = site
    assert page_links.page() == page
    assert bool(page_links.address(member)) is bool(site)
