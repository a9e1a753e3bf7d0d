"""A kind of content that this module alone declares is offered, checked, previewed, counted, sent and exchanged."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling import services
from scheduling.content_kinds import content_kind_registry
from scheduling.content_kinds.content_kind import CardOf, Closing, Flaw, MessageKind, Words
from scheduling.content_kinds.links import in_text
from scheduling.models import Campaign, CampaignLink
from tests.scheduling.support.campaign_pages import ADD, form, person_of, seen
from tests.scheduling.support.campaigns import launch, make_campaign, outcomes, work
from wecom.contents import Content, Markdown
from wecom.models import Member

pytestmark = pytest.mark.django_db(transaction=True)


class LetterKind(MessageKind):
    """Words with a greeting and a signature around them."""

    name, label, order = "letter", "letter", 15
    fields = ("text",)
    spoken = ("text",)
    closing = Closing.IN_TEXT
    leads = True

    def flaws(self, content: Any) -> Iterator[Flaw]:
        if "再见" in content.text:
            yield Flaw(field="text", code="bye", words="A letter says no goodbye.", remedy="Leave it out.")

    def message(self, words: Words, card_of: CardOf) -> Content:
        return Markdown(content=f"**您好**\n{words['text']}\n此致")

    def with_addresses(self, words: Words, change: Callable[[str], str]) -> Words:
        return {**words, "text": in_text(words["text"], change)}


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setitem(content_kind_registry.KINDS, LetterKind.name, LetterKind())


def test_a_new_kind_is_sent_to_each_with_their_own_words(company, staff, emulator):
    campaign = launch("{{name}}，欢迎", content_type="letter")
    work()
    assert outcomes(campaign) == {"sent": 3}
    assert staff[0].texts() == [f"**您好**\n{Member.objects.get(user_id=staff[0].user_id).name}，欢迎\n此致"]


def test_a_new_kind_counts_its_links(company, staff, settings):
    settings.SITE_URL = "https://openuser.example"
    launch("见 https://hr.example.cn/a", content_type="letter", link_clicks="total")
    work(calls=False)
    assert CampaignLink.objects.get().target == "https://hr.example.cn/a"


def test_a_new_kind_says_what_it_lacks():
    campaign = make_campaign("再见", content_type="letter")
    assert [(one.code, one.remedy) for one in services.campaign_problems(campaign)] == [("bye", "Leave it out.")]


def test_a_new_kind_is_previewed(company, staff):
    campaign = make_campaign("{{name}}，欢迎", content_type="letter")
    member = Member.objects.get(user_id=staff[0].user_id)
    assert services.preview_campaign(campaign, member).words == f"**您好**\n{member.name}，欢迎\n此致"


def test_a_new_kind_is_chosen_in_the_admin(company):
    hr = person_of("editor", name="hr")
    assert '<option value="letter">letter</option>' in seen(hr, ADD)
    assert hr.post(ADD, form(content_type="letter")).status_code == 302
    assert Campaign.objects.get().content_type == "letter"


def test_a_new_kind_is_written_over_rest(company, admin_user):
    api = APIClient()
    api.force_login(admin_user)
    data = {"name": "信", "content_type": "letter", "audience": {"everyone": True}, "contents": [{"text": "欢迎"}]}
    answer = api.post("/api/v1/campaigns/", data, format="json")
    assert (answer.status_code, answer.json()["content_type"]) == (201, "letter")


def test_a_new_kind_goes_through_a_file(company):
    campaign = make_campaign("欢迎", content_type="letter")
    packed = services.export_file(campaigns=[campaign])
    Campaign.objects.all().delete()
    services.import_file(packed.data)
    copy = Campaign.objects.get()
    assert (copy.content_type, copy.contents.get().text) == ("letter", "欢迎")
