"""Facts of HR in the words of videos: dates in the reader's language, personal ones masked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import services
from scheduling.audience.personalisation import member_facts, without_personal
from scheduling.exceptions import SchedulingError
from tests.scheduling.support.plain_messages import send_plain
from tests.support import factories
from wecom.models import FactDefinition, Member
from wecom.services import save_fact_definition, set_facts

pytestmark = pytest.mark.django_db


def template(script, *kinds):
    variables = [factories.TemplateVariable(name=name, label=name, type=kind, maximum=None) for name, kind in kinds]
    return factories.make_template(script=script, variables=variables)


def send_video(source, people, **fields):
    return send_plain(user_ids=people, message_type="video", text="", template=source, **fields)


@pytest.fixture
def people(application) -> list[str]:
    for user_id, city in (("wangfang", "上海"), ("lisi", "北京")):
        set_facts(factories.make_member(application, user_id), {"city": city, "birthday": "1988-03-07"})
    return ["wangfang", "lisi"]


def said_to(campaign) -> dict[str, str]:
    """What each member's video says."""
    members = Member.objects.order_by("pk")
    return {member.user_id: services.preview_campaign(campaign, member).words for member in members}


def test_facts_stand_in_the_words_of_each_member(people):
    source = template("你好！{{place}}的同事，{{day}}生日快乐。", ("place", "text"), ("day", "date"))
    campaign = send_video(source, people, values={"place": "{{city}}", "day": "{{birthday}}"})
    assert said_to(campaign) == {
        "wangfang": "你好！上海的同事，1988年3月7日生日快乐。",
        "lisi": "你好！北京的同事，1988年3月7日生日快乐。",
    }


def test_a_fact_of_the_companys_own_may_be_used(application, people):
    fields = {"key": "size", "name": "尺码", "kind": "text"}
    save_fact_definition(FactDefinition(corporation=application.corporation, **fields))
    for member in Member.objects.all():
        set_facts(member, {"size": "M"})
    campaign = send_video(template("你的尺码：{{size}}。", ("size", "text")), people, values={"size": "{{size}}"})
    assert set(said_to(campaign).values()) == {"你的尺码：M。"}


def test_a_fact_that_nobody_defined_is_told(people):
    with pytest.raises(SchedulingError) as caught:
        send_video(template("{{size}}！", ("size", "text")), people, values={"size": "{{size}}"})
    assert caught.value.code == "value_unknown_slot"


def test_a_date_is_written_in_the_readers_language(application):
    member = factories.make_member(application, "emma", language="en")
    set_facts(member, {"start_date": "2026-09-01"})
    assert member_facts(member)["start_date"] == "1 September 2026"
    assert member_facts(member, "zh-hans")["start_date"] == "2026年9月1日"
    assert member_facts(Member(user_id="nobody"))["name"] == ""


def test_a_masked_text_hides_a_date_in_each_of_its_forms(application, people):
    member = Member.objects.get(user_id="lisi")
    said = "1988-03-07, 1988年3月7日, 7 March 1988, 北京"
    assert without_personal(said, member) == "19**-**-07, 19**-**-07, 19**-**-07, 北京"


def test_the_facts_of_many_members_are_read_at_once(application, people):
    rows = Member.objects.select_related("main_department").prefetch_related("facts")
    with CaptureQueriesContext(connection) as captured:
        found = [member_facts(member)["city"] for member in rows.order_by("pk")]
    assert (found, len(captured)) == (["上海", "北京"], 2)
