"""Cards against the emulator: sent, pressed, updated once, through every failure."""

import itertools
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from core.personal_data import retention
from tests.support import factories
from tests.wecom.support.message_samples import CARDS, button_card, text_notice
from wecom import bot, messages, services
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.contents import Button, ButtonCard, Checkbox, Choice, Submit, VoteCard
from wecom.exceptions import ContentError
from wecom.models import Callback, CardUpdate, Outbound
from wecom.outbox import card_updates, dispatcher

pytestmark = pytest.mark.django_db(transaction=True)

BUTTONS = (Button(key="sd", text="标清"), Button(key="hd", text="高清"))
NUMBERS = itertools.count(1)


def card() -> ButtonCard:
    return ButtonCard(title="要什么画质？", task_id=f"w{next(NUMBERS)}", buttons=BUTTONS)


@pytest.fixture
def sent(connected, person) -> Outbound:
    """A card that has arrived."""
    outbound = services.enqueue_message(connected, card(), to=[person.user_id])
    dispatcher.deliver(outbound.pk)
    outbound.refresh_from_db()
    assert outbound.status == "done"
    return outbound


def change(outbound: Outbound, text: str = "已选择：高清") -> CardUpdate:
    """Ask for a change by the code of the message."""
    code, (user_id,) = outbound.response_code, outbound.recipients
    return services.update_card(outbound.application, response_code=code, user_id=user_id, text=text)


def deliver(update: CardUpdate, *, times: int = 1, later: timedelta = timedelta()) -> CardUpdate:
    for _ in range(times):
        card_updates.run_update(update.pk, now=timezone.now() + later)
        later += timedelta(hours=1)
    update.refresh_from_db()
    return update


def replaced(person) -> str:
    (entry,) = person.received()
    return str(entry["card"]["replaced"])


def test_a_card_arrives_with_its_buttons_and_brings_a_code(sent, person):
    (entry,) = person.received()
    assert [button["text"] for button in entry["content"]["button_list"]] == ["标清", "高清"]
    assert sent.response_code


def test_a_card_that_is_sent_again_is_taken_by_the_platform(sent, person):
    services.resend(sent)
    dispatcher.deliver(sent.pk)
    names = [entry["content"]["task_id"] for entry in person.received()]
    assert names == [sent.content["task_id"], sent.content["task_id"] + "@1"]


def test_the_buttons_give_way_to_a_greyed_text(sent, person):
    update = deliver(change(sent))
    assert (update.status, update.reason, update.errcode) == ("done", "", 0)
    assert replaced(person) == "已选择：高清"


def test_a_click_changes_the_card_by_its_own_code(sent, person, connected):
    person.presses("hd")
    xml = person.emulator.api("GET", "callbacks", params={"member": person.user_id})["callbacks"][-1]["xml"]
    event = messages.inbound(xml.encode())
    assert isinstance(event, messages.Event)
    assert (event.event, event.event_key, event.task_id) == ("template_card_event", "hd", sent.content["task_id"])
    assert event.tree.find("CardType") == "button_interaction"
    assert event.response_code != sent.response_code
    deliver(services.update_card(connected, response_code=event.response_code, user_id=event.from_user_id, text="好"))
    assert replaced(person) == "好"


@pytest.mark.databases
def test_two_clicks_count_twice_and_a_repeated_callback_once(sent, person):
    person.presses("hd")
    person.presses("hd")
    rows = person.emulator.api("GET", "callbacks", params={"member": person.user_id})["callbacks"]
    same_second = [row["xml"].replace(str(int(row["at"])), "1700000000") for row in rows]
    first, second = (messages.identity(messages.inbound(xml.encode())) for xml in same_second)
    assert first != second
    assert first == messages.identity(messages.inbound(same_second[0].encode()))


def test_what_was_chosen_on_a_card_is_in_the_tree():
    chosen = "<SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>a</OptionId></OptionIds></SelectedItem>"
    event = messages.inbound(
        "<xml><FromUserName>lisi</FromUserName><MsgType>event</MsgType><Event>template_card_event</Event>"
        f"<TaskId>w1@3</TaskId><SelectedItems>{chosen}</SelectedItems></xml>".encode()
    )
    assert isinstance(event, messages.Event)
    (items,) = event.tree.all("SelectedItems")
    assert items.children[0].find("OptionIds/OptionId") == "a"
    assert event.task_id == "w1"


