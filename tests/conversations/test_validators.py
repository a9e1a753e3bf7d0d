"""Validators in code: what they keep, refuse or break, from the form of a step to the phone."""

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone, translation

from conversations import services, validators
from conversations.admin.flows.forms import StateForm
from conversations.exceptions import FlowError
from conversations.flows import drafts, publication
from conversations.models import Conversation, Flow, FlowVersion, Session, State
from conversations.validators import Refused, validator
from tests.conversations.sessions.test_waits import make_flow
from tests.conversations.support.flow_pages import staff, url
from tests.support import factories
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db
ASKED = "记到哪个成本中心？"
LATER = "现在无法核对你的回答。请稍后再试，或发送“取消”退出。"


@pytest.fixture
def checks():
    """Some more, as handlers of an app register them."""

    @validator("cost_centre", label="cost centre 成本中心")
    def cost_centre(value: str) -> str:
        if value.startswith("9"):
            raise Refused("It is closed.", chinese="这个成本中心已关闭。")
        return value.upper()

    @validator("broken", label="broken")
    def broken(value: str) -> str:
        return str(int(f"secret {value}"))

    @validator("bad_query", label="bad query")
    def bad_query(value: str) -> str:
        connection.cursor().execute("SELECT nothing FROM nowhere")
        return value

    @validator("nothing", label="nothing")
    def nothing(value: str) -> str:
        return None  # type: ignore[return-value]

    yield
    for name in ("cost_centre", "broken", "bad_query", "nothing"):
        del validators._registered[name]


@pytest.fixture
def flow(application, checks) -> Flow:
    return make_flow(
        "报销",
        {"key": "centre", "name": "成本中心", "text": ASKED, "slot": "centre", "validator": "cost_centre"},
        {"key": "bye", "name": "好", "kind": "end", "text": "记到{{centre}}。"},
    )


def publish(flow: Flow, name: str) -> None:
    change_steps(flow.states.filter(key="centre"), validator=name)
    services.publish(flow)


def test_the_value_that_it_returns_is_kept(person, flow):
    assert person.says("报销") == [ASKED]
    assert person.says("a47") == ["记到A47。"]
    session = Session.objects.get()
    assert (session.slots, session.labels, session.sources["centre"][0]) == ({"centre": "A47"}, {}, "typed")


def test_a_refusal_is_read_and_counts_as_a_try(person, flow):
    person.says("报销")
    assert person.says("9000") == ["这个成本中心已关闭。", ASKED]
    assert Session.objects.get().tries == 1
    with translation.override("en"):
        assert Refused("It is closed.", chinese="关了").words == "It is closed."


@pytest.mark.parametrize("name", ["broken", "bad_query", "nothing"])
def test_a_fault_of_the_code_asks_again_and_logs_no_answer(person, flow, caplog, name):
    publish(flow, name)
    person.says("报销")
    with caplog.at_level(logging.INFO):
        assert person.says("A47-geheim") == [LATER, ASKED]
    noted = [record for record in caplog.records if record.name.endswith("validator_runs")]
    assert {record.validator for record in noted} == {name}
    assert "geheim" not in caplog.text + str([vars(record) for record in noted])
    assert person.says("取消") == ["好的，已取消“报销”。"]


def test_one_that_no_code_has_stops_a_draft_and_no_session(person, flow):
    change_steps(flow.states.filter(key="centre"), validator="gone")
    with pytest.raises(FlowError, match="gone"):
        services.publish(flow)
    version = FlowVersion.objects.get()
    version.definition["nodes"][0]["validator"] = "gone"
    FlowVersion.objects.update(definition=version.definition, published_at=timezone.now())
    person.says("报销")
    assert person.says("A47") == [LATER, ASKED]


def test_data_that_a_flow_begins_with_is_checked_too(person, flow):
    flow.refresh_from_db()
    conversation = Conversation.objects.locked(person.application, factories.make_member(person.application))
    assert services.start_flow(conversation, flow, data={"centre": "a1"}, cid="c1").slots == {"centre": "A1"}
    with pytest.raises(FlowError, match="centre"):
        services.start_flow(conversation, flow, data={"centre": "9"}, cid="c2")


def test_try_it_says_what_the_validator_says(flow):
    boss = staff("boss", superuser=True)
    page = url("flow", "try_it", flow.pk)
    boss.get(page)
    boss.post(page, {"act": "say", "text": "9000"})
    assert "这个成本中心已关闭。" in boss.get(page).content.decode()
    boss.post(page, {"act": "say", "text": "a47"})
    assert "记到A47。" in boss.get(page).content.decode()


def test_the_form_offers_what_is_registered_and_what_is_gone(flow):
    state = State.objects.get(flow=flow, key="centre")
    state.validator = "gone"
    offered = dict(StateForm(instance=state).fields["validator"].widget.choices)
    assert offered["cost_centre"] == "cost centre 成本中心"
    assert list(offered)[:2] == ["", "gone"]


def test_a_version_keeps_it_and_goes_back_into_the_draft(flow):
    drafts.restore(flow.versions.get())
    assert State.objects.get(flow=flow, key="centre").validator == "cost_centre"
    change_steps(flow.states.filter(key="centre"), slot_type="member")
    assert publication.draft(flow).nodes[0].validator == "", "a member is found, not checked"


@pytest.mark.parametrize(("name", "said", "kept"), [("id_card", "110105 19491231 002x", "11010519491231002X")])
def test_those_that_come_along_keep_the_plain_number(name, said, kept):
    check = validators.registered[name].check
    assert check(said) == kept
    with pytest.raises(Refused):
        check("123")


def test_a_bank_card_loses_its_blanks():
    assert validators.registered["bank_card"].check("6222 0212 3456 7890 128") == "6222021234567890128"
    with pytest.raises(Refused, match="bank card"):
        validators.registered["bank_card"].check("6222")


def test_a_name_is_taken_once_and_is_a_plain_word(checks):
    with pytest.raises(ImproperlyConfigured, match="cost_centre"):
        validator("cost_centre", label="another")(lambda value: value)
    with pytest.raises(ImproperlyConfigured, match="Cost"):
        validator("Cost", label="x")
