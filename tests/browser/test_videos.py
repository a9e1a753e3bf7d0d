"""Videos in the admin: previews, trials before saving, and two side by side."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from openuser.demo.demo_seed import HUMANS
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MADE = 120_000
NAME = HUMANS[0][0]
WORDS = "今天的会议改到下午三点，请大家准时参加。"


def seeded_human(desk: Page, stack: Stack) -> Page:
    """The page of a digital human of the demo, whatever other tests have added."""
    desk.goto(f"{stack.url}/admin/avatars/digitalhuman/?q={NAME}")
    desk.locator("#result_list tbody a[href*='/change/']").first.click()
    return desk


def seconds_of(player: Locator) -> float:
    return float(player.evaluate("video => video.currentTime"))


def test_a_preview_renders_what_is_not_saved(desk: Page, stack: Stack, picture):
    seeded_human(desk, stack)
    before = desk.locator("select[name=mode]").input_value()
    other = "lipsync" if before != "lipsync" else "talking_head"
    desk.locator("select[name=mode]").evaluate("(field, mode) => { field.value = mode }", other)
    desk.get_by_test_id("preview").click()
    expect(desk.locator(".ou-preview progress")).to_be_visible()
    expect(desk.locator(".ou-preview video")).to_be_visible(timeout=MADE)
    expect(desk.locator(".ou-preview .ou-sheet button")).to_have_count(12)
    picture(desk, "preview")
    desk.reload()
    assert desk.locator("select[name=mode]").input_value() == before


PROMISED = """
from avatars import services as avatars
from avatars.models import DigitalHuman
from conversations import services
from wecom.models import Application, Member
application = Application.objects.get(is_default=True)
member, _ = Member.objects.get_or_create(corporation=application.corporation, user_id="watcher")
render = avatars.request_render(DigitalHuman.objects.order_by("pk")[0], "字" * 120)
print("see", services.watch_url(application, member, render))
"""


# The digital human of the demo has captions in the picture, so the track waits in the player's menu.
CAPTIONED = """() => [...document.querySelector("video").textTracks].some((track) => track.mode == "hidden" &&
  [...track.cues].some((cue) => cue.text.includes("字")))"""


def test_a_video_plays_while_it_is_made(desk: Page, stack: Stack, picture):
    desk.goto(stack.manage("shell", "-c", PROMISED).rpartition("see ")[2].strip())
    player = desk.get_by_test_id("player")
    player.evaluate("video => new Promise((seen) => video.requestVideoFrameCallback(seen))")
    assert player.evaluate("video => video.src").startswith("blob:")
    expect(player).to_have_attribute("poster", re.compile("/poster$"))
    desk.wait_for_function(CAPTIONED)
    picture(desk, "desk")
    desk.set_viewport_size({"width": 390, "height": 844})
    picture(desk, "phone")
    expect(desk.locator("a[download]")).to_be_visible(timeout=MADE)
    expect(desk.get_by_test_id("progress")).to_have_count(0)
    assert player.evaluate("video => video.src").startswith("blob:")
    assert player.evaluate("video => video.textTracks.length") == 1
    picture(desk, "done")


def test_a_preview_that_cannot_be_made_says_which_field_is_wrong(desk: Page, stack: Stack):
    seeded_human(desk, stack)
    desk.locator("input[name=speed]").fill("9")
    desk.get_by_test_id("preview").click()
    expect(desk.locator(".ou-preview [role=status]")).to_contain_text("1.6")
    expect(desk.locator(".ou-preview progress")).to_be_hidden()


def test_you_seek_a_video_by_its_waveform_its_frames_and_its_captions(desk: Page, stack: Stack, picture):
    person = stack.emulator.hire()
    person.writes("你好")
    person.reads()
    person.writes(f"/video {WORDS}")
    person.reads(2, seconds=120)
    desk.goto(f"{stack.url}/admin/avatars/render/?q={WORDS}")
    desk.locator("#result_list tbody a[href*='/change/']").first.click()
    video = desk.get_by_test_id("video-preview")
    player = video.locator("video")
    pictures = video.locator(".ou-sheet button")
    expect(pictures).to_have_count(12)
    pictures.nth(6).click()
    expect(video.locator(".ou-wave")).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]"))
    middle = seconds_of(player)
    assert middle == pytest.approx(player.evaluate("video => video.duration") / 2, abs=0.2)
    video.locator(".ou-wave").press("Home")
    expect(video.locator(".ou-wave")).to_have_attribute("aria-valuenow", "0.0")
    video.locator(".ou-wave").press("ArrowRight")
    expect(video.locator(".ou-wave")).to_have_attribute("aria-valuenow", "1.0")
    video.locator(".ou-lines button").first.click()
    expect(video.locator(".ou-lines button").first).to_have_class("ou-now")
    assert player.evaluate("video => video.textTracks.length") == 1
    picture(desk, "video")


@pytest.mark.thorough
def test_two_modes_play_beside_each_other(desk: Page, stack: Stack, picture):
    desk.goto(f"{stack.url}/admin/avatars/render/compare/")
    picture(desk, "compare-empty")
    desk.locator("select[name=digital_human]").select_option(label=NAME)
    desk.locator("select[name=one]").select_option("lipsync")
    desk.locator("select[name=other]").select_option("lipsync")
    desk.locator("textarea[name=text]").fill("你好，欢迎。")
    desk.locator("form button[type=submit].ou-button").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    desk.locator("select[name=other]").select_option("talking_head")
    desk.locator("form button[type=submit].ou-button").click()
    videos = desk.get_by_test_id("compare").locator("video")
    expect(videos).to_have_count(2, timeout=MADE)
    desk.get_by_test_id("together").click()
    desk.wait_for_function(
        "() => [...document.querySelectorAll('.ou-compare video')].every(video => video.currentTime > 0.2)"
    )
    assert videos.nth(1).evaluate("video => video.muted")
    picture(desk, "compare")
