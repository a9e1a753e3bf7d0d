"""The calendar in a real browser: what it shows, and campaigns moved by mouse, by a finger and by keyboard."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.support.windows import DESK, opened, sign_in
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW: ViewportSize = {"width": 390, "height": 844}
TALL: ViewportSize = {"width": 1280, "height": 1900}  # the whole of a month, so that a drag needs no scrolling
# In every name here: a month shows four entries of a day, and other tests of the stack leave entries of theirs.
OURS = "·日历"
# The month after this one, so that all its days lie ahead; its second Monday, and the days after. The company has a
# list of that year in which only New Year is off, so that no holiday and no unknown year touches them.
MONTH = (date.today().replace(day=1) + timedelta(days=40)).replace(day=1)
MONDAY = MONTH + timedelta(days=7 + (-MONTH.weekday()) % 7)
TUESDAY, WEDNESDAY, NEXT_MONDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 7))

PLANS = f"""
from datetime import date, datetime, time
from django.contrib.auth.models import User
from django.utils import timezone
from scheduling import services
from scheduling.models import *
from wecom.models import *
app = Application.objects.get(is_default=True)
app.corporation.accounts = 1
app.corporation.save()
services.import_days(app.corporation, services.read_day_list("{MONTH.year}-01-01 休 元旦"))
for number in range(120):
    values = {{"name": f"成员{{number}}", "status": "active"}}
    Member.objects.get_or_create(corporation=app.corporation, user_id=f"cal{{number}}", defaults=values)
everyone = {{"everyone": True}}
def at(day, hour, minute=0):
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), time(hour, minute)))
def campaign(name, **fields):
    fields.setdefault("audience", everyone)
    return services.save_campaign(Campaign(name=name, **fields), [CampaignContent(text="各位同事：" + name)])
campaign("年会通知·日历", starts_at=at("{MONDAY}", 10))
campaign("新员工欢迎·日历", starts_at=at("{MONDAY}", 10), message_class="mandatory")
approved = campaign("体检安排·日历", starts_at=at("{TUESDAY}", 22, 30))
writer, other = (User.objects.get_or_create(username=name)[0] for name in ("cal-writer", "cal-approver"))
services.ask_approval(approved, by=writer)
services.approve(approved, by=other)
waiting = campaign("制度更新确认·日历", starts_at=at("{WEDNESDAY}", 15))
services.ask_approval(waiting, by=writer)
campaign("周一早报·日历", repeats="cron", cron="0 9 * * 1", days="working")
campaign("还没定时间的活动·日历")
campaign("体测报名·日历", starts_at=at("{NEXT_MONDAY}", 16))
SendingPolicy.objects.update_or_create(
    corporation=app.corporation, defaults={{"quiet_from": time(21), "quiet_until": time(8), "daily_cap": 2}}
)
some = {{"members": [f"cal{{number}}" for number in range(60)]}}
for name, cron, fields in (
    ("工作日问候·日历", "0 9 * * *", {{"days": "working"}}),
    ("午间提醒·日历", "30 12 * * 2,4", {{}}),
    ("整点播报·日历", "0 9-18 * * 5", {{}})
):
    alone = campaign(name, audience=some, policy="alone", repeats="cron", cron=cron, **fields)
    services.start_campaign(alone, alone=True)
duty = campaign("值班提醒·日历", audience=some, policy="alone", starts_at=at("{WEDNESDAY}", 22))
services.start_campaign(duty, alone=True)
"""


# Others share the stack: quiet hours would hold their messages at night, the list of the year hides its holidays, and
# 120 members more are in every audience.
OVER = """
from django.contrib.auth.models import User
from scheduling import services
from scheduling.models import *
from wecom.models import *
SendingPolicy.objects.all().delete()
CalendarDay.objects.filter(source="list").delete()
services.fill_calendars()
for campaign in Campaign.objects.filter(name__endswith="·日历", state__in=Campaign.ON):
    services.cancel_mailing(campaign)
