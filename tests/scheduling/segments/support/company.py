"""A small company with departments, tags and facts, as rows and as plain values."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.scheduling.segments.support.oracle import Person
from tests.support.factories import make_department, make_member, make_tag
from wecom.models import Application, FactDefinition, MemberFact, Membership

TODAY = date(2027, 2, 28)
ABOVE = {1: (), 7: (1,), 8: (7, 1), 9: (1,)}
NAMES = {1: "公司", 7: "研发部", 8: "平台组", 9: "上海"}
PEOPLE = (
    Person(user_id="anna", name="Anna Lee", position="Engineer", gender="female", status="active",
           facts={"start_date": date(2027, 2, 1), "city": "Shanghai", "level": Decimal("3")},
           departments={8: (7, 1)}, tags=frozenset({3})),
    Person(user_id="ben", name="贝恩", position="engineer 工程师", status="active", departments={7: (1,)},
           is_leader=True, facts={"start_date": date(2020, 2, 29), "birthday": date(1992, 2, 29),
                                   "level": Decimal("3.5")}),
    Person(user_id="chen", name="陈晨", gender="male", status="left",
           facts={"start_date": date(2027, 2, 28), "birthday": date(1990, 2, 28), "city": "上海", "team": "red"}),
    Person(user_id="dora", name="DORA", position="É100%_x", status="not_activated", departments={9: (1,)},
           facts={"start_date": date(2027, 3, 7), "birthday": date(1985, 3, 1), "team": "blue"}, tags=frozenset({4})),
    Person(user_id="eva", facts={"birthday": date(2000, 12, 31), "city": "shanghai", "level": Decimal("-2")}),
    Person(user_id="finn", name="Finn", status="disabled", departments={8: (7, 1), 9: (1,)}, tags=frozenset({4}),
           facts={"birthday": date(1999, 1, 1), "start_date": date(2026, 2, 28)}),
)  # fmt: skip


def make_company(application: Application) -> None:
    """The rows of `PEOPLE`. Tag 4 is the one of department 9."""
    places = {n: make_department(application, n, NAMES[n], parent_number=(up or (0,))[0]) for n, up in ABOVE.items()}
    tags = {3: make_tag(application, 3, "试用期"), 4: make_tag(application, 4, "沪")}
    tags[4].departments.add(places[9])
    make_facts(application)
    for person in PEOPLE:
        columns = {name: getattr(person, name) for name in ("name", "position", "gender", "status")}
        member = make_member(application, person.user_id, **columns)
        for number in person.departments:
            Membership.objects.create(member=member, department=places[number], is_leader=person.is_leader)
        member.tags.add(*(tags[number] for number in person.tags - {4}))
        MemberFact.objects.bulk_create(
            MemberFact(member=member, key=key, **column(value)) for key, value in person.facts.items()
        )


def make_facts(application: Application) -> None:
    """Facts of the company's own."""
    for key, name, kind, choices in (("level", "职级", "number", []), ("team", "队", "choice", ["red", "blue"])):
        FactDefinition.objects.create(
            corporation=application.corporation, key=key, name=name, kind=kind, choices=choices
        )


def column(value: Any) -> dict[str, Any]:
    name = {str: "text", Decimal: "number", date: "date"}[type(value)]
    return {name: value}
