"""The preview of a campaign as any member, and the test to oneself."""

import pytest

from scheduling.models import Delivery
from tests.scheduling.support.campaign_pages import page, person_of, seen
from tests.scheduling.support.campaigns import make_campaign, work
from tests.support import factories
from wecom.models import Member, MemberFact, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


def phone(client, campaign, member, **query: str) -> str:
    html = seen(client, page(campaign, "preview"), member=member.pk, **query)
    return html.partition('data-testid="phone"')[2].partition('data-testid="test"')[0]


def test_each_member_sees_their_language_and_their_name(application, hr):
    zhang = factories.make_member(application, "zhang", name="张三")
    emma = factories.make_member(application, "emma", name="Emma", language="en")
    campaign = make_campaign("{{name}}，你好", {"text": "Hello {{name}}", "language": "en"})
    assert "张三，你好" in phone(hr, campaign, zhang)
    assert "Hello Emma" in phone(hr, campaign, emma)


def test_the_other_variant_can_be_looked_at(application, hr):
    member = factories.make_member(application, "zhang", name="张三")
    campaign = make_campaign({"text": "甲", "share": 50}, {"text": "乙", "variant": "B", "share": 50})
    assert "甲" in phone(hr, campaign, member, variant="A")
    assert "乙" in phone(hr, campaign, member, variant="B")


def test_members_are_found_by_name(application, hr):
    factories.make_member(application, "zhang", name="张三")
    factories.make_member(application, "lisi", name="李四")
    found = seen(hr, page(make_campaign(), "preview"), q="李四").partition('data-testid="members"')[2]
    found = found.partition("</nav>")[0]
    assert ("李四" in found, "张三" in found) == (True, False)


def test_a_personal_fact_is_masked_for_those_who_may_not_read_it(application, hr, approver):
    member = factories.make_member(application, "zhang", name="张三")
    MemberFact.objects.create(member=member, key="birthday", date="1990-05-17")
    campaign = make_campaign("生日：{{birthday}}")
    assert "1990" in phone(hr, campaign, member)
    assert "19**-**-17" in phone(approver, campaign, member)


def test_a_card_is_shown_with_its_buttons(application, hr):
    member = factories.make_member(application, "zhang", name="张三")
    buttons = [{"text": "{{name|我}}已阅", "key": "read"}]
    card = {"kind": "button_interaction", "title": "考勤制度", "buttons": buttons}
    html = phone(hr, make_campaign({"card": card}, content_type="card"), member)
    assert ("考勤制度" in html, "张三已阅" in html) == (True, True)


def test_words_that_cannot_be_sent_are_said_in_place_of_the_phone(application, hr):
    member = factories.make_member(application, "zhang", name="张三")
    html = seen(hr, page(make_campaign("长" * 683), "preview"), member=member.pk)
    assert 'role="alert"' in html
    assert 'data-testid="phone"' not in html


def test_a_test_is_marked_and_counts_nowhere(staff, sender):
    me = Member.objects.get(user_id=staff[0].user_id)
    campaign = make_campaign("{{name}}，你好")
    answer = sender.post(page(campaign, "test"), {"member": me.pk}, follow=True)
    assert "The test is on its way" in answer.content.decode()
    work()
    assert staff[0].texts() == [f"【测试】 {staff[0].user_id}，你好"]
    assert [one.texts() for one in staff[1:]] == [[], []]
    assert not Delivery.objects.exists()
    assert f'<option value="{me.pk}" selected>' in seen(sender, page(campaign, "preview"))


def test_without_the_right_to_write_no_test_is_sent(application, approver):
    member = factories.make_member(application, "zhang", name="张三")
    campaign = make_campaign()
    assert approver.post(page(campaign, "test"), {"member": member.pk}).status_code == 403
    assert person_of("viewer").get(page(campaign, "test")).status_code == 403
    assert not Outbound.objects.exists()
