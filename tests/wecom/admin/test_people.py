"""Callbacks and outbound messages in the admin: their members are shown by name and found by it."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.support.factories import make_application, make_callback, make_corporation, make_member, make_outbound
from wecom.models import GroupChat, Member

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
CALLBACKS, OUTBOUNDS = reverse("admin:wecom_callback_changelist"), reverse("admin:wecom_outbound_changelist")


@pytest.fixture
def application():
    application = make_application()
    make_member(application, "zhangsan", name="张三", alias="Sam <Zhang>")
    make_member(application, "lisi", name="李四")
    return application


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def found(client: Client, address: str, words: str) -> list[int]:
    return [row.pk for row in client.get(address, {"q": words}).context["cl"].result_list]


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_callback_shows_who_sent_it_by_name(client, application):
    callback = make_callback(application, from_user_id="zhangsan")
    for address in (CALLBACKS, reverse("admin:wecom_callback_change", args=[callback.pk])):
        assert '张三<br><span class="ou-quiet">zhangsan</span>' in text_of(client, address)


def test_callbacks_are_found_by_name_alias_and_user_id(client, application):
    theirs = make_callback(application, from_user_id="zhangsan")
    make_callback(application, from_user_id="lisi")
    assert [found(client, CALLBACKS, words) for words in ("张三", "sam <zh", "zhangsan")] == [[theirs.pk]] * 3


def test_an_outbound_message_shows_and_finds_its_recipients_by_name(client, application):
    one = make_outbound(application, recipients=["lisi", "zhangsan", "wangwu", "zhaoliu"])
    make_outbound(application, recipients=["zhangsan2"])
    page = text_of(client, OUTBOUNDS)
    assert '<span title="lisi">李四</span>, <span title="zhangsan">张三</span>' in page
    assert '<span title="wangwu">wangwu</span> … (4)' in page
    assert found(client, OUTBOUNDS, "张三") == [one.pk]


def test_those_not_reached_are_named(client, application):
    outbound = make_outbound(application, invalid=["zhangsan"], unlicensed=["lisi"])
    page = text_of(client, reverse("admin:wecom_outbound_change", args=[outbound.pk]))
    assert '<span title="zhangsan">张三</span>, <span title="lisi">李四</span> (without a licence)' in page


def test_a_member_of_another_company_lends_nobody_their_name(client, application):
    make_callback(make_application(corporation=make_corporation(corp_id="wwother")), from_user_id="zhangsan")
    assert "张三" not in text_of(client, CALLBACKS)


def test_a_group_chat_names_its_members_and_is_found_by_them(client, application):
    chats = reverse("admin:wecom_groupchat_changelist")
    theirs = {"chat_id": "c1", "name": "项目群", "owner": "zhangsan", "user_ids": ["zhangsan", "lisi"]}
    chat = GroupChat.objects.create(application=application, **theirs)
    GroupChat.objects.create(application=application, chat_id="c2", name="别的", owner="wangwu", user_ids=["wangwu"])
    assert found(client, chats, "李四") == found(client, chats, "张三") == found(client, chats, "zhangsan") == [chat.pk]
    assert '张三<br><span class="ou-quiet">zhangsan</span>' in text_of(client, chats)
    page = text_of(client, reverse("admin:wecom_groupchat_change", args=[chat.pk]))
    assert '李四<br><span class="ou-quiet">lisi</span>' in page


def test_a_search_shows_the_exact_member_first_then_similar_ones(client, application):
    for user_id in ("zhang", "xiaozhang", "zhangsanfeng"):
        make_member(application, user_id)
    page = client.get(reverse("admin:wecom_member_changelist"), {"q": "ZHANG"})
    names = [row.user_id for row in page.context["cl"].result_list]
    assert names == ["zhang", "zhangsanfeng", "xiaozhang", "zhangsan"]


def test_pages_of_a_search_keep_the_exact_member_first(client, application, monkeypatch):
    monkeypatch.setattr(admin.site._registry[Member], "list_per_page", 2)
    for user_id in ("zhang", "xiaozhang", "zhangsanfeng"):
        make_member(application, user_id)
    address = f"{reverse('admin:wecom_member_changelist')}?q=zhang"
    first = client.get(address).context["cl"]
    second = client.get(reverse("admin:wecom_member_changelist") + first.next_url).context["cl"]
    pages = [[row.user_id for row in changes.result_list] for changes in (first, second)]
    assert pages == [["zhang", "zhangsanfeng"], ["xiaozhang", "zhangsan"]]
    assert not second.has_next


def test_a_message_is_found_by_its_id_and_its_correlation_id(client, application):
    first, second = (
        make_outbound(application, recipients=["wangwu"], msgid=f"m{number}", cid=f"c{number}") for number in (1, 2)
    )
    assert [found(client, OUTBOUNDS, words) for words in ("m1", "C2", "m")] == [[first.pk], [second.pk], []]


def test_a_reason_is_found_with_every_number_of_the_platform(client, application):
    plain = make_outbound(application, status="failed", reason="refused")
    numbered = make_outbound(application, status="failed", reason="refused_40058")
    make_outbound(application, status="failed", reason="recipient")
    changes = client.get(OUTBOUNDS, {"reason": "refused"}).context["cl"]
    assert [row.pk for row in changes.result_list] == [numbered.pk, plain.pk]
    (offered,) = (spec for spec in changes.filter_specs if spec.title == "reason")
    words = [choice["display"] for choice in offered.choices(changes) if choice["selected"]]
    assert words == ["the platform refused it"]
