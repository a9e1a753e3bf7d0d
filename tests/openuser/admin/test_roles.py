"""Every admin address × every role: the table of roles decides.

Models that come later are found by themselves. `tests/openuser/support/admin_rights.py` names what asks for more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from conversations.models import CareCase, Message, Operator
from openuser.roles import Role
from tests.openuser.support.admin_pages import MODELS, account, addresses, asked, member_of
from tests.openuser.support.admin_rights import NEEDS, POSTING, may
from tests.openuser.support.security_headers import flaws
from tests.support.admin_rendering import can_be_saved, signed_in, unrendered
from tests.support.model_rows import make_row
from wecom.models import Application

# Rights are the same on every database; that the pages open on each, tests/openuser/admin/test_lists.py sees.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration_engines")]
# Pages of no model, and what each needs to be shown.
OF_ALL: dict[str, dict[str, str]] = {
    "index": {},
    "admin-home": {},
    "search": {},
    "quotas": {},
    "calendar": {},
    "second-factor": {},
    "session": {},
    "app_list": {"app_label": "conversations"},
    "timeline": {"cid": "98b8d9a85776e3fc"},
    "password_change": {},
    "password_change_done": {},
}
# Pages of no model that have a test of their own of whom they are for.
DESK = {f"desk{page}" for page in ("", "-ticket", "-report", "-act", "-say", "-take-conversation")}
GRAPH = {"flow-numbers", *(f"draft-graph{page}" for page in ("", "-act", "-new", "-step"))}
FORMER = {
    *(f"scheduling_schedule_{page}" for page in ("changelist", "add", "change")),
    *(f"scheduling_run_{page}" for page in ("changelist", "change")),
}
ELSEWHERE_TESTED = {"calendar-move", "doctor", "engines", "language-model", *DESK, *GRAPH, *FORMER}
# What Django itself answers by other rules: signing in and out, words for scripts, and redirects to rows' own pages.
DJANGOS = {"login", "logout", "jsi18n", "autocomplete", "view_on_site"}


@pytest.fixture
def staff() -> dict[Role, Client]:
    return {role: member_of(role) for role in Role}


def wanted(allowed: bool, boss: int) -> int:
    """A superuser's answer where the role may, else a refusal. Some pages refuse every role."""
    return boss if allowed else 403


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a person gets to see of a model.

    Attributes:
        statuses: by the method and the name of the page.
        actions: what the list offers to do with rows.
        saves: whether the form offers to be saved.
        flaws: of the security headers, by the name of the page.
    """

    statuses: dict[tuple[str, str], int]
    actions: set[str]
    saves: bool
    flaws: dict[str, list[str]]


@cache
def answers(model: type[Model]) -> dict[Role | None, Answers]:
    """What each role gets, and a superuser for None. Three tests look at it: the requests are the same for all."""
    row = make_row(model)
    pages = addresses(row)
    people: dict[Role | None, User] = {None: User.objects.create_superuser("chief")}
    people |= {role: account(role) for role in Role}
    if isinstance(row, CareCase):  # only its group sees it, whatever the role; the table decides within the group
        join(row, people.values())
    return {role: answers_to(user, model, pages) for role, user in people.items()}


def join(case: CareCase, people: Iterable[User]) -> None:
    """Make these accounts operators of the group of a case."""
    for user in people:
        operator = make_row(Operator, user=user, enabled=True)
        case.group.operators.add(operator)  # type: ignore[union-attr]


def answers_to(user: User, model: type[Model], pages: dict[str, str]) -> Answers:
    label = f"{model._meta.app_label}_{model._meta.model_name}"
    with unrendered(), signed_in(user) as client:
        found = {
            (method, name): asked(client, method, address)
            for name, address in pages.items()
            for method in ("get", "post")
        }
        return Answers(
            statuses={page: answer.status_code for page, answer in found.items()},
            actions=actions_of(found["get", f"{label}_changelist"]),
            saves=can_be_saved(found["get", f"{label}_change"]),
            flaws={name: wrong for (_method, name), one in found.items() if (wrong := flaws(one, admin=True))},
        )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_a_page_is_for_those_whom_the_table_names(model):
    found = answers(model)
    wrong = []
    for (method, name), of_boss in found[None].statuses.items():
        needs = NEEDS if method == "get" else POSTING
        for role in Role:
            status = found[role].statuses[method, name]
            expected = wanted(may(role, model, name, needs), of_boss)
            if status != expected:
                wrong.append(f"{method} {name} by {role.value}: {status}, not {expected}")
    assert wrong == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_page_of_a_row_has_its_security_headers(model):
    assert {role: found.flaws for role, found in answers(model).items() if found.flaws} == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_nobody_from_outside_sees_a_page(model):
    employee = User.objects.create_user("employee")
    clerk = User.objects.create_user("clerk", is_staff=True)
    pages = addresses(make_row(model)).values()
    for who, status in ((AnonymousUser(), 302), (employee, 302), (clerk, 403)):
        with unrendered(), signed_in(who) as client:
            for address in pages:
                assert client.get(address).status_code == status
                assert client.post(address).status_code == status


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_buttons_and_actions_are_shown_only_where_they_work(model):
    found = answers(model)
    label = f"{model._meta.app_label}_{model._meta.model_name}"
    wrong = []
    for role in Role:
        saved = found[role].statuses["post", f"{label}_change"] != 403
        if found[role].saves != saved:
            wrong.append(f"{role.value}: the form can be saved: {saved}")
        for action in found[None].actions:
            needs = {"delete_selected": "delete"}
            allowed = may(role, model, f"{label}_{action}", needs)
            if (action in found[role].actions) != allowed:
                wrong.append(f"{role.value}: {action} is offered: {not allowed}")
    assert wrong == []


def actions_of(listed: Any) -> set[str]:
    """What a list offers to do with its rows; nothing where it is refused."""
    form = listed.context_data.get("action_form") if listed.status_code == 200 else None
    return {name for name, _words in form.fields["action"].choices if name} if form else set()


def test_every_address_below_the_admin_is_a_models_or_named_here():
    of_models = {pattern.name for page in admin.site._registry.values() for pattern in page.get_urls()}
    below = {name for path, name in named_addresses(get_resolver()) if path.startswith("admin/")}
    assert below - of_models == {*OF_ALL, *DJANGOS, *ELSEWHERE_TESTED}


def named_addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        path = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from named_addresses(pattern, path)
        elif pattern.name:
            yield path, pattern.name


@pytest.mark.parametrize("name", list(OF_ALL))
def test_a_page_without_a_model_is_for_every_role(name, staff):
    make_row(Message, cid=OF_ALL["timeline"]["cid"])
    space = "" if name in ("admin-home", "calendar", "quotas", "second-factor", "session", "timeline") else "admin:"
    address = reverse(f"{space}{name}", kwargs=OF_ALL[name])
    assert {client.get(address).status_code for client in staff.values()} == {200}
    employee = Client()
    employee.force_login(User.objects.create_user("employee"))
    assert {client.get(address).status_code for client in (Client(), employee)} == {302}


def test_the_home_page_is_for_all_who_have_a_role(staff):
    home = reverse("admin:index")
    assert {client.get(home).status_code for client in staff.values()} == {200}
    assert Client().get(home).status_code == 302


def test_a_viewer_gets_no_secret_in_any_page(staff):
    secrets = {"secret": "very-secret-value", "access_token": "token-of-the-platform"}
    application = make_row(Application, **secrets)
    for address in addresses(application).values():
        for role in (Role.VIEWER, Role.EDITOR, Role.OPERATOR):
            page = staff[role].get(address).content.decode()
            for word in (*secrets.values(), application.token, application.encoding_aes_key):
                assert word not in page
