"""Facts in the admin: the company's own, those of one member, and files of them."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.spreadsheets import read_table
from tests.support.admin_forms import unchanged
from tests.support.factories import make_application, make_member
from wecom import services
from wecom.facts.stored_values import facts_of
from wecom.models import Application, FactDefinition, FactImport, Member, MemberFact
from wecom.signals import fact_definition_removing

pytestmark = pytest.mark.django_db
IMPORT = reverse("admin:wecom_factdefinition_import")
ADD = reverse("admin:wecom_factdefinition_add")
SHEET = "账号,城市,生日\nzhangsan,上海,1988-03-07\nlisi,北京,soon\nghost,深圳,\n"


@pytest.fixture
def application() -> Application:
    return make_application(is_default=True)


@pytest.fixture
def member(application) -> Member:
    member = make_member(application, "zhangsan", name="张三")
    services.set_facts(member, {"birthday": "1988-03-07", "city": "上海"})
    return member


def signed_in(role: str, name: str = "") -> Client:
    user = User.objects.create_user(name or f"a-{role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def editor(db) -> Client:
    return signed_in("editor")


def of(member: Member) -> str:
    return reverse("admin:wecom_member_change", args=[member.pk])


def text(answer: Any) -> str:
    return str(answer.content.decode())


# ---- a member's page


def test_who_may_edit_has_a_typed_field_for_each_fact(editor, application, member):
    fields = {"key": "size", "name": "Size", "kind": "choice", "choices": ["S", "M"]}
    services.save_fact_definition(FactDefinition(corporation=application.corporation, **fields))
    page = text(editor.get(of(member)))
    assert re.search(r'<input type="date" name="fact_birthday" value="1988-03-07"', page)
    assert re.search(r'<select name="fact_size"', page)
    assert 'value="上海"' in page


def test_a_facts_change_is_stored_and_its_history_holds_no_value(editor, member):
    sent = unchanged(editor, of(member)) | {"fact_birthday": "1990-01-02", "fact_city": ""}
    assert editor.post(of(member), sent).status_code == 302
    assert set(facts_of(member)) == {"birthday"}
    assert facts_of(member)["birthday"].isoformat() == "1990-01-02"
    history = LogEntry.objects.get().change_message
    assert "birthday" in history.lower()
    assert not {"1990", "1988", "上海"} & set(re.findall(r"\w+", history))


def test_a_wrong_value_is_told_at_its_field_and_changes_nothing(editor, member):
    sent = unchanged(editor, of(member)) | {"fact_manager": "nobody", "fact_city": "北京"}
    answer = editor.post(of(member), sent)
    assert list(answer.context["adminform"].form.errors) == ["fact_manager"]
    assert facts_of(member)["city"] == "上海"


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_who_may_not_read_personal_facts_sees_them_masked(role, member):
    page = text(signed_in(role).get(of(member)))
    assert "19**-**-07" in page
    assert "1988" not in page
    assert "上海" in page


def test_who_edits_but_reads_nothing_personal_neither_sees_nor_loses_it(member):
    client = signed_in("editor")
    group = Group.objects.get(name="editor")
    group.permissions.remove(group.permissions.get(codename="read_memberfact"))
    page = text(client.get(of(member)))
    assert "19**-**-07" in page
    assert "1988" not in page
    sent = unchanged(client, of(member)) | {"fact_city": "北京", "fact_birthday": "2000-01-01"}
    assert client.post(of(member), sent).status_code == 302
    assert facts_of(member)["birthday"].isoformat() == "1988-03-07"
    assert facts_of(member)["city"] == "北京"


# ---- the company's own facts


def test_an_own_fact_is_added_with_choices_by_line(editor, application):
    sent = {"corporation": application.corporation_id, "key": "size", "name": "尺码", "kind": "choice"}
    assert editor.post(ADD, {**sent, "choices": "S\n\n M \n"}).status_code == 302
    assert FactDefinition.objects.get().choices == ["S", "M"]


def test_what_is_wrong_with_an_own_fact_is_told_at_its_field(editor, application):
    sent = {"corporation": application.corporation_id, "key": "size", "name": "城市", "kind": "choice", "choices": ""}
    for field, better in (("choices", {"choices": "S"}), ("name", {"name": "尺码"})):
        assert list(editor.post(ADD, sent).context["adminform"].form.errors) == [field]
        sent |= better
    assert list(editor.post(ADD, sent | {"key": "city"}).context["adminform"].form.errors) == ["key"]
    assert editor.post(ADD, sent).status_code == 302


@pytest.mark.databases
def test_the_deletion_says_how_many_values_go_and_where_they_are_used(editor, application, member):
    definition = FactDefinition(corporation=application.corporation, key="size", name="Size", kind="text")
    services.save_fact_definition(definition)
    services.set_facts(member, {"size": "M"})
    address = reverse("admin:wecom_factdefinition_delete", args=[definition.pk])

    def segments(**_: object) -> list[str]:
        return ["Segment “Large”"]

    fact_definition_removing.connect(segments)
    try:
        page = text(editor.get(address))
        assert "Members who lose their value: 1." in page
        assert "Segment “Large”" in page
        assert editor.post(address, {"post": "yes"}).status_code == 302
    finally:
        fact_definition_removing.disconnect(segments)
    assert not MemberFact.objects.filter(key="size").exists()


# ---- files


def upload(client: Client, application: Application, data: str = SHEET) -> Any:
    file = SimpleUploadedFile("facts.csv", data.encode())
    return client.post(IMPORT, {"corporation": application.corporation_id, "file": file})


@pytest.fixture
def preview(editor, application, member) -> str:
    make_member(application, "lisi")
    return str(upload(editor, application).url)


def test_the_preview_counts_and_names_all_that_is_wrong(editor, preview):
    page = text(editor.get(preview))
    assert "Take over 1 values of 1 members" in page
    assert "“soon” is no date that can be read." in page
    assert "ghost" in page
    assert facts_of(Member.objects.get(user_id="lisi")) == {}


@pytest.mark.databases
def test_a_confirmation_takes_over_and_forgets_the_file(editor, preview):
    answer = editor.post(preview, {"confirm": "1"}, follow=True)
    assert "1 values of 1 members were taken over." in text(answer)
    assert facts_of(Member.objects.get(user_id="lisi"))["city"] == "北京"
    assert not FactImport.objects.exists()
    assert "taken over or dismissed" in text(editor.post(preview, {"confirm": "1"}, follow=True))


def test_a_dismissal_changes_nothing(editor, preview):
    assert "Nothing was changed." in text(editor.post(preview, {"dismiss": "1"}, follow=True))
    assert facts_of(Member.objects.get(user_id="lisi")) == {}
    assert not FactImport.objects.exists()


def test_a_preview_is_for_who_uploaded_the_file_and_for_an_hour(editor, preview):
    other = signed_in("editor", "somebody-else")
    assert other.get(preview).url == IMPORT
    assert other.post(preview, {"confirm": "1"}).url == IMPORT
    FactImport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert editor.get(preview).url == IMPORT
    assert "older than an hour" in text(editor.post(preview, {"confirm": "1"}, follow=True))


def test_ten_thousand_broken_lines_stay_a_clear_page_and_a_whole_file(editor, application, member):
    lines = "\n".join(f"zhangsan{number},soon" for number in range(9_999))
    answer = upload(editor, application, f"账号,生日\nzhangsan,=soon\n{lines}\n")
    page = editor.get(answer.url)
    assert text(page).count("<li>zhangsan") == 100
    assert len(page.content) < 300_000
    flaws = editor.get(f"{answer.url}&as=csv")
    rows = [row for _number, row in read_table(flaws.content).rows]
    assert len(rows) == 10_001
    assert [row[0] for row in rows[1:4]] == ["2", "3", "4"]


@pytest.mark.parametrize("data", ["", "姓名,城市\n张三,上海\n", "账号,血型\nzhangsan,A\n"])
def test_a_file_that_cannot_be_imported_is_refused_at_its_field(editor, application, data):
    answer = upload(editor, application, data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert not FactImport.objects.exists()


@pytest.mark.parametrize("file", ["", "x", "0", "99999999999999999999", "1"])
def test_the_preview_of_no_file_leads_to_the_upload(editor, file):
    assert editor.get(IMPORT, {"file": file}).url == IMPORT


def test_the_template_imports_as_it_is_and_changes_nothing(editor, application, member):
    answer = editor.get(reverse("admin:wecom_factdefinition_template"))
    book = load_workbook(BytesIO(answer.content))
    assert len(book.sheetnames) == 2
    assert [cell.value for cell in book.worksheets[0][2]][:2] == ["zhangsan", "张三"]
    _row, found = services.preview_fact_import(application.corporation, answer.content, by="hr")
    assert (found.members, found.changes, found.errors, found.unknown_columns) == (1, {}, [], [])


def test_a_company_without_members_has_a_template_too(editor, application):
    answer = editor.get(reverse("admin:wecom_factdefinition_template"))
    assert load_workbook(BytesIO(answer.content)).worksheets[0].max_row == 1
