"""Undocumented behaviour of the platform, either way: set per application while the emulator runs."""

import json
from typing import Any

import pytest

from tests.support.paths import ROOT
from tests.wecom.emulator.callbacks.test_passive_card_updates import answer
from tests.wecom.emulator.messages.test_card_types import CARDS
from tests.wecom.emulator.support.callbacks import opened
from tests.wecom.emulator.support.cards import press, send
from tests.wecom.emulator.support.clients import Application, Emulator, Listener, make_company
from tests.wecom.emulator.support.media_samples import PNG


def rule(application: Application, **values: Any) -> dict[str, Any]:
    return dict(application.control("POST", "rules", **values)["rules"])


def test_rules_are_of_one_application_and_can_be_taken_back(application: Application, emulator: Emulator) -> None:
    usual = emulator.control("GET", "rules")["rules"]
    assert usual["text_cut"] == 2048
    assert rule(application, text_cut=10) == {**usual, "text_cut": 10}
    assert emulator.control("GET", "rules")["rules"] == usual
    assert rule(application, text_cut=None) == usual


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"moon": 1}, "rules are"),
        ({"text_cut": "x"}, "a number"),
        ({"text_cut": True}, "a number"),
        ({"same_token": 1}, "true or false"),
        ({"quota_per_minute": -1}, "a number"),
    ],
)
def test_a_rule_that_is_none_is_refused_in_words(
    application: Application, emulator: Emulator, values: dict[str, Any], words: str
) -> None:
    answer = emulator.control("POST", "rules", agentid=application.agent_id, expect=400, **values)
    assert words in answer["error"]


def test_a_long_text_is_cut_or_refused(application: Application, member: str) -> None:
    assert application.say(member, "长" * 1000)["errcode"] == 0
    assert len(application.received(member)[0]["content"]["content"]) == 682
    rule(application, text_most=2048)
    assert application.say(member, "长" * 1000)["errcode"] == 40058
    rule(application, text_most=4096, text_cut=4096)
    application.say(member, "长" * 1000)
    assert len(application.received(member)[-1]["content"]["content"]) == 1000


def test_a_text_card_is_cut_by_bytes_or_by_characters(application: Application, member: str) -> None:
    card = {"title": "题" * 100, "description": "d", "url": "https://example.com"}
    lengths = []
    for characters in (False, True):
        rule(application, textcard_characters=characters)
        application.send({"touser": member, "msgtype": "textcard", "textcard": card})
        lengths.append(len(application.received(member)[-1]["content"]["title"]))
    assert lengths == [42, 100]


def test_the_menu_of_a_card_has_three_entries_or_ten(application: Application, member: str) -> None:
    entries = [{"text": "t", "key": str(number)} for number in range(10)]
    card = {
        **CARDS["text_notice"],
        "card_type": "text_notice",
        "task_id": f"menu-{member}",
        "action_menu": {"action_list": entries},
    }
    body = {"touser": member, "msgtype": "template_card", "template_card": card}
    assert application.send(body)["errcode"] == 40058
    rule(application, card_menu_entries=10)
    assert application.send(body)["errcode"] == 0


def test_the_name_of_a_button_is_as_long_as_the_rules_say(application: Application) -> None:
    menu = {"button": [{"type": "click", "name": "六个汉字的名", "key": "k"}]}
    agent = {"agentid": application.agent_id}
    assert application.post("menu/create", menu, **agent)["errcode"] == 40018
    rule(application, menu_name_bytes=18)
    assert application.post("menu/create", menu, **agent)["errcode"] == 0


def test_files_are_as_large_as_the_rules_say(application: Application) -> None:
    picture = PNG + bytes(2000)
    assert "media_id" in application.upload("image", picture)
    rule(application, image_bytes=1000)
    assert application.upload("image", picture)["errcode"] == 40009


def test_a_token_stays_the_same_or_is_new_each_time(application: Application, member: str) -> None:
    first = application.access_token()
    assert application.access_token() == first
    rule(application, same_token=False)
    second = application.access_token()
    assert second != first
    for token in (first, second):  # the old one stays valid
        body = {"touser": member, "msgtype": "text", "text": {"content": token[:5]}}
        assert application.send(body, token)["errcode"] == 0


