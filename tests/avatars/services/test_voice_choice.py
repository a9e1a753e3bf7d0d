"""The built-in voices and their two-second previews."""

import importlib
import re

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from avatars import services
from avatars.exceptions import ScriptError
from avatars.media import ffmpeg
from avatars.models import Voice
from avatars.previews.voice_preview import SECONDS
from avatars.speech.kokoro.kokoro_voices import Voices, parse
from avatars.studio.studio import studio
from tests.support.factories import make_api, make_voice

pytestmark = pytest.mark.django_db
VOICES = "/api/v1/voices/"


@pytest.fixture
def boss():
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def empty_cache(settings, tmp_path):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path}
    return tmp_path / "auditions"


def heard(data, tmp_path):
    file = tmp_path / "heard.m4a"
    file.write_bytes(data)
    return ffmpeg.samples(file, 8000)


def test_eight_voices_are_built_in_and_the_engine_has_them():
    services.seed_voices()
    voices = list(Voice.objects.all())
    assert sorted(len(parse(voice.key)) for voice in voices) == [1] * 6 + [2] * 2
    assert {name for voice in voices for name in parse(voice.key)} == set(Voices().names)
    assert {(voice.gender, voice.language) for voice in voices} == {
        (gender, language) for gender in ("female", "male") for language in ("zh", "en", "both")
    }
    assert all(voice.name_en and voice.notes and voice.notes_en and voice.sample_text for voice in voices)
    services.seed_voices()
    assert Voice.objects.count() == 8


def test_a_voice_has_its_name_in_the_readers_language():
    voice = make_voice(name="小贝", name_en="Xiaobei")
    with translation.override("en"):
        assert str(voice) == "Xiaobei"
    with translation.override("zh-hans"):
        assert str(voice) == "小贝"


def test_the_list_of_voices_is_in_the_readers_language(boss):
    services.seed_voices()
    page = boss.get(reverse("admin:avatars_voice_changelist")).content.decode()
    assert "Xiao · bilingual, female" in page
    assert "Gentle and clear; natural in Chinese and English" in page
    assert not re.search("[\u4e00-\u9fff]", re.sub("<nav.*?</nav>|简体中文", "", page, flags=re.DOTALL))


def test_a_voice_without_english_notes_shows_its_own():
    with translation.override("en"):
        assert make_voice(notes="温和").notes_shown == "温和"


def test_built_in_voices_of_an_installation_get_english_notes():
    services.seed_voices()
    Voice.objects.update(notes_en="")
    Voice.objects.filter(key="zf_xiaoyi").update(notes="给新年用")
    importlib.import_module("avatars.migrations.0002_since_0_5").translate(apps, None)
    found = dict(Voice.objects.values_list("key", "notes_en"))
    assert (found.pop("zf_xiaoyi"), all(found.values())) == ("", True)


def test_forms_name_their_fields_with_a_capital(boss):
    assert "Purposes" in boss.get(reverse("admin:avatars_consent_add")).content.decode()


@pytest.mark.usefixtures("small_engines")
def test_an_audition_lasts_two_seconds_and_is_kept(empty_cache, tmp_path):
    voice = make_voice(engine="tone", key="a")
    data = services.preview_voice(voice, "一二三四五六七八九十")
    assert len(heard(data, tmp_path)) / 8000 == pytest.approx(SECONDS, abs=0.1)
    assert len(data) < 40_000
    kept = list(empty_cache.iterdir())
    assert [file.read_bytes() for file in kept] == [data]
    pid = studio().pid
    assert services.preview_voice(voice, "一二三四五六七八九十") == data
    assert studio().pid == pid is None
    services.preview_voice(voice)
    assert len(list(empty_cache.iterdir())) == 2


def test_an_audition_of_a_whole_story_is_refused():
    with pytest.raises(ScriptError) as caught:
        services.preview_voice(make_voice(), "字" * 101)
    assert (caught.value.field, caught.value.code) == ("text", "too_long")


@pytest.mark.usefixtures("small_engines", "empty_cache")
def test_a_voice_is_heard_in_the_admin(boss, tmp_path):
    voice = make_voice(engine="tone", key="a")
    address = reverse("admin:avatars_voice_audition", args=[voice.pk])
    assert address in boss.get(reverse("admin:avatars_voice_changelist")).content.decode()
    assert address in boss.get(reverse("admin:avatars_voice_change", args=[voice.pk])).content.decode()
    answer = boss.get(address)
    assert answer["Content-Type"] == "audio/mp4"
    assert abs(heard(answer.content, tmp_path)).max() > 0.1
    assert boss.get(reverse("admin:avatars_voice_add")).status_code == 200
    assert boss.get(reverse("admin:avatars_voice_audition", args=[0])).status_code == 404


@pytest.mark.usefixtures("small_engines", "empty_cache")
def test_a_voice_that_its_engine_does_not_have_says_so(boss):
    voice = make_voice(engine="nobody", key="a")
    answer = boss.get(reverse("admin:avatars_voice_audition", args=[voice.pk]))
    assert answer.status_code == 422
    assert answer.json()["code"] == "engine_unknown"
    assert answer.json()["words"]


@pytest.mark.usefixtures("small_engines", "empty_cache")
def test_a_voice_is_listed_and_heard_over_rest(tmp_path):
    voice = make_voice(engine="tone", key="a", name_en="A", gender="female", language="zh")
    make_voice(engine="tone", key="b", language="en")
    api = make_api("digital_humans:read")
    found = api.get(VOICES, {"language": "zh"}).json()["results"]
    assert [(one["id"], one["name_en"], one["gender"]) for one in found] == [(voice.pk, "A", "female")]
    answer = api.get(found[0]["audition_url"])
    assert answer["Content-Type"] == "audio/mp4"
    assert len(heard(answer.content, tmp_path)) > 8000
    assert make_api("renders:read").get(found[0]["audition_url"]).status_code == 403
