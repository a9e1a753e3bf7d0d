"""What is opened: the home page, each list with its searches, filters, orders and next page, and the metrics."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from openuser.api import clients
from openuser.metrics.exposition import make_text
from openuser.models import ApiClient
from tests.benchmarks.lists.rows import RARE
from wecom.models import Member

NOWHERE = "nothing-like-this"
LISTED = (
    *("wecom.Member", "wecom.Callback", "wecom.Outbound", "wecom.Upload", "wecom.Download", "wecom.CardUpdate"),
    *("wecom.GroupMessage", "wecom.PrivacyRequest", "wecom.DirectorySync"),
    *("conversations.Message", "conversations.Conversation", "conversations.Session", "conversations.Errand"),
    *("conversations.Answer", "conversations.UnansweredQuestion"),
    *("avatars.Render", "avatars.Rendition", "avatars.Narration"),
    *("scheduling.CampaignRun", "scheduling.Enrolment", "openuser.WebhookDelivery"),
)
REST = (
    *("member", "message", "session", "answer", "unanswered-question", "ticket", "delivery", "campaign-run"),
    *("series-member", "schedule-run", "outbound", "upload", "callback", "group-message", "privacy-request", "render"),
    *("webhook-delivery", "directory-sync"),
)
Open = Callable[[], Any]


def pages(*, narrowed: bool = True, kinds: Collection[str] = ()) -> Iterator[tuple[str, Open]]:
    """What is opened, with its name: of all lists or those of `kinds`, `narrowed` with each filter and order."""
    browser, boss = Client(), User.objects.create_superuser("boss")
    browser.force_login(boss)
    yield "home", _get(browser, reverse("admin:index"))
    yield "home, live part", _get(browser, reverse("admin-home"))
    for choice in ("mine", "waiting", "all", "closed"):
        yield f"desk, {choice}", _get(browser, reverse("desk"), list=choice)
    for name in ("quotas", "calendar"):
        yield name, _get(browser, reverse(name))
    yield "report of tickets", _get(browser, reverse("desk-report"))
    for label in LISTED:
        if not kinds or label.partition(".")[2].lower() in kinds:
            yield from _of_list(browser, label, boss if narrowed else None)
    yield from _of_api()
    yield "metrics", lambda: HttpResponse(make_text())


def _of_list(browser: Client, label: str, boss: User | None) -> Iterator[tuple[str, Open]]:
    model = next(one for one in admin.site._registry if one._meta.label == label)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    name = str(model._meta.verbose_name_plural)
    yield name, _get(browser, address)
    for words in _searched(model):
        yield f"{name}, search “{words}”", _get(browser, address, q=words)
    if boss is None:
        return
    request = RequestFactory().get(address)
    request.user = boss
    for what, query in _links(admin.site._registry[model].get_changelist_instance(request)):
        yield f"{name}, {what}", _get(browser, f"{address}{query}")


def _searched(model: type[Model]) -> Iterator[str]:
    """Words that few rows have, that many have, and that none has; of rows about members, who they are."""
    names: Any = admin.site._registry[model].search_fields
    if not names:
        return
    member = Member.objects.order_by("pk")[Member.objects.count() // 2]
    if any("user_id" in name for name in names):
        yield from (member.name, member.name[:2], member.user_id)
    if any("text" in name or "question" in name for name in names):
        yield from (RARE, "年假", "meeting")
    yield NOWHERE


def _links(shown: Any) -> Iterator[tuple[str, str]]:
    """The choices of the filters, the orders, and the next page, as the list itself offers them."""
    for one in shown.filter_specs:
        choices = [choice for choice in one.choices(shown) if "query_string" in choice and not choice["selected"]]
        for choice in choices[:3]:
            yield f"{one.title}: {choice['display']}", choice["query_string"]
    for number, column in enumerate(shown.list_display):
        if shown.get_ordering_field(column) and column in shown.sortable_by:
            yield f"by {column}", shown.get_query_string({"o": str(number)})
            yield f"by {column}, reversed", shown.get_query_string({"o": f"-{number}"})
    if getattr(shown, "has_next", False):
        yield "next page", shown.next_url


def _of_api() -> Iterator[tuple[str, Open]]:
    _, token = clients.create("benchmark", scopes=ApiClient.Scope.values)
    api = Client(headers={"authorization": f"Bearer {token}"})
    member = Member.objects.order_by("pk")[Member.objects.count() // 2]
    for name in REST:
        yield f"REST {name}", _get(api, reverse(f"{name}-list"))
    yield "REST members by user ID", _get(api, reverse("member-list"), user_id=member.user_id.upper())
    yield "REST members by name", _get(api, reverse("member-list"), name=member.name[:2])
    yield "REST messages by user ID", _get(api, reverse("message-list"), user_id=member.user_id)


def _get(client: Client, address: str, **query: str) -> Open:
    return lambda: client.get(address, query)
