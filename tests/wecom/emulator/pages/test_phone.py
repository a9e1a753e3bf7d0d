"""The phone in a real browser."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
import requests
from playwright.sync_api import Browser, Route, WebSocketRoute, expect

from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.clients import Application, Listener, Open
from tests.wecom.emulator.support.media_samples import AMR, PNG

pytestmark = pytest.mark.browser


def test_opening_the_chat_tells_the_application(chat_page: Open, application: Application, listener: Listener) -> None:
    page = chat_page()
    assert decrypt(application, listener.next())["Event"] == "enter_agent"
    expect(page.get_by_test_id("chat-title")).to_have_text("测试")


def test_a_conversation_is_live_in_both_directions(
    chat_page: Open, application: Application, listener: Listener, member: str
) -> None:
    page = chat_page()
    listener.next()
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("你好")
    composer.press("Shift+Enter")
    composer.press_sequentially("在吗？")
    composer.press("Enter")
    expect(page.get_by_test_id("bubble-out").locator(".bubble")).to_have_text("你好\n在吗？")
    assert decrypt(application, listener.next())["Content"] == "你好\n在吗？"
    application.say(member, "在的，请看 https://example.com/a?b=1。")
    incoming = page.get_by_test_id("bubble-in")
    expect(incoming).to_contain_text("在的")
    expect(incoming.locator("a")).to_have_attribute("href", "https://example.com/a?b=1")
    composer.fill("第二条")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("bubble-out")).to_have_count(2)
    expect(page.locator(".send-status")).to_have_count(0)


def test_what_looks_like_html_stays_text(chat_page: Open, application: Application, member: str) -> None:
    page = chat_page()
    nasty = '<img src=x onerror="document.title=\'hacked\'"><a href="javascript:alert(1)">x</a>'
    application.say(member, nasty)
    expect(page.get_by_test_id("bubble-in")).to_contain_text("<img src=x")
    card = {"title": nasty, "description": f'<div class="highlight">hoch</div>{nasty}', "url": "https://example.com"}
    application.send({"touser": member, "msgtype": "textcard", "textcard": card})
    application.send({"touser": member, "msgtype": "markdown", "markdown": {"content": f"# **t**\n{nasty}"}})
    expect(page.get_by_test_id("bubble-in")).to_have_count(3)
    expect(page.locator(".card .highlight")).to_have_text("hoch")
    assert page.locator(".messages .bubble-column img, .messages [onerror], .messages a[href^=javascript]").count() == 0
    assert page.title() == "测试"


def test_a_video_plays_in_the_chat_and_can_be_sought(
    chat_page: Open, application: Application, member: str, tmp_path: Path
) -> None:
    file = tmp_path / "video.mp4"
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc=size=128x128:duration=2"]
    subprocess.run([*ffmpeg, "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(file)], check=True)
    page = chat_page()
    media_id = application.upload("video", file.read_bytes(), "video.mp4")["media_id"]
    application.send({"touser": member, "msgtype": "video", "video": {"media_id": media_id, "title": "问候"}})
    video = page.get_by_test_id("video")
    expect(video).to_have_attribute("controls", "")
    expect(page.locator(".caption")).to_have_text("问候")
    video.evaluate("async (node) => { node.muted = true; node.currentTime = 1.5; await node.play(); }")
    page.wait_for_function("(node) => node.ended && node.duration > 1.9", arg=video.element_handle())


def test_pictures_voices_and_files_have_bubbles(chat_page: Open, application: Application, member: str) -> None:
    page = chat_page()
    page.get_by_test_id("more").click()
    page.get_by_test_id("image-file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    expect(page.get_by_test_id("bubble-out").locator("img[src^='/emulator/media/']")).to_be_attached()
    voice = application.upload("voice", AMR, "a.amr")["media_id"]
    application.send({"touser": member, "msgtype": "voice", "voice": {"media_id": voice}})
    file = application.upload("file", b"123456", "员工手册.pdf")["media_id"]
    application.send({"touser": member, "msgtype": "file", "file": {"media_id": file}})
    expect(page.locator(".voice")).to_have_text("1″")
    expect(page.locator(".file-name")).to_have_text("员工手册.pdf")
    source = page.locator(".voice audio").get_attribute("src")
    sound = requests.get(f"{application.emulator.url}{source}", timeout=60)
    assert (sound.status_code, sound.content[:4]) == (200, b"RIFF")


def test_a_recalled_message_vanishes(chat_page: Open, application: Application, member: str) -> None:
    page = chat_page()
    msgid = application.say(member, "oops")["msgid"]
    expect(page.get_by_test_id("bubble-in")).to_be_visible()
    url = f"{application.emulator.url}/cgi-bin/message/recall"
    requests.post(url, params={"access_token": application.access_token()}, json={"msgid": msgid}, timeout=60)
    expect(page.get_by_test_id("recalled")).to_have_text("“测试”撤回了一条消息")
    expect(page.get_by_test_id("bubble-in")).to_have_count(0)


def test_a_message_that_was_not_sent_can_be_sent_again(chat_page: Open, listener: Listener) -> None:
    def abort(route: Route) -> None:
        route.abort()

    page = chat_page(lambda page: page.route("**/api/send", abort))
    listener.next()
    page.get_by_test_id("composer").fill("x")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("failed")).to_be_visible()
    page.unroute("**/api/send")
    page.get_by_test_id("failed").click()
    expect(page.locator(".send-status")).to_have_count(0)
    expect(page.get_by_test_id("bubble-out")).to_have_count(1)
    listener.next()


def test_a_message_that_the_application_refuses_is_marked(chat_page: Open, listener: Listener) -> None:
    page = chat_page()
    listener.next()
    for _ in range(4):
        listener.will_answer(500)
    page.get_by_test_id("composer").fill("x")
    page.get_by_test_id("composer").press("Enter")
    expect(page.get_by_test_id("failed")).to_have_attribute("aria-label", re.compile("应用未接收"))
    page.get_by_test_id("failed").click()
    expect(page.get_by_test_id("failed")).to_have_count(0)


def test_unread_messages_are_counted_in_the_list(chat_page: Open, application: Application, member: str) -> None:
    page = chat_page(chat=False)
    person = page.get_by_test_id(f"member-{member}")
    expect(person.locator(".badge")).to_have_count(0)
    application.say(member, "one")
    application.say(member, "two")
    expect(person.locator(".badge")).to_have_text("2")
    expect(person).to_contain_text("two")
    person.click()
    expect(page.get_by_test_id("bubble-in")).to_have_count(2)
    page.get_by_test_id("back").click()
    page.get_by_test_id("to-members").click()
    expect(person.locator(".badge")).to_have_count(0)


def test_the_way_back_names_what_others_have_not_read(chat_page: Open, application: Application) -> None:
    application.emulator.control("POST", "members", userid="another", name="别人")
    page = chat_page()
    back = page.get_by_test_id("back")
    expect(back).to_have_accessible_name("返回会话列表")
    application.say("another", "one")
    expect(back).to_have_accessible_name("返回会话列表, 1 条未读")


def test_news_of_a_message_that_was_already_counted_counts_nothing(
    chat_page: Open, application: Application, member: str
) -> None:
    sockets: list[WebSocketRoute] = []
    held: list[str] = []

    def hold(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server().on_message(lambda news: held.append(str(news)))

    page = chat_page(lambda page: page.route_web_socket("**/emulator/ws/", hold), chat=False)
    badge = page.get_by_test_id(f"member-{member}").locator(".badge")
    expect(page.locator("#connection-status")).to_have_class("connection-status on")
    application.say(member, "one")
    sockets[0].send('{"what": "refresh"}')
    expect(badge).to_have_text("1")
    application.say(member, "two")
    for _ in range(600):
        if sum('"what": "entry"' in news for news in held) == 2:
            break
        page.evaluate("() => new Promise(requestAnimationFrame)")
    assert sum('"what": "entry"' in news for news in held) == 2
    for news in held:
        sockets[0].send(news)
    expect(page.get_by_test_id(f"member-{member}")).to_contain_text("two")
    expect(badge).to_have_text("2")


def test_without_a_websocket_the_phone_looks_for_itself(chat_page: Open, application: Application, member: str) -> None:
    def refuse(socket: WebSocketRoute) -> None:
        socket.close()

    page = chat_page(lambda page: page.route_web_socket("**/emulator/ws/", refuse))
    expect(page.locator("#offline")).to_be_visible()
    application.say(member, "trotzdem")
    expect(page.get_by_test_id("bubble-in")).to_contain_text("trotzdem")


def test_the_inspector_shows_what_went_over_the_wire(
    browser: Browser, application: Application, listener: Listener, member: str
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"{application.emulator.url}/emulator/?agentid={application.agent_id}#{member}")
        record = page.locator("#panel-callbacks .record").first
        expect(record).to_contain_text("enter_agent")
        expect(record.locator(".pill")).to_have_text("200")
        record.locator("summary").click()
        expect(record.locator("pre").first).to_contain_text(f"<FromUserName>{member}</FromUserName>")
        application.say(member, "x")
        page.get_by_role("tab", name="API calls").click()
        expect(page.locator("#panel-calls .record").first).to_contain_text("message/send")
        page.get_by_role("tab", name="Faults").click()
        page.locator("#fault-name").select_option("busy")
        page.get_by_role("button", name="Inject").click()
        expect(page.locator("#fault-list")).to_contain_text("busy · message/send · ×1")
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.locator("#fault-list li")).to_have_count(0)


def test_a_page_that_the_phone_opens_knows_the_member(chat_page: Open, application: Application, member: str) -> None:
    page = chat_page()
    address = "http://127.0.0.1:9/page"
    query = f"appid={application.corp_id}&redirect_uri={address}&response_type=code&scope=snsapi_base&state=s"
    answer = page.request.get(f"{application.emulator.url}/connect/oauth2/authorize?{query}", max_redirects=0)
    code = re.search(r"code=([^&]+)", answer.headers["location"])
    assert code is not None
    told = application.emulator.get("auth/getuserinfo", access_token=application.access_token(), code=code[1])
    assert told["userid"] == member
