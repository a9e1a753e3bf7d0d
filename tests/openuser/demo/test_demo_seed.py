"""The demonstration: complete at once, and your changes stay."""

import pytest

from avatars.models import DigitalHuman
from conversations.models import Answer, Desk, Flow
from openuser.demo.demo_seed import seed
from scheduling.models import Campaign, Series
from wecom.application import menu_publication
from wecom.models import MenuButton

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # slow: two people are drawn


@pytest.fixture
def connected(settings):
    settings.WECOM = {**settings.WECOM, "CORP_ID": "ww0123456789abcdef", "AGENT_ID": 1000002}
    settings.WECOM |= {"CORP_SECRET": "s3cr3t", "TOKEN": "QDG6eK"}
    settings.WECOM |= {"ENCODING_AES_KEY": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}


def test_everything_is_there_and_fits_together(connected):
    seed()
    assert DigitalHuman.objects.count() == 4
    assert Desk.objects.get().digital_human.name == "林晓"
    assert Flow.objects.live().count() == 2
    keys = set(MenuButton.objects.exclude(key="").exclude(key__startswith="/").values_list("key", flat=True))
    assert keys <= set(Flow.objects.live().values_list("menu_key", flat=True))
    for button in MenuButton.objects.all():
        button.full_clean()
    assert (Campaign.objects.get(series=None).name, Series.objects.get().name) == (
        "制度公告（需确认）",
        "新员工第一个月",
    )
    assert len(menu_publication.build_menu(Desk.objects.get().application)) == 3


def test_a_second_time_brings_back_nothing_that_a_person_removed(connected):
    seed()
    Answer.objects.exclude(pk=Answer.objects.first().pk).delete()
    MenuButton.objects.filter(name="帮助").delete()
    Flow.objects.filter(name="入职引导").delete()
    Campaign.objects.all().delete()
    Series.objects.all().delete()
    counts = (Answer.objects.count(), MenuButton.objects.count(), Flow.objects.count())
    seed()
    assert (Answer.objects.count(), MenuButton.objects.count(), Flow.objects.count()) == counts
    assert not Campaign.objects.exists()


def test_without_an_application_there_is_no_desk_and_no_menu():
    seed()
    assert DigitalHuman.objects.exists()
    assert not Desk.objects.exists()
    assert not MenuButton.objects.exists()
