"""wechatpy, an independent client, works against the emulator."""

import io
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import WeChatClientException

from tests.wecom.emulator.messages.test_card_types import CARDS
from tests.wecom.emulator.messages.test_contents import AMR
from tests.wecom.emulator.support.clients import Application, Emulator
from tests.wecom.emulator.support.media_samples import MP4, PNG


def client_of(application: Application) -> WeChatClient:
    class Client(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{application.emulator.url}/cgi-bin/"

        def fetch_access_token(self):
            query = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{self.API_BASE_URL}gettoken", params=query)

    return Client(application.corp_id, application.secret)


@pytest.fixture
def client(application: Application) -> WeChatClient:
    return client_of(application)


def test_it_sends_a_text(client: WeChatClient, application: Application, member: str) -> None:
    answer = client.message.send_text(application.agent_id, [member, "nobody"], "你好，世界")
    assert answer["invaliduser"] == "nobody"
    assert [entry["content"]["content"] for entry in application.received(member)] == ["你好，世界"]


def test_it_uploads_and_sends_a_video(client: WeChatClient, application: Application, member: str) -> None:
    media = client.media.upload("video", ("你好.mp4", io.BytesIO(MP4)))
    client.message.send_video(application.agent_id, member, media["media_id"], title="问候")
    (entry,) = application.received(member)
    assert (entry["content"]["filename"], entry["content"]["title"]) == ("你好.mp4", "问候")


def test_it_reads_the_directory(client: WeChatClient) -> None:
    assert client.user.get("lisi")["name"] == "李四"
    assert [row["name"] for row in client.department.get()][:1] == ["总部"]
    with pytest.raises(WeChatClientException) as caught:
        client.user.get("nobody")
    assert caught.value.errcode == 60111


def test_it_lists_people_and_departments(client: WeChatClient) -> None:
    assert {"zhangsan", "emma"} <= {row["userid"] for row in client.user.list(2, simple=True)}
    assert {"lisi", "wangwu"} <= {row["userid"] for row in client.user.list(1, fetch_child=True)}
    assert client.user.list(3)[0]["position"] == "工程师"
    assert [row["id"] for row in client.department.get(3)][:1] == [3]
    assert {"zhangsan"} <= {row["userid"] for row in client.department.get_users(2, simple=True)}


def test_it_makes_fills_and_deletes_a_tag(client: WeChatClient, member: str) -> None:
    name = f"标签 {member}"
    number = client.tag.create(name)["tagid"]
    client.tag.add_users(number, [member, "lisi"])
    assert {row["userid"] for row in client.tag.get_users(number)["userlist"]} == {member, "lisi"}
    client.tag.delete_users(number, ["lisi"])
    assert [row["userid"] for row in client.tag.get_users(number)["userlist"]] == [member]
    client.tag.update(number, f"{name}二")
    assert {"tagid": number, "tagname": f"{name}二"} in client.tag.list()
    client.tag.delete(number)
    with pytest.raises(WeChatClientException) as caught:
        client.tag.get_users(number)
    assert caught.value.errcode == 40068


def test_it_renews_a_token_that_was_revoked(client: WeChatClient, application: Application, member: str) -> None:
    client.message.send_text(application.agent_id, member, "one")
    application.control("DELETE", "tokens")
    client.message.send_text(application.agent_id, member, "two")
    assert len(application.received(member)) == 2


def test_it_downloads_what_it_uploaded(client: WeChatClient, emulator: Emulator) -> None:
    media = client.media.upload("image", ("图.png", io.BytesIO(PNG)))
    url = client.media.get_url(media["media_id"])  # wechatpy knows no address but the platform's
    answer = requests.get(url.replace("https://qyapi.weixin.qq.com", emulator.url), timeout=60)
    assert (answer.content, answer.headers["Content-Type"]) == (PNG, "image/png")


def test_it_uploads_a_picture_of_an_article(client: WeChatClient) -> None:
    url = client.media.upload_img(("图.png", io.BytesIO(PNG)))["url"]
    assert requests.get(url, timeout=60).content == PNG


def test_it_signs_a_member_in(client: WeChatClient, emulator: Emulator, member: str) -> None:
    url = client.oauth.authorize_url("http://127.0.0.1:8000/page", state="s1")
    url = url.replace("https://open.weixin.qq.com", emulator.url).replace(
        "&response_type", f"&as={member}&response_type"
    )
    back = requests.get(url, allow_redirects=False, timeout=60).headers["Location"]
    query = parse_qs(urlsplit(back).query)
    assert query["state"] == ["s1"]
    assert client.oauth.get_user_info(query["code"][0])["UserId"] == member
    with pytest.raises(WeChatClientException) as caught:
        client.oauth.get_user_info(query["code"][0])
    assert caught.value.errcode == 42022


def test_it_sends_what_carries_a_file(client: WeChatClient, application: Application, member: str) -> None:
    files = {"image": ("p.png", PNG), "voice": ("v.amr", AMR), "file": ("f.pdf", b"a few bytes")}
    for kind, (name, data) in files.items():
        media_id = client.media.upload(kind, (name, io.BytesIO(data)))["media_id"]
        getattr(client.message, f"send_{kind}")(application.agent_id, member, media_id)
    thumb = client.media.upload("image", ("p.png", io.BytesIO(PNG)))["media_id"]
    words = {"author": "人事", "title": "手册", "content": "<p>x</p>", "content_source_url": "", "digest": "摘要"}
    client.message.send_mp_articles(
        application.agent_id, member, [{**words, "thumb_media_id": thumb, "show_cover_pic": 1}], safe=1
    )
    entries = application.received(member)
    assert [entry["msgtype"] for entry in entries] == ["image", "voice", "file", "mpnews"]
    assert entries[-1]["content"]["articles"][0]["title"] == "手册"


def test_it_sends_cards_articles_and_markdown(client: WeChatClient, application: Application, member: str) -> None:
    client.message.send_text_card(application.agent_id, [member], "标题", "描述", "https://example.com", btntxt="查看")
    article = {
        "title": "标题",
        "description": "描述",
        "url": "https://example.com",
        "image": "https://example.com/p.png",
    }
    client.message.send_articles(application.agent_id, member, [article])
    client.message.send_markdown(application.agent_id, [member], "**重要**")
    card = {"card_type": "vote_interaction", "task_id": f"wechatpy-{member}", **CARDS["vote_interaction"]}
    message = {"msgtype": "template_card", "template_card": card}
    assert client.message.send(application.agent_id, member, msg=message)["response_code"]
    kinds = [entry["msgtype"] for entry in application.received(member)]
    assert kinds == ["textcard", "news", "markdown", "template_card"]


def test_it_makes_reads_and_deletes_the_menu(client: WeChatClient, application: Application) -> None:
    pushing = ("scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin")
    below = [{"type": kind, "name": kind, "key": kind} for kind in pushing]
    mini = {"type": "view_miniprogram", "name": "小程序", "appid": "wx" + "0" * 16, "pagepath": "pages/index"}
    where = {"type": "location_select", "name": "位置", "key": "where"}
    menu = {"button": [{"name": "扫码拍照", "sub_button": below}, where, mini]}
    client.menu.create(application.agent_id, menu)
    assert client.menu.get(application.agent_id)["button"] == menu["button"]
    client.menu.update(application.agent_id, {"button": [where]})
    assert client.menu.get(application.agent_id)["button"] == [where]
    client.menu.delete(application.agent_id)
    with pytest.raises(WeChatClientException) as caught:
        client.menu.get(application.agent_id)
    assert caught.value.errcode == 46003


def test_it_reads_and_changes_the_application(client: WeChatClient, application: Application) -> None:
    assert client.agent.get(application.agent_id)["name"] == "测试"
    client.agent.set(application.agent_id, name="新名字", description="一个应用", redirect_domain="example.com")
    told = client.agent.get(application.agent_id)
    assert (told["name"], told["description"], told["redirect_domain"]) == ("新名字", "一个应用", "example.com")
    assert [row["agentid"] for row in client.agent.list()] == [application.agent_id]
    with pytest.raises(WeChatClientException) as caught:
        client.agent.set(application.agent_id, description="短")
    assert caught.value.errcode == 40058


def test_it_makes_a_chat_and_writes_into_it(client: WeChatClient, application: Application, member: str) -> None:
    chat_id = client.appchat.create(name="群", owner=member, user_list=[member, "lisi"])["chatid"]
    client.appchat.update(chat_id, name="新群", add_user_list=["wangwu"])
    info = client.appchat.get(chat_id)
    assert (info["name"], info["owner"], info["userlist"]) == ("新群", member, [member, "lisi", "wangwu"])
    client.appchat.send_text(chat_id, "大家好")
    client.appchat.send_msg(chat_id, "markdown", content="**好**")
    entries = application.received("wangwu")
    assert [entry["content"]["content"] for entry in entries] == ["大家好", "**好**"]


def test_it_writes_the_directory_as_the_contacts_assistant(emulator: Emulator, application: Application) -> None:
    corp_id = f"wwwriting{application.agent_id}"
    made = {n: emulator.control("POST", "apps", corpid=corp_id, agentid=n, secret=f"{corp_id}-{n}") for n in (7, 0)}
    reader, writer = (
        client_of(replace(application, corp_id=corp_id, agent_id=number, secret=row["secret"]))
        for number, row in made.items()
    )
    number = writer.department.create("平台组", parent_id=1)["id"]
    writer.department.update(number, name="平台部", order=7)
    writer.user.create("SunQi", "孙七", department=[number], position="工程师", mobile="13800000001", gender=1)
    assert reader.user.get("sunqi")["department"] == [number]
    writer.user.update("sunqi", name="孙小七", position="架构师")
    assert (reader.user.get("sunqi")["name"], reader.department.get(number)[0]["name"]) == ("孙小七", "平台部")
    tag = writer.tag.create("新人")["tagid"]
    writer.tag.add_users(tag, ["sunqi"])
    assert [row["userid"] for row in writer.tag.get_users(tag)["userlist"]] == ["sunqi"]
    openid = reader.user.convert_to_openid("sunqi")["openid"]
    assert reader.user.convert_to_user_id(openid) == "sunqi"
    assert "invaliduser" not in writer.batch.invite(user=["sunqi"])
    with pytest.raises(WeChatClientException) as caught:
        writer.department.delete(number)
    assert caught.value.errcode == 60005
    writer.user.batch_delete(["sunqi"])
    writer.department.delete(number)
    with pytest.raises(WeChatClientException) as caught:
        reader.user.get("sunqi")
    assert caught.value.errcode == 60111


def test_it_signs_pages_with_tickets(client: WeChatClient, application: Application) -> None:
    signed = {"nonce": "Wm3WZYTPz0wzccnW", "timestamp": "1414587457", "url": "http://example.com/page?a=1"}
    tickets = {"config": client.jsapi.get_jsapi_ticket(), "agentConfig": client.jsapi.get_agent_jsapi_ticket()}
    for purpose, ticket in tickets.items():
        signature = client.jsapi.get_jsapi_signature(signed["nonce"], ticket, signed["timestamp"], signed["url"])
        verdict = application.control("POST", "signature", **signed, signature=signature)
        assert (verdict["ok"], verdict["for"]) == (True, purpose)
    wrong = {**signed, "url": "http://example.com/another"}
    assert not application.control("POST", "signature", **wrong, signature=signature)["ok"]