@pytest.mark.parametrize(("by_bytes", "arrived"), [(False, 2), (True, 4)])
def test_equal_requests_are_equal_by_their_values_or_bytes(
    application: Application, member: str, by_bytes: bool, arrived: int
) -> None:
    rule(application, duplicates_by_bytes=by_bytes)
    text = {"touser": member, "msgtype": "text", "text": {"content": "once"}, "agentid": application.agent_id}
    body = {**text, "enable_duplicate_check": 1, "duplicate_check_interval": 60}
    spaced, turned = json.dumps(body, indent=1), json.dumps(dict(reversed(body.items())))
    for written in (json.dumps(body), spaced, turned, json.dumps({**body, "duplicate_check_interval": 59})):
        assert application.send(written.encode())["errcode"] == 0
    assert len(application.received(member)) == arrived


def test_quotas_slide_or_begin_with_the_minute(
    application: Application, member: str, emulator: Emulator, clean_clock: None
) -> None:
    rule(application, quota_per_minute=1, quota_aligned=True)
    now = emulator.control("GET", "clock")["now"]
    emulator.control("POST", "clock", offset=119 - now % 60)  # the last second of a minute
    application.say(member, "first")
    emulator.control("POST", "clock", advance=2)
    application.say(member, "in the next minute")
    assert len(application.received(member)) == 2
    rule(application, quota_aligned=False)
    application.say(member, "still within sixty seconds")
    assert len(application.received(member)) == 2


def test_a_day_has_so_many_messages_for_each_account(emulator: Emulator, clean_clock: None) -> None:
    company = make_company(emulator)
    emulator.control("POST", "members", corpid=company.corp_id, userid="solo")
    emulator.control("POST", "rules", corpid=company.corp_id, agentid=company.agent_id, quota_per_account=2)
    assert [company.say("solo", text)["errcode"] for text in "一二三"] == [0, 0, 45009]
    emulator.control("POST", "clock", offset=24 * 3600)
    assert company.say("solo")["errcode"] == 0


def test_a_refused_callback_is_sent_again_or_not(application: Application, listener: Listener, member: str) -> None:
    for again, attempts in ((True, 2), (False, 1)):
        rule(application, retry_refused=again)
        listener.will_answer(500)
        done = application.control("POST", "send", member=member, text="x", wait=10)["callback"]
        assert [one["status"] for one in done["attempts"]] == [500, 200][:attempts]
        assert done["status"] == ("delivered" if again else "failed")


def test_silence_is_always_followed_by_a_retry(application: Application, listener: Listener, member: str) -> None:
    rule(application, retry_refused=False, callback_deadline=0.2)
    listener.will_answer(200, after=1.0)
    done = application.control("POST", "send", member=member, text="x", wait=10)["callback"]
    assert [one["status"] for one in done["attempts"]] == [None, 200]


def test_a_retry_is_the_same_bytes_or_sealed_anew(application: Application, listener: Listener, member: str) -> None:
    for same in (True, False):
        rule(application, retry_same_bytes=same)
        listener.will_answer(500)
        application.control("POST", "send", member=member, text="x", wait=10)
        first, second = listener.next(), listener.next()
        assert ((first.path, first.body) == (second.path, second.body)) == same
        texts = {opened(application, arrival).findtext("MsgId") for arrival in (first, second)}
        assert len(texts) == 1


def test_a_quirk_decides_how_a_card_is_changed(application: Application, listener: Listener, member: str) -> None:
    for honoured in (True, False):
        rule(application, answers_to_presses=honoured)
        send(application, member)
        answer(application, listener, member, "update_button", "<Button><ReplaceName>好</ReplaceName></Button>")
        press(application, member, wait=10)
        assert (application.received(member)[-1]["card"]["replaced"] != "") == honoured


def test_other_rules_are_forgotten_by_a_reset(application: Application, emulator: Emulator) -> None:
    usual = rule(application)
    rule(application, text_cut=1)
    emulator.control("POST", "reset", what=["rules"])
    assert application.control("GET", "rules")["rules"] == usual


def test_the_readme_names_every_rule(emulator: Emulator) -> None:
    readme = (ROOT / "wecom" / "emulator" / "README.md").read_text()
    assert [name for name in emulator.control("GET", "rules")["rules"] if f"| `{name}` |" not in readme] == []
