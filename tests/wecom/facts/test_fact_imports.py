"""Imports of facts: previewed, then taken over whole, dismissed or forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.spreadsheets import read_table
from tests.support.factories import make_application, make_member
from tests.support.personal_data import tables_with
from wecom import services
from wecom.exceptions import FactRefused
from wecom.facts.fact_imports import delete_expired_fact_imports
from wecom.facts.stored_values import facts_of
from wecom.models import Application, FactDefinition, FactImport, Member
from wecom.signals import Author, language_chosen

pytestmark = pytest.mark.django_db
SHEET = "账号,城市,生日,语言\nzhangsan,上海,1988-03-07,en\nlisi,北京,soon,\nghost,深圳,,\n".encode()


@pytest.fixture
def application() -> Application:
    return make_application(is_default=True)


@pytest.fixture
def people(application) -> list[Member]:
    return [make_member(application, user_id) for user_id in ("zhangsan", "lisi")]


def preview(application: Application, data: bytes = SHEET) -> FactImport:
    row, _found = services.preview_fact_import(application.corporation, data, by="hr")
    return row


def cities(people: list[Member]) -> list[object]:
    return [facts_of(member).get("city") for member in people]


@pytest.mark.databases
def test_only_a_confirmation_takes_over_what_is_right(application, people):
    row = preview(application)
    assert cities(people) == [None, None]
    found = services.confirm_fact_import(row)
    assert (found.new, len(found.errors), len(found.unknown_people)) == (4, 1, 1)
    assert cities(people) == ["上海", "北京"]
    assert not FactImport.objects.exists()


def test_what_the_preview_says_is_what_the_confirmation_does(application, people):
    row, found = services.preview_fact_import(application.corporation, SHEET, by="hr")
    assert services.confirm_fact_import(row) == found


@pytest.mark.databases
def test_a_file_is_confirmed_once(application, people):
    row = preview(application)
    services.confirm_fact_import(row)
    services.set_facts(people[0], {"city": "广州"})
    with pytest.raises(FactRefused):
        services.confirm_fact_import(row)
    assert cities(people) == ["广州", "北京"]


@pytest.mark.databases
def test_a_dismissed_or_old_file_is_forgotten(application, people):
    services.dismiss_fact_import(preview(application))
    assert not FactImport.objects.exists()
    row = preview(application)
    later = timezone.now() + timedelta(minutes=61)
    with pytest.raises(FactRefused):
        services.confirm_fact_import(row, now=later)
    assert delete_expired_fact_imports(now=later) == 1
    assert cities(people) == [None, None]


def test_a_new_preview_takes_expired_ones_away(application):
    services.preview_fact_import(application.corporation, SHEET, by="hr", now=timezone.now() - timedelta(hours=2))
    row = preview(application)
    assert list(FactImport.objects.all()) == [row]


def test_nothing_personal_lies_readable_between_preview_and_confirmation(application, people):
    row = preview(application)
    stored = FactImport.objects.filter(pk=row.pk).extra(select={"raw": "content"}).values_list("raw", flat=True)[0]
    assert stored.startswith("ouf1:")
    assert tables_with("上海", "1988-03-07") == []


@pytest.mark.parametrize("change", ["deleted", "narrowed"])
def test_a_fact_that_changed_meanwhile_refuses_the_whole_file(application, people, change):
    fields = {"key": "size", "name": "尺码", "kind": "choice", "choices": ["S", "M"]}
    definition = services.save_fact_definition(FactDefinition(corporation=application.corporation, **fields))
    row = preview(application, "账号,城市,尺码\nlisi,北京,M\n".encode())
    if change == "deleted":
        services.remove_fact_definition(definition)
    else:
        definition.choices = ["S"]
        services.save_fact_definition(definition)
    with pytest.raises(FactRefused) as error:
        services.confirm_fact_import(row)
    assert error.value.field == "size"
    assert cities(people) == [None, None]


def test_an_erased_person_takes_the_waiting_file_along(application, people):
    row = preview(application)
    services.erase_person(people[0], by="hr")
    assert not FactImport.objects.filter(pk=row.pk).exists()


def test_new_languages_are_announced(application, people):
    heard = []

    def listen(before: dict[int, str], author: Author, **_: object) -> None:
        heard.append((before, author))

    language_chosen.connect(listen)
    try:
        services.confirm_fact_import(preview(application), author=Author(over_api=True))
    finally:
        language_chosen.disconnect(listen)
    assert heard == [({people[0].pk: ""}, Author(over_api=True))]


@pytest.mark.databases
@pytest.mark.parametrize(("strict", "expected"), [(False, ["上海", "北京"]), (True, [None, None])])
def test_a_table_is_taken_over_without_its_flaws_or_not_at_all(application, people, strict, expected):
    corporation = application.corporation
    dry = services.import_facts(corporation, read_table(SHEET), strict=strict, dry_run=True)
    assert cities(people) == [None, None]
    assert services.import_facts(corporation, read_table(SHEET), strict=strict) == dry
    assert cities(people) == expected
