"""The lexicon: words found as words, validated when saved, and part of a render's hash."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from avatars import services
from avatars.exceptions import ScriptError
from avatars.models import LexiconEntry, Render
from avatars.rendering import recipes
from avatars.speech.base import Speech, Token
from avatars.speech.synthesis.lexicon_text import respelled
from avatars.speech.synthesis.plan import spell_out
from avatars.speech.synthesis.read_preview import read
from avatars.speech.text import pronunciations
from avatars.speech.text.g2p import mandarin_syllable, phonemes
from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.pronunciation_lexicon import Lexicon
from avatars.speech.text.pronunciations import Form, Pronunciation, form_of, syllables, symbols
from avatars.speech.text.script import sentences
from core.text import chinese_words
from tests.support.factories import make_api, make_digital_human

OURS = (
    Pronunciation(token="行长", reading="háng zhǎng"),
    Pronunciation(token="单雄信", reading="chan2 xiong2 xin4"),
    Pronunciation(token="OA", reading="欧诶"),
    Pronunciation(token="IT", reading="I T", match_case=True),
    Pronunciation(token="5S", reading="五艾斯"),
    Pronunciation(token="WeCom", reading="/ˈwiːkɒm/"),
    Pronunciation(token="Open User", reading="open user"),
)


@pytest.fixture(scope="module", autouse=True)
def words():
    chinese_words.load()


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon(OURS)


@pytest.fixture
def boss():
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("找行长签字", ["行长"]),
        ("银行长期开放", []),
        ("请单雄信来，OA系统", ["单雄信", "OA"]),
        ("koala oa", ["OA"]),
        ("it and IT", ["IT"]),
        ("做5S管理，15S不算", ["5S"]),
        ("wecom和WeCom，welcome", ["WeCom", "WeCom"]),
        ("我们的Open User很好", ["Open User"]),
        ("OPENUSER", []),
        ("", []),
    ],
)
def test_a_word_is_found_as_a_word_and_never_inside_another(lexicon, text, found):
    places = lexicon.find(text)
    assert [place.entry.token for place in places] == found
    assert all(text[place.offset : place.end].lower() == place.entry.token.lower() for place in places)


@pytest.mark.parametrize(
    ("reading", "form"),
    [
        ("chóng qìng", Form.PINYIN),
        ("chong2 qing4", Form.PINYIN),
        ("nǚ", Form.PINYIN),
        ("/ˈoʊpən/", Form.IPA),
        ("we com", Form.WORDS),
        ("欧诶", Form.WORDS),
        ("a", Form.WORDS),
    ],
)
def test_what_a_reading_is_shows_from_how_it_is_written(reading, form):
    assert form_of(reading) is form


def test_pinyin_with_marks_and_with_digits_is_the_same():
    assert syllables("nǚ lüè xī'ān ma") == syllables("nv3 lve4 xi1 an1 ma5") == ("nv3", "lve4", "xi1", "an1", "ma5")
    assert symbols("/ˈwiːkɒm dʒeɪ/") == "ˈwiːkɒm ʤA"


@pytest.mark.parametrize(
    ("token", "reading", "field", "code"),
    [
        ("重庆", "chong2", "reading", "syllable_count"),
        ("重庆", "zzz4 qing4", "reading", "pinyin_unknown"),
        ("重庆", "", "reading", "reading_empty"),
        ("OA", "/x§/", "reading", "ipa_unknown"),
        ("OA", "O 1", "reading", "reading_unusable"),
        ("😀", "xiao", "token", "token_unusable"),
        ("**OA**", "O A", "token", "token_unusable"),
        ("一。二", "yi1 er4", "token", "token_unusable"),
        ("字" * 41, "x", "token", "token_unusable"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(token, reading, field, code):
    with pytest.raises(ScriptError) as caught:
        pronunciations.check(token, reading)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert caught.value.remedy
    with pytest.raises(ValidationError) as refused:
        LexiconEntry(token=token, reading=reading).clean()
    assert list(refused.value.error_dict) == [field]


def test_a_polyphone_of_the_lexicon_is_said_as_it_says(lexicon):
    (sentence,) = sentences("请单雄信打开WeCom的OA。")
    spoken = spell_out(sentence, Normaliser(), lexicon)
    said = "".join(phoneme.symbol for phoneme in phonemes(spoken.text, sentence.language, spoken.given))
    plain = "".join(phoneme.symbol for phoneme in phonemes(sentence.text, sentence.language))
    assert mandarin_syllable("chan2") in said
    assert mandarin_syllable("shan4") in plain
    assert "ˈwiːkɒm" in said
    assert "欧诶" in spoken.text
    places = [sentence.text[place.offset : place.offset + place.length] for place in spoken.places if place.length]
    assert places == ["请", "单雄信", "打", "开", "WeCom", "的", "OA"]


def test_an_engine_that_knows_only_text_gets_homophones():
    text = "请单雄信来，OA系统"
    written = respelled(text, OURS)
    assert written.text[1:4] != "单雄信"
    assert written.text.endswith("欧诶系统")
    tokens = tuple(
        Token(offset=place, length=1, start=place / 10, end=(place + 1) / 10) for place in range(len(written.text))
    )
    speech = written.restored(Speech(samples=None, rate=24_000, sounds=(), tokens=tokens))
    assert [text[token.offset : token.offset + token.length] for token in speech.tokens] == [
        *("请", "单雄信", "来", "，", "OA", "系", "统")
    ]
    assert (speech.tokens[1].start, speech.tokens[1].end) == (0.1, 0.4)


def test_a_script_is_read_before_it_is_said():
    text = "卷：请单总在3/4前打开zorblax，共12345个😀。看 https://a.com/x。WeCom こんにちは"
    found = read(text, OURS, Normaliser())
    words = {text[word.offset :][: word.length]: word for line in found.lines for word in line.words}
    assert (words["请"].reading, words["请"].source) == ("qǐng", "dictionary")
    assert (words["3/4"].spoken, words["3/4"].source) == ("四分之三", "rule")
    assert words["zorblax"].source == "guess"
    assert (words["WeCom"].reading, words["WeCom"].source) == ("ˈwiːkɒm", "lexicon")
    assert [(remark.code, text[remark.offset :][: remark.length]) for remark in found.remarks] == [
        ("polyphone", "卷"),
        ("two_dates", "3/4"),
        ("unknown_word", "zorblax"),
        ("long_number", "12345"),
        ("left_out", "😀"),
        ("link", "https://a.com/x"),
        ("left_out", "こんにちは"),
    ]
    assert found.seconds > 3


def test_a_text_without_words_and_one_without_an_end_are_told():
    assert [remark.code for remark in read("……", (), Normaliser()).remarks] == ["nothing_to_say"]
    assert [remark.code for remark in read("一二三四五六七八九十" * 12, (), Normaliser()).remarks] == ["long_sentence"]


@pytest.mark.django_db
def test_a_video_keeps_the_readings_it_was_asked_with():
    human = make_digital_human()
    first = services.request_render(human, "请行长来，谢谢")
    assert services.request_render(human, "请行长来，谢谢") == first
    LexiconEntry.objects.create(token="重庆", reading="chóng qìng")
    assert services.request_render(human, "请行长来，谢谢") == first
    LexiconEntry.objects.create(token="行长", reading="háng zhǎng")
    second = services.request_render(human, "请行长来，谢谢")
    assert second.content_hash != first.content_hash
    assert second.recipe["lexicon"] == [{"token": "行长", "reading": "háng zhǎng", "match_case": False}]
    LexiconEntry.objects.all().delete()
    script = recipes.video_spec(Render.objects.get(pk=second.pk))
    assert script.manner.lexicon == (Pronunciation(token="行长", reading="háng zhǎng"),)
    assert recipes.video_spec(first).manner.lexicon == ()


@pytest.mark.django_db
def test_a_digital_human_pauses_as_it_is_told():
    human = make_digital_human(pause=0.8)
    script = recipes.video_spec(services.request_render(human, "你好"))
    assert script.manner.pause == 0.8


@pytest.mark.django_db
def test_the_lexicon_is_kept_over_rest_and_refuses_bad_readings():
    api = make_api("digital_humans:read", "digital_humans:write")
    answer = api.post("/api/v1/lexicon/", {"token": "重庆", "reading": "chong2 qing4"}, format="json")
    assert answer.status_code == 201
    address = answer["Location"]
    assert api.get(address).json()["reading"] == "chong2 qing4"
    refused = api.patch(address, {"reading": "chong2"}, format="json")
    assert refused.status_code == 422
    assert "reading" in str(refused.json())
    assert api.post("/api/v1/lexicon/", {"token": "重庆", "reading": "x"}, format="json").status_code == 422
    assert api.delete(address).status_code == 204
    assert make_api("renders:read").get("/api/v1/lexicon/").status_code == 403


@pytest.mark.django_db
def test_rest_and_admin_show_how_a_script_is_read(boss):
    LexiconEntry.objects.create(token="WeCom", reading="we com")
    api = make_api("digital_humans:read")
    found = api.post("/api/v1/readings/", {"text": "Please open WeCom and zorblax at 3:30 pm."}, format="json")
    assert found.status_code == 200
    (line,) = found.json()["lines"]
    assert line["spoken"] == "Please open we com and zorblax at three thirty P.M."
    assert [(comment["code"], comment["written"]) for comment in found.json()["comments"]] == [
        ("unknown_word", "zorblax")
    ]
    assert found.json()["comments"][0]["remedy"]
    page = reverse("admin:avatars_lexiconentry_read")
    shown = boss.post(page, {"text": "Please open zorblax."}).content.decode()
    assert "<ruby" in shown
    assert "?token=zorblax" in shown
    assert boss.get(reverse("admin:avatars_lexiconentry_add"), {"token": "zorblax"}).status_code == 200
    assert boss.post(page, {"text": "字" * 9999}).status_code == 200
