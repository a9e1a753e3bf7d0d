"""The emulator's phone in a browser: write, press, read, and play what came."""

from playwright.sync_api import Locator, Page, expect

from tests.support.emulator import Person

LONG = 120_000


def open_chat(phone: Page, person: Person) -> None:
    """The chat of a new member, after the greeting."""
    phone.goto(f"{person.emulator.url}/emulator/")
    phone.get_by_test_id(f"member-{person.user_id}").click()
    expect(answers(phone)).to_have_count(1)


def answers(phone: Page) -> Locator:
    return phone.get_by_test_id("bubble-in")


def write(phone: Page, text: str) -> None:
    phone.get_by_test_id("composer").fill(text)
    phone.get_by_test_id("send").click()


def reads(phone: Page, words: str) -> None:
    """The newest message says so, once it has come."""
    expect(answers(phone).last).to_contain_text(words)


def press(phone: Page, words: str) -> None:
    """Press a button of the newest card; afterwards the card shows what was chosen in place of its buttons."""
    cards = phone.locator(".template-card")
    card = cards.nth(cards.count() - 1)
    card.get_by_role("button", name=words).click()
    expect(card.get_by_test_id("replaced")).to_be_visible()


def watch_video(phone: Page, number: int, title: str) -> None:
    """The video with this number from the top comes, has its title, and plays."""
    videos = phone.get_by_test_id("video")
    expect(videos).to_have_count(number, timeout=LONG)
    video = videos.nth(number - 1)
    video.scroll_into_view_if_needed()
    assert plays(video) > 0.5
    expect(answers(phone).filter(has=phone.get_by_test_id("video")).nth(number - 1)).to_contain_text(title)


def plays(video: Locator) -> float:
    """Play it for real; its length in seconds once the picture has moved on."""
    return float(
        video.evaluate(
            """video => new Promise((resolve, reject) => {
                video.muted = true;
                video.addEventListener("error", () => reject(new Error("the video is broken")));
                const look = () => video.currentTime > 0.5 && video.readyState >= 2 && resolve(video.duration);
                video.addEventListener("timeupdate", look);
                video.play().catch(reject);
            })"""
        )
    )
