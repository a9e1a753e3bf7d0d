"""axe-core on every kind of page, in both languages, and the question before a changed form is left.

The pages come from Django's own live server: no worker, broker or video is needed. axe-core is fetched from npm's
registry and kept nowhere.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, Dialog, Page, expect

from avatars.models import Render
from conversations import services
from conversations.flows import publication
from conversations.models import CannedAnswer, Content, Message, UnansweredQuestion
from conversations.preferences.page_links import address as preferences_url
from scheduling.models import CampaignRun
from tests.openuser.support.chromium_pages import Site, in_browser, opened, session_of
from tests.support import factories, npm
from tests.support.emulator import KEYS, Emulator, Person
from tests.support.model_rows import make_conversation, make_message, make_row, make_watch_link
from tests.wecom.support.callback_sender import PATH
from wecom.models import Callback, Outbound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PACKAGE = "axe-core@4.14.1"
CID = "98b8d9a85776e3fc"
GRAVE = ("serious", "critical")
VIOLATIONS = "rules => axe.run(document, {resultTypes: ['violations'], rules}).then(result => result.violations)"
# Takes most of the time, and the colours are the same in every language.
NO_CONTRAST = {"color-contrast": {"enabled": False}}
NAMES = (
    *("admin:index", "calendar", "quotas", "doctor", "engines", "second-factor", "admin:password_change"),
    *("admin:wecom_application_add", "admin:avatars_digitalhuman_add", "admin:avatars_consent_add"),
    *("admin:scheduling_campaign_add", "admin:scheduling_calendarday_import", "admin:avatars_lexiconentry_read"),
    "admin:avatars_render_engines",
    *("admin:wecom_callback_changelist", "admin:wecom_member_changelist", "admin:avatars_voice_changelist"),
    *("admin:avatars_render_changelist", "admin:conversations_message_changelist"),
    *("admin:wecom_outbound_changelist", "admin:auth_user_changelist", "admin:wecom_tag_changelist"),
)
# Pages of conversations that need no row of their own.
TALK = (
    *("desk", "desk-report", "language-model", "admin:conversations_flow_ready", "admin:conversations_flow_import"),
    *("admin:conversations_answer_changelist", "admin:conversations_answer_import_answers"),
    *("admin:conversations_document_changelist", "admin:conversations_unansweredquestion_changelist"),
    *("admin:conversations_operatorgroup_add", "admin:conversations_session_changelist"),
)


def rows() -> list[str]:
    """Fill every kind of page. Returns the paths of those about one row."""
    application = factories.make_application()
    thread = make_conversation(application)
    flow = factories.make_flow()
    publication.publish(flow)
    template, campaign, link = factories.make_template(), factories.make_campaign_row(application), make_watch_link()
    for direction in Message.Direction.values:
        make_message(
            application, member=thread.member, direction=direction, content=Content.objects.create(text="你好")
        )
    Render.objects.update(status="done", video="renders/a.mp4")
    failed = factories.make_render(status="failed", reason="disk_full", text="Hello")
    callback, outbound = make_row(Callback), make_row(Outbound)
    factories.make_voice()
    factories.make_tag(application)
    make_row(CampaignRun)
    for model in (Callback, Message, Outbound, Render):
        model._default_manager.update(cid=CID)
    changes: list[Any] = [application, thread, flow, flow.states.first(), template, campaign, failed, outbound]
    changes += [callback, thread.member, failed.digital_human]
    member = thread.member.pk
    return [
        *(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]) for row in changes),
        reverse("timeline", args=[CID]),
        reverse("watch", args=[link.name]),
        urlsplit(preferences_url(thread.member)).path,
        reverse("admin:wecom_member_erase_data", args=[member]),
        reverse("admin:conversations_flow_try_it", args=[flow.pk]),
        reverse("admin:conversations_flow_delete", args=[flow.pk]),
        reverse("admin:scheduling_campaign_history", args=[campaign.pk]),
        "/admin/wecom/member/?q=nothing-fits",
        "/admin/nothing/",
    ]


def talk_rows() -> list[str]:
    """A flow with a golden conversation that no longer holds, a ticket, and knowledge. Returns paths of their pages."""
    application = factories.make_application()
    factories.make_operator_group(application)
    thread = make_conversation(application)
    flow = factories.make_flow()
    services.publish(flow)
    services.record_golden(flow, "高清", [("start", ""), ("say", "欢迎"), ("say", "3")])
    flow.states.filter(details__slot_type="choice").update(text="哪种画质？")
    CannedAnswer.objects.create(title="重启", text="请先重启。")
    for direction in Message.Direction.values:
        content = Content.objects.create(text="打印机坏了")
        make_message(application, member=thread.member, direction=direction, content=content)
    ticket = services.hand_off(thread)
    services.add_note(ticket, "墨盒是上周换的")
    rows = (factories.make_answer("年假几天？", "五天。"), factories.make_document(), make_row(UnansweredQuestion))
    return [
        *(reverse(f"admin:conversations_flow_{page}", args=[flow.pk]) for page in ("golden", "publish_this", "change")),
        *(reverse(name, args=[flow.pk]) for name in ("draft-graph", "flow-numbers")),
        *(reverse(f"admin:conversations_{row._meta.model_name}_change", args=[row.pk]) for row in rows),
        f"{reverse('desk-ticket', args=[ticket.pk])}?list=waiting",
        f"{reverse('admin:conversations_answer_try_question')}?q=年假",
    ]


@pytest.fixture
def site(live_server) -> Site:
    paths = [*map(reverse, NAMES), *rows()]
    boss = User.objects.create_superuser("boss")
    guest = User.objects.create_user("guest", is_staff=True)
    return Site(url=live_server.url, boss=session_of(boss), guest=session_of(guest), paths=paths)


@pytest.fixture
def emulator_page(connected, live_server, emulator: Emulator, person: Person) -> Iterator[str]:
    """The address of the emulator, which shows a callback that was accepted and one that was refused."""

    def deliver_to(callback: str) -> None:
        emulator.api("POST", "apps", json={"agentid": KEYS["AGENT_ID"], "callback": callback})

    deliver_to(live_server.url + PATH)
    person.writes("hello", wait=30)
    person.writes("hello again", tamper="signature", wait=30)
    yield f"{emulator.url}/emulator/"
    deliver_to("http://127.0.0.1:9/webhook")


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return (npm.install(PACKAGE, tmp_path_factory.mktemp("npm")) / "axe-core" / "axe.min.js").read_text()


def grave(page: Page, address: str, axe: str, rules: dict[str, Any]) -> Iterator[str]:
    """What axe finds serious or critical on a page, by its rules as they are changed here."""
    page.goto(address)
    # The emulator draws its records after the server's answer; other pages have no such list.
    expect(page.locator("#list-callbacks:empty")).to_have_count(0)
    page.evaluate(axe)
    for violation in page.evaluate(VIOLATIONS, rules):
        if violation["impact"] in GRAVE:
            for node in violation["nodes"]:
                summary = " ".join(node.get("failureSummary", "").split())
                yield f"{violation['id']}: {node['html'][:160]} {summary[:220]}"


@pytest.mark.parametrize(
    ("locale", "rules"), [("zh-CN", {}), pytest.param("en", NO_CONTRAST, marks=pytest.mark.thorough)]
)
def test_axe_finds_nothing_serious_on_any_kind_of_page(
    site: Site, axe: str, emulator_page: str, locale: str, rules: dict[str, Any]
):
    visits = [(site.boss, site.url + path) for path in site.paths]
    visits += [(site.guest, site.url + reverse("admin:wecom_member_changelist"))]  # 403
    visits += [("", site.url + path) for path in ("/admin/login/", "/nothing/")]
    visits += [("", emulator_page), ("", f"{emulator_page}coverage")]

    def look(browser: Browser) -> dict[str, list[str]]:
        pages = {session: opened(browser, site, session, locale=locale) for session in (site.boss, site.guest, "")}
        found = {address: list(grave(pages[session], address, axe, rules)) for session, address in visits}
        return {address: problems for address, problems in found.items() if problems}

    found = in_browser(look)
    assert found == {}


@pytest.mark.thorough
@pytest.mark.parametrize(("locale", "rules"), [("zh-CN", {}), ("en", NO_CONTRAST)])
def test_axe_finds_nothing_serious_where_members_are_answered(
    live_server, axe: str, locale: str, rules: dict[str, Any]
):
    boss = session_of(User.objects.create_superuser("boss"))
    site = Site(url=live_server.url, boss=boss, guest="", paths=[*map(reverse, TALK), *talk_rows()])

    def look(browser: Browser) -> dict[str, list[str]]:
        page = opened(browser, site, boss, locale=locale)
        found = {path: list(grave(page, site.url + path, axe, rules)) for path in site.paths}
        return {path: problems for path, problems in found.items() if problems}

    assert in_browser(look) == {}


def change(page: Page, add: str) -> None:
    """Fill in a form as a person does: what a script fills in, the browser does not ask about."""
    page.goto(add)
    for name in ("question", "answer"):
        page.locator(f"[name={name}]").click()
        page.keyboard.type("holidays")


def test_a_changed_form_asks_before_it_is_left(site: Site):
    home, add = (site.url + reverse(name) for name in ("admin:index", "admin:conversations_answer_add"))

    def look(browser: Browser) -> list[list[str]]:
        page = opened(browser, site, site.boss, locale="en")
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", answer)
        page.goto(add)
        page.goto(home)
        seen = [list(asked)]
        change(page, add)
        page.goto(home)
        seen.append(list(asked))
        change(page, add)
        page.locator("[name=_save]").first.click()
        page.wait_for_url(lambda url: url != add)
        return [*seen, list(asked)]

    unchanged, changed, saved = in_browser(look)
    assert (unchanged, changed, saved) == ([], ["beforeunload"], ["beforeunload"])
