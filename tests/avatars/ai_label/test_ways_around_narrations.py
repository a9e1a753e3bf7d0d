"""Ways around consent to sound alone: narrations by a cloned voice, at every address that plays one."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from avatars import services
from avatars.models import Consent, Narration
from core.web import signed_links
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = f"narrations/{'b' * 32}"
SECRET = b"RIFF a voice that is heard"


@pytest.fixture
def spoken() -> Narration:
    """Words in two recordings by a cloned voice whose person agreed."""
    human = factories.make_digital_human()
    services.withdraw_statements(human.voice, by="hr")
    consent = factories.make_consent(voices=[human.voice])
    parts = [default_storage.save(f"{FOLDER}/{name}.amr", ContentFile(SECRET)) for name in ("1", "2")]
    return factories.make_narration(human, voice_consent=consent, status="done", parts=parts)


def dated(narration: Narration, *, days: int, until: int) -> None:
    today = timezone.localdate()
    valid = {"valid_from": today + timedelta(days=days), "valid_until": today + timedelta(days=until)}
    Consent.objects.filter(narrations=narration).update(**valid)


ENDS = {
    "withdrawn": lambda narration: services.withdraw_consent(narration.voice_consent, by="boss"),
    "expired": lambda narration: dated(narration, days=-9, until=-1),
    "not yet valid": lambda narration: dated(narration, days=1, until=9),
    "of nobody": lambda narration: Narration.objects.update(voice_consent=None),
}
NAMES = (
    f"{FOLDER}/1.amr",
    f"{FOLDER}/2.amr",
    f"x/../{FOLDER}/2.amr",
    f"./{FOLDER}/1.amr",
    f"narrations//{'b' * 32}/1.amr",
)


def doors() -> dict[str, int]:
    """What each address answers."""
    staff = Client()
    staff.force_login(User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("boss"))
    found: dict[str, int] = {}
    for name in NAMES:
        link = urlsplit(signed_links.signed_url(name))
        asked = {
            "staff": staff.get(f"/media/{name}"),
            "range": staff.get(f"/media/{name}", headers={"Range": "bytes=0-3"}),
            "signed": Client().get(f"{link.path}?{link.query}"),
        }
        found |= {f"{name} {by}": answer.status_code for by, answer in asked.items()}
    return found


@pytest.mark.parametrize("end", ENDS)
def test_no_door_to_a_cloned_voices_words_stays_open(spoken, end):
    opened = doors()
    assert {opened[f"{FOLDER}/{part}.amr {by}"] for part in "12" for by in ("staff", "range", "signed")} == {200, 206}
    ENDS[end](spoken)
    assert {name: status for name, status in doors().items() if status not in (302, 403, 404)} == {}


def test_a_voice_message_cannot_be_listened_to_without_consent(spoken):
    staff = Client()
    staff.force_login(User.objects.create_superuser("boss"))
    dated(spoken, days=-9, until=-1)
    assert staff.get(f"/media/{FOLDER}/1.amr/listen").status_code == 404


def test_a_synthetic_voices_words_need_no_consent():
    part = default_storage.save(f"{FOLDER}/1.amr", ContentFile(SECRET))
    factories.make_narration(status="done", parts=[part])
    link = urlsplit(signed_links.signed_url(part))
    assert Client().get(f"{link.path}?{link.query}").status_code == 200