Campaign.objects.filter(name__endswith="·日历").delete()
Member.objects.filter(user_id__in=[f"cal{number}" for number in range(120)]).delete()
User.objects.filter(username__in=["cal-writer", "cal-approver"]).delete()
app = Application.objects.get(is_default=True)
app.corporation.accounts = 0
app.corporation.save()
"""

# Nothing has moved for ten frames.
AT_REST = """
() => new Promise((rest) => {
  let still = 0, last = NaN;
  const look = () => {
    const now = scrollX + scrollY + document.querySelector("#calendar").getBoundingClientRect().top;
    still = now === last ? still + 1 : 0;
    last = now;
    still < 10 ? requestAnimationFrame(look) : rest(true);
  };
  look();
})
"""


@pytest.fixture(scope="module")
def plans(stack: Stack) -> Iterator[None]:
    stack.manage("shell", "-c", PLANS)
    yield
    stack.manage("shell", "-c", OVER)


@pytest.fixture
def month(desk: Page, stack: Stack, plans: None) -> Page:
    desk.goto(f"{stack.url}/admin/calendar/?on={MONTH}&q={OURS}")
    desk.set_viewport_size(TALL)
    expect(desk.locator("#calendar:not([data-uncounted])")).to_be_visible()
    return desk


@pytest.fixture
def english(browser: Browser, stack: Stack, plans: None) -> Iterator[Page]:
    for page in opened(browser, stack, DESK, locale="en-US"):
        sign_in(page, stack)
        yield page


def day_of(page: Page, day: date | str):
    return page.locator(f"#calendar [data-day='{day}']")


def entry(page: Page, name: str):
    return page.locator("#calendar [data-movable]", has=page.locator(".ou-calendar-title", has_text=name))


def drag(page: Page, name: str, day: date | str) -> None:
    held, place = entry(page, name).first, day_of(page, day)
    start, end = held.bounding_box(), place.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 20, steps=8)
    page.mouse.up()


def test_a_month_shows_what_goes_out_and_what_speaks_against_it(month, stack, picture):
    expect(day_of(month, MONDAY)).to_contain_text("年会通知·日历")
    expect(day_of(month, MONDAY)).to_contain_text("周一早报·日历")
    expect(month.get_by_test_id("conflicts")).to_contain_text("免打扰")
    expect(month.get_by_test_id("peak").first).to_be_visible()
    picture(month, "month-zh-1280")
    month.set_viewport_size(NARROW)
    assert month.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(month, "month-zh-390")
    month.set_viewport_size(TALL)
    month.locator("[name=kind]").select_option("repeated")
    month.locator(".ou-calendar-filter button").click()
    expect(day_of(month, MONDAY)).not_to_contain_text("年会通知·日历")
    expect(month.locator("#calendar")).to_contain_text("整点播报·日历")
    month.goto(f"{stack.url}/admin/calendar/?view=week&on={MONDAY}")
    expect(day_of(month, MONDAY)).to_contain_text("年会通知·日历")
    picture(month, "week-zh-1280")


@pytest.mark.thorough
def test_the_calendar_is_read_in_english(english, stack, picture):
    for view in ("month", "week"):
        english.set_viewport_size(DESK)
        english.goto(f"{stack.url}/admin/calendar/?view={view}&on={MONDAY}")
        expect(english.locator("#calendar:not([data-uncounted])")).to_be_visible()
        picture(english, f"{view}-en-1280")
        english.set_viewport_size(NARROW)
        assert english.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(english, f"{view}-en-390")
    english.goto(f"{stack.url}/admin/calendar/?q=nothing-has-these-words")
    expect(english.get_by_test_id("nothing")).to_be_visible()


def test_a_campaign_is_dragged_to_another_day_and_back(month, picture):
    drag(month, "年会通知·日历", WEDNESDAY)
    expect(month.get_by_test_id("said")).to_contain_text("“年会通知·日历”")
    expect(day_of(month, WEDNESDAY)).to_contain_text("年会通知·日历")
    expect(entry(month, "年会通知·日历")).to_be_focused()
    picture(month, "moved")
    month.get_by_test_id("said").locator("[data-undo]").click()
    expect(day_of(month, MONDAY)).to_contain_text("年会通知·日历")
    expect(day_of(month, WEDNESDAY)).not_to_contain_text("年会通知·日历")
    drag(month, "还没定时间的活动·日历", TUESDAY)
    expect(day_of(month, TUESDAY)).to_contain_text("09:00")
    expect(day_of(month, TUESDAY)).to_contain_text("还没定时间的活动·日历")


def test_an_approved_campaign_is_moved_only_after_a_question(month, picture):
    drag(month, "体检安排·日历", NEXT_MONDAY)
    question = month.get_by_test_id("ask")
    expect(question).to_be_visible()
    picture(month, "asked")
    question.locator("button").last.click()
    expect(day_of(month, TUESDAY)).to_contain_text("体检安排·日历")
    drag(month, "体检安排·日历", NEXT_MONDAY)
    question.locator("[data-yes]").click()
    expect(day_of(month, NEXT_MONDAY)).to_contain_text("体检安排·日历")
    expect(day_of(month, NEXT_MONDAY)).to_contain_text("草稿")


def test_a_started_campaign_without_approval_is_dragged_and_stays_started(month):
    drag(month, "值班提醒·日历", TUESDAY)
    expect(day_of(month, TUESDAY)).to_contain_text("值班提醒·日历")
    expect(entry(month, "值班提醒·日历")).to_contain_text("已排期")
    expect(entry(month, "值班提醒·日历")).not_to_contain_text("免打扰")


def test_a_resting_finger_moves_an_entry_and_a_tap_opens_it(month, picture):
    finger = month.context.new_cdp_session(month)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    held, place = entry(month, "体测报名·日历").first, day_of(month, NEXT_MONDAY + timedelta(days=2))

    def places() -> tuple[tuple[float, float], tuple[float, float]]:
        start, end = held.bounding_box(), place.bounding_box()
        return (start["x"] + 20, start["y"] + 8), (end["x"] + end["width"] / 2, end["y"] + 20)

    here, there = places()
    touch("Start", *here)
    touch("Move", *there)  # at once: that is a swipe
    touch("End")
    expect(day_of(month, NEXT_MONDAY)).to_contain_text("体测报名·日历")
    # A swipe scrolls a page that is long, and goes on to scroll it after the finger is gone.
    month.wait_for_function(AT_REST)
    held.scroll_into_view_if_needed()
    here, there = places()
    touch("Start", *here)
    expect(held).to_have_class(re.compile("ou-calendar-dragged"))
    touch("Move", *there)
    picture(month, "finger")
    touch("End")
    expect(month.get_by_test_id("said")).to_contain_text("“体测报名·日历”")
    expect(place).to_contain_text("体测报名·日历")
    moved = entry(month, "体测报名·日历").first
    expect(moved).to_be_focused()  # the days came anew from the server, which a tap must not fall into
    expect(month.locator("#calendar:not([data-uncounted])")).to_be_visible()
    box = moved.bounding_box()
    touch("Start", box["x"] + 20, box["y"] + 8)
    touch("End")
    expect(month).to_have_url(re.compile("/change/"))


def test_a_campaign_is_moved_by_keyboard_alone(month, picture):
    entry(month, "新员工欢迎·日历").focus()
    month.keyboard.press("ArrowRight")
    said = month.get_by_test_id("said")
    expect(said).to_contain_text("Esc")
    expect(day_of(month, TUESDAY)).to_contain_text("新员工欢迎·日历")
    picture(month, "keyboard")
    month.keyboard.press("Escape")
    expect(day_of(month, MONDAY)).to_contain_text("新员工欢迎·日历")
    month.keyboard.press("ArrowDown")
    month.keyboard.press("ArrowRight")
    month.keyboard.press("Enter")
    expect(said).to_contain_text("“新员工欢迎·日历”")
    expect(day_of(month, NEXT_MONDAY + timedelta(days=1))).to_contain_text("新员工欢迎·日历")
    expect(entry(month, "新员工欢迎·日历")).to_be_focused()
    month.keyboard.press("Enter")
    expect(month).to_have_url(re.compile("/change/"))