@pytest.mark.databases
def test_a_code_is_used_once_however_often_one_asks(sent, person):
    first, second = change(sent, "一"), change(sent, "二")
    assert first.pk == second.pk
    deliver(first, times=2)
    assert (replaced(person), person.emulator.calls("message/update_template_card")) == ("一", 1)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["reset-after", "late", "truncated", "server-error", "html", "empty"])
def test_a_lost_answer_is_settled_by_the_second_try(sent, person, fault):
    person.emulator.fault(fault, "message/update_template_card", **({"value": 2} if fault == "late" else {}))
    update = deliver(change(sent))
    assert (update.status, update.reason, update.in_doubt) == ("queued", "busy", True)
    update = deliver(update, later=timedelta(hours=1))
    assert (update.status, update.reason) == ("done", "")
    assert replaced(person) == "已选择：高清"


@pytest.mark.databases
def test_a_worker_that_died_after_the_call_leaves_no_failure(sent, person):
    update = change(sent)
    row = CardUpdate.claim(update.pk)
    assert row is not None
    card_updates._call(row)
    CardUpdate.objects.filter(pk=update.pk).update(lease_until=timezone.now() - timedelta(days=1))
    assert deliver(update).status == "done"


@pytest.mark.parametrize("fault", ["busy", "rate-limited", "reset-before", "token-expired"])
def test_what_passes_is_tried_again(sent, person, fault):
    times = 2 if fault == "token-expired" else 1  # the first time a new token is tried at once
    person.emulator.fault(fault, "message/update_template_card", times=times)
    update = deliver(change(sent))
    assert (update.status, update.reason) == ("queued", "quota" if fault == "rate-limited" else "busy")
    assert deliver(update, later=timedelta(hours=1)).status == "done"
    assert replaced(person) == "已选择：高清"


def test_a_token_that_was_revoked_is_healed_at_once(sent, person):
    person.emulator.api("DELETE", "tokens")
    assert deliver(change(sent)).status == "done"


def test_a_wrong_setting_holds_the_application_and_saving_it_goes_on(sent, person, connected):
    person.emulator.fault("untrusted-ip", "message/update_template_card")
    update = deliver(change(sent), times=2)
    assert (update.status, update.reason, update.attempts) == ("queued", "held", 0)
    connected.refresh_from_db()
    assert "127.0.0.1" in connected.held_reason
    services.save_application(connected)
    assert deliver(update).status == "done"


def test_a_code_that_was_used_elsewhere_fails_with_the_reason(sent):
    used = deliver(change(sent))
    again = factories.make_card_update(sent.application, response_code=used.response_code + "x", user_id=used.user_id)
    assert (deliver(again).status, again.reason, again.errcode) == ("failed", "used", 60140)


def test_after_three_days_nobody_asks_the_platform(sent, person):
    calls = person.emulator.calls("message/update_template_card")  # those of earlier tests
    update = deliver(change(sent), later=timedelta(hours=73))
    assert (update.status, update.reason) == ("cancelled", "expired")
    assert person.emulator.calls("message/update_template_card") == calls


def test_a_person_without_the_card_is_named_as_the_reason(sent, connected):
    update = services.update_card(connected, response_code=sent.response_code, user_id="lisi", text="x")
    assert (deliver(update).status, update.reason) == ("failed", "recipient")


@pytest.mark.databases
def test_a_change_that_waits_holds_up_no_message(sent, person, connected):
    person.emulator.fault("busy", "message/update_template_card")
    assert deliver(change(sent)).status == "queued"
    outbound = services.send_text(person.user_id, content="谢谢", application=connected)
    dispatcher.deliver(outbound.pk)
    assert person.texts()[-1] == "谢谢"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("好", "好"),
        (" 两\n行 ", "两 行"),
        ("汉" * 30, "汉" * 30),
        ("汉" * 31, "汉" * 29 + "…"),
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_a_greyed_text_is_one_line_that_fits(text, shown):
    assert card_updates.greyed_text(text) == shown


