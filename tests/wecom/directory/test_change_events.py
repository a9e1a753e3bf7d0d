"""`change_contact` and changes of an application's range, from the webhook to the rows."""

import itertools
import time

import pytest
from django.urls import reverse

from tests.support.factories import make_application, make_department, make_member, make_tag
from tests.wecom.support.callback_sender import Envelope, event_xml
from wecom import services
from wecom.bot import bot
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.contents import Text
from wecom.directory import reachability
from wecom.exceptions import ContentError
from wecom.models import Application, ApplicationMember, Callback, Department, Member, MemberFact, Outbound

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = itertools.count()  # no two changes of a test in one second


@pytest.fixture
def application() -> Application:
    return make_application(is_default=True)


@pytest.fixture
def assistant(application) -> Application:
    """The contacts assistant, with a token of its own."""
    return make_application(corporation=application.corporation, agent_id=0, name="通讯录同步", token="Assistant1")


def hear(client, application: Application, xml: str) -> Callback:
    """The platform calls the application's own address, and a worker handles it."""
    path = reverse("webhook-of", args=[application.webhook_key])
    assert Envelope(application, xml).post(client, path=path).status_code == 200
    row = Callback.objects.latest("pk")
    processor.handle(row.pk)
    row.refresh_from_db()
    assert row.status == "done"
    return row


def change(client, application: Application, kind: str, **fields: object) -> None:
    corp = application.corporation.corp_id
    said = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    xml = (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"
        f"<CreateTime>{int(time.time()) - 10 * next(SECONDS)}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[change_contact]]></Event><ChangeType>{kind}</ChangeType>{said}</xml>"
    )
    hear(client, application, xml)


def numbers(member: Member) -> set[int]:
    return set(member.departments.values_list("number", flat=True))


def waiting(application: Application) -> int:
    return application.directory_syncs.filter(kind="changes", status="queued").count()


def test_a_new_employee_is_written_down_and_looked_up(client, application, assistant):
    change(client, assistant, "create_user", UserID="SunQi", Department="2,3")
    member = Member.objects.get()
    assert (member.user_id, numbers(member)) == ("sunqi", {2, 3})
    assert ApplicationMember.objects.get(application=application).stale_at is not None
    assert (waiting(application), waiting(assistant)) == (1, 0)
    change(client, assistant, "create_user", UserID="Other", Department="2")
    assert waiting(application) == 1


def test_everything_that_an_older_url_is_told_is_taken_over(client, application, assistant):
    change(
        client,
        assistant,
        "create_user",
        UserID="SunQi",
        Name="孙七",
        Department="2,3",
        MainDepartment=3,
        IsLeaderInDept="0,1",
        DirectLeader="ZhaoLiu",
        Position="架构师",
        Gender=1,
        Status=1,
        Alias="Seven",
        Mobile="13800000000",
    )
    member = Member.objects.get()
    assert (member.name, member.position, member.gender, member.status) == ("孙七", "架构师", "male", "active")
    assert (member.alias, member.direct_leaders, member.main_department.number) == ("Seven", ["zhaoliu"], 3)
    assert [row.department.number for row in member.memberships.filter(is_leader=True)] == [3]


def test_an_empty_leader_was_removed_and_a_missing_one_stays(client, application, assistant):
    member = make_member(application, "sunqi", direct_leaders=["zhaoliu"])
    for said, leaders in (({"Alias": "Seven"}, ["zhaoliu"]), ({"DirectLeader": ""}, [])):
        change(client, assistant, "update_user", UserID="sunqi", **said)
        member.refresh_from_db()
        assert member.direct_leaders == leaders


def test_a_move_takes_the_old_departments_away_and_leaves_the_rest(client, application, assistant):
    member = make_member(application, "sunqi", name="孙七", position="架构师")
    member.memberships.create(department=make_department(application, 2))
    change(client, assistant, "update_user", UserID="sunqi", Department="3")
    member.refresh_from_db()
    assert (member.name, member.position, numbers(member)) == ("孙七", "架构师", {3})
    assert member.memberships.get().joined_at is not None


def test_what_was_taken_away_is_gone_and_what_is_left_out_stays(client, application, assistant):
    member = make_member(application, "sunqi", name="孙七", position="架构师", alias="Seven", gender="male")
    change(client, assistant, "update_user", UserID="sunqi", Position="", Name="")
    member.refresh_from_db()
    assert (member.name, member.position, member.alias, member.gender) == ("孙七", "", "Seven", "male")
    change(client, assistant, "update_user", UserID="sunqi", Alias="", Gender="")
    member.refresh_from_db()
    assert (member.alias, member.gender) == ("", "male")


@pytest.mark.databases
def test_a_new_user_id_keeps_the_person(client, application, assistant):
    member = make_member(application, "sunqi", name="孙七")
    change(client, assistant, "update_user", UserID="SunQi", NewUserID="Sun.Qi")
    member.refresh_from_db()
    assert (member.user_id, member.name) == ("sun.qi", "孙七")
    make_member(application, "taken")
    change(client, assistant, "update_user", UserID="sun.qi", NewUserID="taken")
    member.refresh_from_db()
    assert (member.user_id, member.status) == ("sun.qi", "left")


