"""Answers and documents for some members only: told by no path once the right to them is gone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from conversations import services
from conversations.knowledge.answer_retrieval import find, is_for
from conversations.knowledge.documents import passage_index
from conversations.knowledge.documents.passage_retrieval import find_passages
from conversations.models import Answer, Conversation, Desk, Document, QuestionOccurrence, UnansweredQuestion
from conversations.providers.sources import find_sources
from conversations.videos import awaitables
from tests.conversations.support.flow_pages import staff
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.directory import department_rows, member_rows, tag_rows
from wecom.models import Department, Member, Membership, Tag

pytestmark = pytest.mark.django_db
ZH = "zh-hans"
QUESTION, SECRET = "仓库值班表", "周末由老刘值班。"
NEAR = "仓库"
DOCUMENT_QUESTION, PASSAGE = "打印机卡纸", "小王"
HANDBOOK = f"# 打印机\n\n打印机卡纸请找行政部{PASSAGE}。\n"
HEAD, TEAM, OTHER = 2, 3, 9


@pytest.fixture(autouse=True)
def fresh_passages(media):
    yield
    passage_index._indexes.clear()


@pytest.fixture
def member(application) -> Member:
    return factories.make_member(application, "zhangsan", status="active")


class Right:
    """What an answer is restricted to, and how a member has it."""

    def __init__(self, member: Member, application: Any) -> None:
        self.member, self.application = member, application
        self.head = factories.make_department(application, HEAD, "仓库部", parent_number=1)
        self.team = factories.make_department(application, TEAM, "夜班", parent_number=HEAD)
        self.tag = factories.make_tag(application, 5, "值班")

    def department(self) -> Model:
        self.joins(self.head)
        return self.head

    def department_above(self) -> Model:
        self.joins(self.team)
        return self.head

    def tag_of_member(self) -> Model:
        self.tag.members.add(self.member)
        return self.tag

    def tag_of_department(self) -> Model:
        self.joins(self.head)
        self.tag.departments.add(self.head)
        return self.tag

    def joins(self, department: Department) -> None:
        Membership.objects.create(member=self.member, department=department)

    # How it ends: as the directory writes it, and as it is while a sync is not done.

    def deleted(self) -> None:
        tag_rows.mark_deleted(self.application, self.tag.number)
        department_rows.delete(Department.objects.filter(pk__in=[self.head.pk, self.team.pk]))

    def deleted_with_holders(self) -> None:
        Tag.objects.update(gone_at=timezone.now())
        Department.objects.update(gone_at=timezone.now())

    def moved_out(self) -> None:
        self.member.memberships.all().delete()
        self.tag.members.remove(self.member)

    def left(self) -> None:
        member_rows.mark_left(self.member)

    def name_passed_on(self) -> None:
        """The old ones are renamed; others have their names and the member."""
        self.moved_out()
        for model, name in ((Tag, "值班"), (Department, "仓库部")):
            model.objects.filter(name=name).update(name="旧")
        factories.make_tag(self.application, OTHER, "值班").members.add(self.member)
        self.joins(factories.make_department(self.application, OTHER, "仓库部", parent_number=1))


RIGHTS = ("department", "department_above", "tag_of_member", "tag_of_department")
ENDS = ("deleted", "deleted_with_holders", "moved_out", "left", "name_passed_on")


@pytest.fixture
def right(member, application) -> Right:
    """With an answer and a document, which are for everybody yet."""
    factories.make_answer(QUESTION, SECRET)
    factories.make_answer("仓库电话号码", "8001。")
    document = services.save_document(
        Document(title="员工手册"), file=SimpleUploadedFile("handbook.md", HANDBOOK.encode())
    )
    services.read_document(document.pk)
    return Right(member, application)


def restrict(to: Model) -> None:
    kind = "tags" if isinstance(to, Tag) else "departments"
    services.save_answer(answer(), **{kind: [to]})
    services.save_document(Document.objects.get(), **{kind: [to]})  # type: ignore[arg-type]


def answer() -> Answer:
    return Answer.objects.get(question=QUESTION)


def member_of(person: Person) -> Member:
    return Member.objects.get(user_id=person.user_id)


def said(person: Person) -> str:
    return "\n".join(person.says(QUESTION))


def suggested(person: Person) -> str:
    return "\n".join(person.says(NEAR))


def pressed(person: Person) -> str:
    """The button of a card from before."""
    return "\n".join(person.taps(f"answer:{answer().pk}", "answers-earlier"))


def chosen_by_number(person: Person) -> str:
    """A number of a list from before."""
    Desk.objects.update(progress_cards=False)
    person.says("飞碟")
    Conversation.objects.get().note_reply(found=False, suggested=[answer().pk])
    return "\n".join(person.says("1"))


def told_later(person: Person) -> str:
    """The answer to a question that had none when it was asked."""
    person.says("飞碟")
    QuestionOccurrence.objects.update(wants_answer=True)
    services.answer_question(UnansweredQuestion.objects.get(), answer())
    services.tell_answers(now=timezone.make_aware(datetime(2026, 12, 1, 10)))
    return "\n".join(person.read())


def quoted(person: Person) -> str:
    return "\n".join(person.says(DOCUMENT_QUESTION))


def found(person: Person) -> str:
    matches = [find(text, language=ZH, member=member_of(person)).matches for text in (QUESTION, NEAR)]
    assert is_for(answer().pk, member_of(person)) == any(match.entry.pk == answer().pk for match in matches[0])
    return "\n".join(match.entry.question for some in matches for match in some)


def passages(person: Person) -> str:
    return "\n".join(
        one.passage.text for one in find_passages(DOCUMENT_QUESTION, language=ZH, member=member_of(person))
    )


def answers_for_model(person: Person) -> str:
    return "\n".join(one.text for one in find_sources(NEAR, language=ZH, member=member_of(person)))


def passages_for_model(person: Person) -> str:
    return "\n".join(one.text for one in find_sources(DOCUMENT_QUESTION, language=ZH, member=member_of(person)))


def answers_tried(person: Person) -> str:
    shown = tried(person, QUESTION)
    return "\n".join(row.answer.answer for row in shown["rows"])


def passages_tried(person: Person) -> str:
    shown = tried(person, DOCUMENT_QUESTION)
    return "\n".join([*(row.text for row in shown["passages"]), shown["quoted"]])


def tried(person: Person, text: str) -> Any:
    """What the page on which HR tries a question shows, as asked by the member."""
    address = reverse("admin:conversations_answer_try_question")
    return staff("hr", superuser=True).get(address, {"q": text, "member": person.user_id}).context


PATHS: dict[Callable[[Person], str], str] = {
    said: SECRET,
    suggested: QUESTION,
    pressed: SECRET,
    chosen_by_number: SECRET,
    told_later: SECRET,
    quoted: PASSAGE,
    found: QUESTION,
    passages: PASSAGE,
    answers_for_model: SECRET,
    passages_for_model: PASSAGE,
    answers_tried: SECRET,
    passages_tried: PASSAGE,
}
"""What would come out of each way in which answers and documents are read."""


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
@pytest.mark.parametrize("kind", ["tag_of_member", "department"])
def test_who_has_the_right_is_told(person, right, path, kind):
    restrict(getattr(right, kind)())
    assert PATHS[path] in path(person)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
@pytest.mark.parametrize("end", ENDS)
def test_no_path_tells_it_once_the_right_is_gone(person, right, path, end):
    restrict(right.tag_of_member())
    getattr(right, end)()
    assert PATHS[path] not in path(person)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", RIGHTS)
def test_each_right_ends_for_answers_and_documents(person, right, kind, end):
    restrict(getattr(right, kind)())
    assert QUESTION in found(person)
    assert PASSAGE in passages(person)
    getattr(right, end)()
    assert QUESTION not in found(person)
    assert PASSAGE not in passages(person)


@pytest.mark.parametrize("kind", RIGHTS)
def test_who_is_not_known_gets_nothing_that_is_for_some(person, right, kind):
    restrict(getattr(right, kind)())
    assert QUESTION not in [match.entry.question for match in find(QUESTION, language=ZH).matches]
    assert find_passages(DOCUMENT_QUESTION, language=ZH) == []
    assert SECRET not in awaitables.reply_to(QUESTION)


@pytest.mark.parametrize("kind", RIGHTS)
def test_examples_name_nothing_that_is_for_some(person, right, kind):
    examples = "\n".join(person.says("飞碟"))
    assert QUESTION in examples
    restrict(getattr(right, kind)())
    assert QUESTION not in "\n".join(person.says("不明飞行物"))
