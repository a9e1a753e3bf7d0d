"""What is said of portrait videos."""

from django.utils import translation

from avatars.reasons import video


def test_a_place_is_told_with_its_time_in_both_languages():
    with translation.override("en"):
        assert video.told("turned", 12.2, 15.7) == "0:12–0:15: The face is turned away. Look at the camera."
        assert video.told("cut", 61.0, 61.04).startswith("1:01: The video is cut")
    with translation.override("zh-hans"):
        assert video.told("turned", 12.2, 15.7).startswith("0:12–0:15：")


def test_a_code_without_words_is_told_as_it_is():
    assert video.words("strange") == "strange"
