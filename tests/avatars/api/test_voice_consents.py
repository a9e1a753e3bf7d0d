"""Consents for cloned voices over REST."""

import pytest
from django.core.files.base import ContentFile

from avatars.models import Narration
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def voice():
    return factories.make_voice(engine="gpt_sovits", key="ya", origin="cloned")


@pytest.fixture
def human(voice):
    """Drawn, so that only the voice needs a consent."""
    return factories.make_digital_human(origin="drawn", voice=voice)


class TestOverREST:
    def test_a_consent_for_a_voice(self, human, voice):
        api = factories.make_api("consents:write", "consents:read", "renders:write", "digital_humans:read")
        wish = {"digital_human": human.pk, "text": "早安"}
        answer = api.post("/api/v1/renders/", wish, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "voice_consent_missing")
        assert api.get(f"/api/v1/voices/{voice.pk}/").json()["consented"] is False
        assert api.get(f"/api/v1/voices/{voice.pk}/audition/").status_code == 409
        fields = {"person": "张三", "purposes": ["chat"]}
        evidence = ContentFile(factories.PDF, name="a.pdf")
        answer = api.post("/api/v1/consents/", {**fields, "evidence": evidence}, format="multipart")
        assert (answer.status_code, "digital_humans" in str(answer.json())) == (422, True), answer.json()
        evidence = ContentFile(factories.PDF, name="a.pdf")
        answer = api.post(
            "/api/v1/consents/", {**fields, "evidence": evidence, "voices": [voice.pk]}, format="multipart"
        )
        assert (answer.status_code, answer.json()["voices"]) == (201, [voice.pk]), answer.json()
        made = api.post("/api/v1/renders/", wish, format="json")
        assert (made.status_code, made.json()["voice_consent"]) == (202, answer.json()["id"])
        assert api.get("/api/v1/consents/").json()["results"][0]["renders"] == 1
        gone = api.post(f"/api/v1/consents/{answer.json()['id']}/withdraw/", {}, format="json")
        assert gone.json()["cancelled"] == 1
        assert Narration.objects.count() == 0