@pytest.mark.parametrize(("code", "text", "field"), [("", "x", "response_code"), ("c", " ", "text")])
def test_a_change_without_a_code_or_a_text_is_refused(code, text, field):
    with pytest.raises(ContentError) as caught:
        services.update_card(factories.make_application(), response_code=code, user_id="lisi", text=text)
    assert (caught.value.field, bool(caught.value.remedy)) == (field, True)


@pytest.mark.databases
def test_old_changes_are_forgotten_with_the_callbacks():
    old = timezone.now() - timedelta(days=31)
    factories.make_card_update(created_at=old, status="done")
    waiting, young = factories.make_card_update(created_at=old), factories.make_card_update(status="done")
    retention.expire(CardUpdate, now=timezone.now())
    assert set(CardUpdate.objects.all()) == {waiting, young}


# Another card in its place


@pytest.mark.parametrize("build", CARDS.values(), ids=CARDS.keys())
def test_any_card_may_take_its_place(sent, person, connected, build):
    code, new = sent.response_code, build()
    update = deliver(services.update_card(connected, response_code=code, user_id=person.user_id, card=new))
    assert (update.status, update.errcode) == ("done", 0), update.reason
    (entry,) = person.received()
    assert entry["content"]["card_type"] == new.card_type
    assert entry["content"]["main_title"] == new.payload()["main_title"]
    assert "task_id" not in entry["content"]


def test_the_buttons_of_the_new_card_may_be_greyed(sent, person, connected):
    code, user_id = sent.response_code, person.user_id
    deliver(services.update_card(connected, response_code=code, user_id=user_id, card=card(), text="已处理"))
    (entry,) = person.received()
    assert entry["content"]["main_title"]["title"] == "要什么画质？"
    assert replaced(person) == "已处理"


def test_a_card_that_shows_what_was_chosen_has_its_choices_disabled(sent, person, connected):
    box = Checkbox(key="q", choices=(Choice(id="a", text="甲", chosen=True), Choice(id="b", text="乙")), disabled=True)
    new = VoteCard(title="午饭", checkbox=box, submit=Submit(text="提交", key="s"))
    deliver(services.update_card(connected, response_code=sent.response_code, user_id=person.user_id, card=new))
    (entry,) = person.received()
    assert entry["content"]["checkbox"]["disable"] is True


def test_a_change_needs_words_or_a_card(sent, connected):
    with pytest.raises(ContentError) as caught:
        services.update_card(connected, response_code=sent.response_code, user_id="lisi")
    assert caught.value.field == "text"
    with pytest.raises(ContentError) as caught:
        services.update_card(
            connected, response_code=sent.response_code, user_id="lisi", card=text_notice(), text="没有按钮"
        )
    assert caught.value.field == "replace_text"


@pytest.mark.parametrize(
    ("shown", "ends"),
    [("已批准", ("已批准", "要什么画质？")), (button_card(title="已批准"), ("", "已批准"))],
    ids=["text", "card"],
)
def test_a_code_handler_changes_the_card_that_was_pressed(sent, person, connected, shown, ends):
    async def pressed(event) -> None:
        await bot.update_card(event, shown)

    person.presses("hd")
    row = person.emulator.api("GET", "callbacks", params={"member": person.user_id})["callbacks"][-1]
    callback = factories.make_callback(connected, kind="event", event="template_card_event", body=row["xml"])
    with router.temporary():
        bot.bot.on_event("template_card_event")(pressed)
        processor.handle(callback.pk)
        Callback.objects.update(status="queued", finished_at=None)
        processor.handle(callback.pk)
    assert deliver(CardUpdate.objects.get()).status == "done"
    (entry,) = person.received()
    assert (entry["card"]["replaced"], entry["content"]["main_title"]["title"]) == ends


def test_a_card_is_changed_for_all_who_got_it(connected, person):
    other = person.emulator.hire()
    outbound = services.enqueue_message(connected, card(), to=[person.user_id, other.user_id])
    dispatcher.deliver(outbound.pk)
    person.presses("hd")
    xml = person.emulator.api("GET", "callbacks", params={"member": person.user_id})["callbacks"][-1]["xml"]
    event = messages.inbound(xml.encode())

    update = deliver(async_to_sync(bot.update_card)(event, "已结束", everybody=True))
    assert (update.status, update.user_id) == ("done", "@all")
    assert [replaced(one) for one in (person, other)] == ["已结束", "已结束"]