def test_who_leaves_is_kept_and_can_no_longer_be_reached(client, application, assistant):
    member = make_member(application, "sunqi", name="孙七")
    member.memberships.create(department=make_department(application, 2))
    make_tag(application).members.add(member)
    change(client, assistant, "delete_user", UserID="SunQi")
    member.refresh_from_db()
    assert (member.name, member.status, numbers(member), member.tags.count()) == ("孙七", "left", set(), 0)
    assert reachability.find_unreachable(["sunqi"]) == {"sunqi": "left"}


@pytest.mark.databases
def test_departments_are_made_changed_and_dissolved(client, application, assistant):
    make_department(application, 1, "总部")
    change(client, assistant, "create_party", Id=9, Name="财务部", ParentId=1, Order=5)
    place = Department.objects.get(number=9)
    assert (place.name, place.parent_number, place.order) == ("财务部", 1, 5)
    assert place.applications.get() == application
    change(client, assistant, "update_party", Id=9, ParentId=2)
    place.refresh_from_db()
    assert (place.name, place.parent_number) == ("财务部", 2)
    change(client, assistant, "delete_party", Id=9)
    place.refresh_from_db()
    assert place.gone_at is not None


def test_a_tag_is_given_and_taken(client, application, assistant):
    member, place = make_member(application, "sunqi"), make_department(application, 2)
    tag = make_tag(application, 7)
    tag.members.add(member)
    change(client, assistant, "update_tag", TagId=7, AddUserItems="ZhouBa", DelUserItems="SunQi", AddPartyItems="2")
    assert [one.user_id for one in tag.members.all()] == ["zhouba"]
    assert list(tag.departments.all()) == [place]
    change(client, assistant, "update_tag", TagId=7, DelPartyItems="2")
    assert not tag.departments.exists()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("create_user", {}),
        ("update_user", {"UserID": "", "Department": "x,,-1,99999999999999999999"}),
        ("delete_user", {"UserID": "nobody"}),
        ("create_party", {"Id": "x"}),
        ("delete_party", {}),
        ("update_tag", {"TagId": ""}),
        ("something_new", {"UserID": "sunqi"}),
    ],
)
def test_an_odd_change_is_let_pass(client, application, assistant, kind, fields):
    change(client, assistant, kind, **fields)
    assert not Member.objects.exists()


def test_numbers_and_names_out_of_bounds_are_left_out(client, application, assistant):
    change(client, assistant, "create_user", UserID="sunqi", Department=f"2,{10**20}", Position="长" * 200)
    member = Member.objects.get()
    assert (numbers(member), len(member.position)) == ({2}, 64)
    change(client, assistant, "create_user", UserID="x" * 65, Department="2")
    change(client, assistant, "create_party", Id=10**20, Name="x")
    assert Member.objects.count() == 1


def test_a_change_that_cannot_be_handled_is_answered_to_nobody(client, application, assistant):
    def fail(incoming: object) -> None:
        raise ValueError

    with router.temporary():
        bot.on_event("change_contact", final=True)(fail)
        path = reverse("webhook-of", args=[assistant.webhook_key])
        xml = event_xml(assistant, "change_contact", user="sys")
        assert Envelope(assistant, xml).post(client, path=path).status_code == 200
        processor.handle(Callback.objects.get().pk)
    assert Callback.objects.get().status == "failed"
    assert not Outbound.objects.exists()


def test_nothing_is_sent_through_the_assistant(assistant):
    with pytest.raises(ContentError) as caught:
        services.enqueue_message(assistant, Text(content="你好"), to=["sunqi"])
    assert caught.value.field == "application"


def test_whoever_is_given_the_application_or_loses_it_is_known_by_it(client, application):
    hear(client, application, event_xml(application, "subscribe", user="SunQi"))
    assert ApplicationMember.objects.get().in_range is True
    hear(client, application, event_xml(application, "unsubscribe", user="SunQi"))
    assert reachability.find_unreachable(["sunqi"]) == {"sunqi": "out_of_range"}
    assert waiting(application) == 1


def test_changes_reach_every_application_of_the_company_and_no_other(client, application, assistant):
    beside = make_application(corporation=application.corporation, agent_id=1000003)
    elsewhere = make_application()
    make_member(elsewhere, "sunqi", name="Somebody else")
    change(client, assistant, "create_user", UserID="sunqi", Department="2")
    assert [waiting(one) for one in (application, beside, elsewhere)] == [1, 1, 0]
    change(client, assistant, "delete_user", UserID="sunqi")
    assert reachability.find_unreachable(["sunqi"], application=elsewhere) == {}


def test_colleagues_keep_a_manager_whose_user_id_changed(client, application, assistant):
    make_member(application, "zhaoliu")
    services.set_facts(make_member(application, "sunqi"), {"manager": "zhaoliu"})
    change(client, assistant, "update_user", UserID="zhaoliu", NewUserID="zhao.liu")
    assert MemberFact.objects.get(key="manager").text == "zhao.liu"
