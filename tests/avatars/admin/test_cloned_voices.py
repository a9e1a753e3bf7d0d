"""Cloned voices in the admin: whose they are, and the consents for them."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.utils import timezone

from avatars import services
from avatars.models import Consent, Statement, Voice
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


TODAY = timezone.localdate


@pytest.fixture
def voice():
    return factories.make_voice(engine="gpt_sovits", key="ya", origin="cloned")


@pytest.fixture
def human(voice):
    """Drawn, so that only the voice needs a consent."""
    return factories.make_digital_human(origin="drawn", voice=voice)


class TestInTheAdmin:
    @pytest.fixture
    def page(self, admin_client):
        return admin_client

    def fields(self, **changes):
        values = {"name": "小雅", "engine": "cosyvoice", "key": "小雅", "gender": "female", "language": "zh"}
        values |= {"speed": "0.9", "mood": "warm"}
        return {**values, **changes}

    def test_somebody_must_say_whose_a_voice_is(self, page):
        answer = page.post("/admin/avatars/voice/add/", self.fields())
        assert answer.status_code == 200
        assert "origin" in answer.context["adminform"].form.errors
        answer = page.post("/admin/avatars/voice/add/", self.fields(origin="synthetic"))
        assert "origin_reason" in answer.context["adminform"].form.errors
        wish = self.fields(origin="synthetic", origin_reason="A stock voice of the engine.")
        assert page.post("/admin/avatars/voice/add/", wish).status_code == 302
        voice = Voice.objects.get()
        assert (voice.origin, voice.speed, voice.mood) == ("synthetic", 0.9, "warm")
        statement = Statement.objects.get()
        assert (statement.recorded_by, statement.reason) == ("admin", "A stock voice of the engine.")
        listed = page.get("/admin/avatars/statement/").content.decode()
        assert "A stock voice of the engine." in listed

    def test_a_built_in_one_is_nobodys(self, page):
        page.post("/admin/avatars/voice/add/", self.fields(engine="kokoro", key="zf_xiaoyi"))
        assert Voice.objects.get().origin == "synthetic"

    def test_a_consent_is_recorded_for_voices_alone(self, page, voice):
        form = page.get(f"/admin/avatars/consent/add/?voices={voice.pk}").content.decode()
        assert 'name="voices"' in form
        today = TODAY().isoformat()
        wish = {"person": "张三", "purposes": ["chat"], "valid_from": today}
        evidence = {"evidence": ContentFile(factories.PDF, name="a.pdf")}
        answer = page.post("/admin/avatars/consent/add/", {**wish, **evidence})
        assert "humans" in answer.context["adminform"].form.errors, "it covers nothing"
        evidence = {"evidence": ContentFile(factories.PDF, name="a.pdf")}
        assert page.post("/admin/avatars/consent/add/", {**wish, **evidence, "voices": [voice.pk]}).status_code == 302
        consent = Consent.objects.get()
        assert [row.voice_key for row in consent.likenesses.all()] == ["gpt_sovits:ya"]
        assert str(voice) in page.get(f"/admin/avatars/consent/{consent.pk}/change/").content.decode()
        assert page.get(f"/admin/avatars/render/?rests_on={consent.pk}").status_code == 200

    def test_a_voice_is_declared_synthetic_and_the_history_says_by_whom(self, page, voice):
        wish = self.fields(name=voice.name, engine=voice.engine, key=voice.key, origin="synthetic")
        assert (
            page.post(f"/admin/avatars/voice/{voice.pk}/change/", wish | {"origin_reason": "Bought."}).status_code
            == 302
        )
        assert voice.origin == "synthetic"
        assert "origin" in page.get(f"/admin/avatars/voice/{voice.pk}/history/").content.decode().lower()

    def test_another_name_of_the_engine_makes_the_statement_void(self, page, voice):
        services.declare_synthetic(voice, by="hr", reason="Bought.")
        Voice.objects.filter(pk=voice.pk).update(key="somebody")
        voice.refresh_from_db()
        assert (voice.origin, Statement.objects.get().state) == ("cloned", "void")

    def test_only_those_who_may_record_consents_declare_a_voice_synthetic(self, client, voice):
        clerk = User.objects.create_user("clerk", is_staff=True)
        rights = Permission.objects.filter(codename__in=["view_voice", "add_voice", "change_voice"])
        clerk.user_permissions.set(rights)
        client.force_login(clerk)
        wish = self.fields(name=voice.name, engine=voice.engine, key=voice.key, origin="synthetic")
        address = f"/admin/avatars/voice/{voice.pk}/change/"
        answer = client.post(address, wish | {"origin_reason": "Trust me."})
        assert "origin" in answer.context["adminform"].form.errors
        assert voice.origin == "cloned"

    def test_the_list_of_digital_humans_says_that_a_voice_lacks_its_consent(self, page, human):
        listed = page.get("/admin/avatars/digitalhuman/?may=missing").content.decode()
        assert human.name in listed

    def test_an_audition_says_why_not(self, page, voice):
        answer = page.get(f"/admin/avatars/voice/{voice.pk}/audition/")
        assert (answer.status_code, answer.json()["code"]) == (422, "voice_consent_missing")
