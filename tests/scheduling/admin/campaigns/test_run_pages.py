"""The page of a run: figures, the outcome of each member with its evidence, CSV, retry and recall."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from avatars.models import Render
from core.evidence import signed_documents
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import CampaignResponse, Delivery
from tests.scheduling.support.campaign_pages import page, person_of, press, seen
from tests.scheduling.support.campaigns import launch, outcomes, work
from tests.support import factories
from wecom.models import Member, Outbound, Recall
from wecom.outbox import recalls

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(company, staff):
    """A campaign of which one member is unknown to WeChat Work, and one has left."""
    factories.make_member(company, f"no-{staff[0].user_id}", name="王五", status="active")
    factories.make_member(company, "gone", name="=cmd", status="left")
    campaign = launch("三点开会", audience={"everyone": True, "members": ["gone"]})
    work()
    return campaign.runs.get()


def test_the_figures_and_the_outcome_of_each_member_are_there(run, sender, staff):
    html = seen(sender, page(run))
    assert 'data-testid="sent">3<' in html
    assert 'data-testid="failed">1<' in html
    assert "data-unfinished" not in html
    for words in ("王五", "WeChat Work did not reach the member", staff[0].user_id, "has left the company"):
        assert words in html


def test_answers_on_the_card_are_counted_by_button(application, hr):
    own = {"card": {"kind": "button_interaction"}, "share": 100, "text": ""}
    run = factories.make_campaign_run(content={"content_type": "card", "contents": {"A/zh-hans": own}})
    for key, words in (("read", "已阅"), ("read", "已阅"), ("ask", "有疑问"), ("", "")):
        delivery = factories.make_delivery(run, status="sent")
        if key:
            CampaignResponse.objects.create(run=run, member=delivery.member, key=key, label=words)
    html = " ".join(seen(hr, page(run)).partition('data-testid="answers"')[2].partition("</section>")[0].split())
    assert "3 members have answered. 1 got it and has not." in html
    assert '<th scope="row">已阅</th><td>2</td>' in html


@pytest.mark.parametrize(
    ("figures", "says", "percent"),
    [
        ({"planned": 0, "left_out": 3, "reason": "nobody"}, "no member is left", 0),
        ({"planned": 2, "failed": 2}, "nobody got it", 100),
        ({"planned": 4, "reason": "cancelled"}, "cancelled", 0),
        ({"planned": 2, "sent": 1, "failed": 1}, "finished", 100),
    ],
)
def test_a_run_that_reached_nobody_does_not_say_finished(application, hr, figures, says, percent):
    run = factories.make_campaign_run(status="done", ended_at=timezone.now(), **figures)
    html = seen(hr, page(run))
    state = html.partition('class="ou-campaign-state"')[2].partition("</p>")[0]
    assert says in state
    assert f'<progress max="100" value="{percent}"' in html
    confirmed = seen(hr, f"{page(run)[: -len('change/')]}not-confirmed/")
    assert ("Everybody who got it has confirmed." in confirmed) == (run.sent > 0)
    assert ("Nobody got it." in confirmed) == (run.sent == 0)


def test_a_run_that_goes_on_is_watched_live(company, staff, sender):
    campaign = launch()
    work(calls=False)
    html = seen(sender, page(campaign.runs.get()))
    assert "data-unfinished" in html
    assert 'id="run-progress" data-live' in html


def test_what_it_waits_for_is_told_with_its_end(company, staff, sender):
    now = timezone.localtime()
    opens = (now + timedelta(hours=2)).time().replace(minute=0, second=0, microsecond=0)
    closes = (now + timedelta(hours=3)).time().replace(minute=0, second=0, microsecond=0)
    campaign = launch(window_from=opens, window_until=closes)
    work()
    html = seen(sender, page(campaign.runs.get()))
    assert "3 members: waits for its send window, until" in html
    assert f"{opens:%H:%M}" in html.partition('data-testid="waiting"')[2][:200]


def test_members_are_found_by_status_reason_and_name(run, sender, staff):
    def table(**query) -> str:
        return seen(sender, page(run), **query).partition('id="run-table"')[2].partition("</table>")[0]

    assert ("王五" in table(status="failed"), staff[0].user_id in table(status="failed")) == (True, False)
    assert "王五" in table(q="王五")
    assert staff[0].user_id not in table(q="王五")
    assert "=cmd" in table(reason="left")
    assert "Nobody." in table(status="expired")


def test_why_somebody_did_not_get_it_is_a_sentence_with_evidence(run, sender):
    delivery = Delivery.objects.get(run=run, member__name="王五")
    html = seen(sender, page(run), delivery=delivery.pk).partition('data-testid="evidence"')[2]
    assert "王五 did not get it: WeChat Work did not reach the member." in html
    outbound = Outbound.objects.get()
    assert outbound.msgid
    assert outbound.msgid in html
    assert "attempt 1" in html
    left = Delivery.objects.get(run=run, member__user_id="gone")
    assert "none was made for this member" in seen(sender, page(run), delivery=left.pk)


def test_the_csv_has_all_members_and_no_formula(run, sender, staff):
    answer = sender.get(page(run, "csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = {row[0]: row[1:4] for row in csv.reader(io.StringIO(text))}
    assert len(rows) == 6
    assert rows[f"no-{staff[0].user_id}"] == ["王五", "failed", "WeChat Work did not reach the member"]
    assert rows["gone"][0] == "'=cmd"
    assert rows[staff[0].user_id][1] == "sent"


def test_only_the_failed_get_it_again(run, sender, staff, emulator):
    user_id = Member.objects.get(name="王五").user_id
    emulator.api("POST", "members", json={"userid": user_id, "name": user_id})
    press(sender, run, "retry")
    work()
    run.refresh_from_db()
    assert outcomes(run.campaign) == {"sent": 4, "skipped:left": 1}
    assert (run.sent, run.failed, run.ended_at is not None) == (4, 0, True)
    assert [len(one.texts()) for one in staff] == [1, 1, 1]
    run.campaign.refresh_from_db()
    assert run.campaign.state == "finished"


def test_what_is_unclear_is_not_sent_again(run):
    Delivery.objects.filter(run=run, status="failed").update(reason="unknown")
    with pytest.raises(SchedulingError) as refused:
        services.retry_failed(run)
    assert refused.value.code == "nothing_failed"


def test_a_recall_takes_it_from_all_and_says_so(run, sender, staff):
    press(sender, run, "recall")
    assert "data-unfinished" in seen(sender, page(run))  # the page asks again until it is done
    for pk in list(Recall.objects.values_list("pk", flat=True)):
        recalls.run_recall(pk)
    assert [[entry["recalled"] for entry in one.received()] for one in staff] == [[True]] * 3
    assert outcomes(run.campaign)["recalled"] == 3
    html = seen(sender, page(run))
    assert "data-unfinished" not in html
    assert html.partition('id="run-table"')[2].count(">recalled<") == 3
    assert 'data-testid="recalled">3<' in html


def test_without_the_right_nothing_is_retried_or_recalled(run):
    viewer = person_of("viewer")
    html = seen(viewer, page(run))
    assert page(run, "retry_this") not in html
    assert press(viewer, run, "retry").status_code == 403
    assert press(viewer, run, "recall").status_code == 403
    assert not Recall.objects.exists()


def test_the_evidence_of_a_member_is_a_signed_file(run, sender, staff):
    delivery = Delivery.objects.get(run=run, member__user_id=staff[0].user_id)
    assert f"evidence/?delivery={delivery.pk}" in seen(sender, page(run), delivery=delivery.pk)
    answer = sender.get(page(run, "evidence"), {"delivery": delivery.pk})
    assert "attachment" in answer["Content-Disposition"]
    assert signed_documents.verify(answer.json())["member"] == staff[0].user_id
    assert sender.get(page(run, "evidence"), {"delivery": 10**9}).status_code == 302


def test_a_bar_tells_how_many_videos_are_made_and_when(company, staff, sender):
    campaign = launch("{{name}}，早上好。", content_type="video")
    work(calls=False)
    first, second, third = Render.objects.order_by("pk")
    Render.objects.filter(pk=first.pk).update(status="done", video="v.mp4")
    Render.objects.filter(pk=second.pk).update(status="failed")
    Render.objects.filter(pk=third.pk).update(estimated_seconds=240, stages=[])

    def bar() -> str:
        return seen(sender, page(campaign.runs.get())).partition('data-testid="videos"')[2].partition("</div>")[0]

    assert "1 of 3 videos made" in bar()
    assert "1 failed" in bar()
    assert "about 4 minutes left" in bar()
    assert '<progress max="100" value="67"' in bar()
    services.cancel_mailing(campaign)
    assert "1 cancelled" in bar()
    assert "left" not in bar()
    assert '<progress max="100" value="100"' in bar()
