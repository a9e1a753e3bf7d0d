"""Cards changed by the passive reply to their press."""

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.wecom.emulator.support.callbacks import decrypt
from tests.wecom.emulator.support.cards import press, replace, send, state
from tests.wecom.emulator.support.clients import Application, Listener

NEW_CARD = """<TemplateCard><CardType>vote_interaction</CardType><Source><Desc>人事部</Desc></Source>
<MainTitle><Title>午饭</Title><Desc>选一个</Desc></MainTitle>
<CheckBox><QuestionKey>lunch</QuestionKey><Mode>1</Mode>
<OptionList><Id>rice</Id><Text>米饭</Text><IsChecked>true</IsChecked></OptionList>
<OptionList><Id>soup</Id><Text>汤</Text><IsChecked>false</IsChecked></OptionList></CheckBox>
<SubmitButton><Text>提交</Text><Key>submit</Key></SubmitButton><ReplaceText>已选择</ReplaceText></TemplateCard>"""


def answer(application: Application, listener: Listener, member: str, kind: str, inside: str) -> None:
    """What the application will answer to the next callback, as wechatpy seals it."""
    reply = (
        f"<xml><ToUserName>{member}</ToUserName><FromUserName>{application.corp_id}</FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inside}</xml>"
    )
    crypto = WeChatCrypto(application.token, application.aes_key, application.corp_id)
    listener.will_answer(200, crypto.encrypt_message(reply, "nonce", "1700000000").encode())


def test_the_buttons_give_way_to_the_text_of_the_answer(application: Application, listener: Listener, member: str):
    send(application, member)
    inside = "<Button><ReplaceName><![CDATA[已选择：高清]]></ReplaceName></Button>"
    answer(application, listener, member, "update_button", inside)
    press(application, member, wait=10)
    assert state(application, member) == {"replaced": "已选择：高清", "changed": True}


def test_the_code_of_the_click_is_good_all_the_same(application: Application, listener: Listener, member: str):
    send(application, member)
    answer(application, listener, member, "update_button", "<Button><ReplaceName>一</ReplaceName></Button>")
    press(application, member, wait=10)
    assert replace(application, decrypt(application, listener.next())["ResponseCode"], member, "二") == 0
    assert state(application, member)["replaced"] == "二"


def test_another_card_takes_its_place(application: Application, listener: Listener, member: str):
    send(application, member)
    answer(application, listener, member, "update_template_card", NEW_CARD)
    press(application, member, wait=10)
    (entry,) = application.received(member)
    shown = entry["content"]
    assert (shown["card_type"], shown["main_title"]) == ("vote_interaction", {"title": "午饭", "desc": "选一个"})
    assert [one["is_checked"] for one in shown["checkbox"]["option_list"]] == [True, False]
    assert (shown["checkbox"]["mode"], entry["card"]["replaced"]) == (1, "已选择")


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        ("update_button", "<Button><ReplaceName> </ReplaceName></Button>"),
        ("update_button", ""),
        ("update_template_card", ""),
        ("update_template_card", "<TemplateCard><CardType>tarot</CardType></TemplateCard>"),
        ("update_template_card", "<TemplateCard><CardType>text_notice</CardType></TemplateCard>"),
    ],
)
def test_what_is_no_change_changes_nothing(application: Application, listener: Listener, member: str, kind, inside):
    send(application, member)
    answer(application, listener, member, kind, inside)
    assert press(application, member, wait=10)["callback"]["status"] == "delivered"
    assert state(application, member) == {"replaced": "", "changed": False}


def test_only_a_press_is_answered_with_a_change(application: Application, listener: Listener, member: str):
    send(application, member)
    answer(application, listener, member, "update_button", "<Button><ReplaceName>x</ReplaceName></Button>")
    application.control("POST", "send", member=member, text="x", wait=10)
    received = application.received(member)
    assert [entry["card"]["changed"] for entry in received] == [False]
