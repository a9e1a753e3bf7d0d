"""The six roles: groups have exactly the table's rights, and every model is in the table."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core import checks
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from openuser import roles
from openuser.roles import DESCRIPTIONS, ROLE_PERMISSIONS, Role

pytestmark = pytest.mark.django_db


def permissions_of(role: Role) -> set[str]:
    group = Group.objects.get(name=role.value)
    names = group.permissions.values_list("content_type__app_label", "content_type__model", "codename")
    return {f"{app}.{model}.{codename}" for app, model, codename in names}


def test_the_table_names_every_model_and_no_other():
    assert roles.models_without_roles() == []
    assert [label for label in ROLE_PERMISSIONS if apps.get_model(label)._meta.label != label] == []


def test_a_model_that_is_missing_is_told_by_a_check(monkeypatch):
    monkeypatch.delitem(ROLE_PERMISSIONS, "conversations.Answer")
    found = [warning for warning in checks.run_checks() if warning.id == "openuser.W010"]
    assert ["conversations.Answer" in warning.msg for warning in found] == [True]


@pytest.mark.parametrize("role", list(Role))
def test_a_group_has_what_the_table_says(role):
    wanted = {
        f"{model._meta.app_label}.{model._meta.model_name}.{name}"
        for model in map(apps.get_model, ROLE_PERMISSIONS)
        for name in roles.codenames(model, role)
    }
    assert permissions_of(role) == wanted


def test_every_word_of_the_table_is_a_permission():
    known = set(Permission.objects.values_list("content_type__app_label", "codename"))
    for model in map(apps.get_model, ROLE_PERMISSIONS):
        for role in Role:
            for name in roles.codenames(model, role):
                assert (model._meta.app_label, name) in known


def test_a_viewer_changes_nothing_and_sees_no_accounts():
    viewer = permissions_of(Role.VIEWER)
    assert viewer
    assert {name.split(".")[2].partition("_")[0] for name in viewer} == {"view"}
    assert not any(name.startswith("auth.") for name in viewer)


def test_who_edits_does_not_send_and_who_sends_does_not_edit():
    viewer, editor, operator = (permissions_of(role) for role in (Role.VIEWER, Role.EDITOR, Role.OPERATOR))
    assert viewer < editor
    assert viewer < operator
    # A requested video tries a digital human out and is not sent. Who records and ends consents reads evidence.
    # What an editor writes of campaigns is a draft; an operator also starts those without approval.
    drafts = {
        f"scheduling.{model}.{word}_{model}"
        for model in ("campaign", "campaigncontent", "audiencesheet")
        for word in ("add", "change", "delete")
    }
    assert (editor & operator) - viewer == {"avatars.render.add_render", "avatars.consent.read_consent", *drafts}
    starts = {f"scheduling.campaign.{word}_campaign" for word in ("send", "start_alone")}
    assert starts <= operator - editor
    assert "scheduling.campaign.approve_campaign" not in editor | operator
    sends = {"wecom.outbound.change_outbound", "wecom.callback.change_callback", "avatars.render.change_render"}
    assert sends <= operator
    assert not sends & editor


def test_schedules_and_their_runs_are_for_looking_at():
    for role in Role:
        own = {name.split(".")[2] for name in permissions_of(role) if name.split(".")[1] in ("schedule", "run")}
        assert role == Role.ADMINISTRATOR or own == {"view_schedule", "view_run"}


def test_only_readers_and_administrators_read_what_members_say():
    rights = {
        "conversations.conversation.read_conversation",
        "conversations.unansweredquestion.read_unansweredquestion",
    }
    rights |= {"wecom.callback.read_callback"}
    reading = {role for role in Role if rights & permissions_of(role)}
    assert reading == {Role.READER, Role.ADMINISTRATOR}
    assert permissions_of(Role.VIEWER) < permissions_of(Role.READER)
    assert all(rights <= permissions_of(role) for role in reading)


@pytest.mark.databases
def test_migrating_again_mends_our_groups_and_leaves_those_of_people_alone():
    own = Group.objects.create(name="night shift")
    own.permissions.add(Permission.objects.get(codename="view_answer"))
    before = permissions_of(Role.VIEWER)
    viewer = Group.objects.get(name="viewer")
    viewer.permissions.set([Permission.objects.get(codename="delete_answer")])
    viewer.user_set.add(User.objects.create_user("lisi"))
    call_command("migrate", verbosity=0)
    assert permissions_of(Role.VIEWER) == before
    assert viewer.user_set.count() == 1
    assert list(own.permissions.values_list("codename", flat=True)) == ["view_answer"]


def test_nothing_is_written_when_all_is_as_it_should_be():
    config = apps.get_app_config("conversations")
    with CaptureQueriesContext(connection) as queries:
        roles.sync_groups(config)
    assert not [query for query in queries if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]


# ---- accounts


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def client(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def save(client: Client, user: User, **changes: object):
    form = {"username": user.username, "is_active": "on", "last_name": "", "first_name": "", "email": "", **changes}
    return client.post(reverse("admin:auth_user_change", args=[user.pk]), form)


def test_the_form_offers_the_six_roles_with_what_they_may_do(client, boss):
    for page in (reverse("admin:auth_user_add"), reverse("admin:auth_user_change", args=[boss.pk])):
        html = client.get(page).content.decode()
        for role in Role:
            assert f'value="{role.value}"' in html
            assert str(DESCRIPTIONS[role]) in html


def test_a_role_opens_the_admin_and_its_loss_closes_it(client):
    user = User.objects.create_user("lisi")
    own = Group.objects.create(name="night shift")
    assert save(client, user, roles=["editor", "operator"], groups=[own.pk]).status_code == 302
    user.refresh_from_db()
    assert user.is_staff
    assert set(user.groups.values_list("name", flat=True)) == {"editor", "operator", "night shift"}
    assert save(client, user).status_code == 302
    user.refresh_from_db()
    assert not user.is_staff
    assert not user.groups.exists()


def test_a_new_account_has_its_role_at_once(client):
    words = {"password1": "long-enough-1", "password2": "long-enough-1", "usable_password": "true"}
    answer = client.post(reverse("admin:auth_user_add"), {"username": "wangwu", "roles": ["viewer"], **words})
    assert answer.status_code == 302
    user = User.objects.get(username="wangwu")
    assert user.is_staff
    visitor = Client()
    assert visitor.post("/admin/login/", {"username": "wangwu", "password": "long-enough-1"}).status_code == 302
    assert visitor.get(reverse("admin:conversations_answer_changelist")).status_code == 200
    assert visitor.get(reverse("admin:conversations_answer_add")).status_code == 403


def test_the_list_of_accounts_says_roles_in_words_and_finds_by_them(client):
    user = User.objects.create_user("lisi", is_staff=True)
    user.groups.add(Group.objects.get(name="operator"))
    page = client.get(reverse("admin:auth_user_changelist"), {"role": "operator"})
    assert [row.username for row in page.context["cl"].result_list] == ["lisi"]
    assert str(Role.OPERATOR.label) in page.content.decode()


def test_our_groups_are_not_edited_and_others_are(client):
    own = Group.objects.create(name="night shift")
    ours = Group.objects.get(name="viewer")
    for page in ("change", "delete"):
        assert client.post(reverse(f"admin:auth_group_{page}", args=[ours.pk]), {"name": "x"}).status_code == 403
    assert client.post(reverse("admin:auth_group_change", args=[own.pk]), {"name": "day shift"}).status_code == 302


@pytest.mark.databases
def test_an_account_whose_name_stands_in_a_history_is_kept(client, boss):
    form = {"question": "几点下班", "kind": "text", "answer": "六点", "enabled": "on"}
    client.post(reverse("admin:conversations_answer_add"), form)
    page = client.get(reverse("admin:auth_user_delete", args=[boss.pk])).content.decode()
    assert 'data-testid="kept"' in page
    assert client.post(reverse("admin:auth_user_delete", args=[boss.pk]), {"post": "yes"}).status_code == 200
    assert User.objects.filter(pk=boss.pk).exists()
    nobody = User.objects.create_user("nobody")
    assert client.post(reverse("admin:auth_user_delete", args=[nobody.pk]), {"post": "yes"}).status_code == 302


@pytest.mark.databases
def test_nobody_locks_themselves_out(client, boss):
    answer = save(client, boss, is_superuser="")
    assert answer.context["adminform"].form.errors["roles"]
    answer = save(client, boss, is_superuser="on", is_active="")
    assert answer.context["adminform"].form.errors["is_active"]
    assert save(client, boss, roles=["administrator"]).status_code == 302
    boss.refresh_from_db()
    assert boss.is_staff
    assert not boss.is_superuser


def test_single_permissions_are_named_in_peoples_words(client):
    page = client.get(reverse("admin:auth_group_add"))
    labels = [label for _value, label in page.context["adminform"].form.fields["permissions"].choices]
    assert "Question and answer · change" in labels
    assert not [
        label for label in labels if "Can " in label and not any(word in label for word in ("publish", "run", "read"))
    ]
    assert not [label for label in labels if "session key" in label.lower()]


def test_a_roles_page_lists_its_rights_and_its_users(client):
    group = Group.objects.get(name="operator")
    group.user_set.add(User.objects.create_user("lisi"))
    html = client.get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()
    assert str(DESCRIPTIONS[Role.OPERATOR]) in html
    assert ">lisi</a>" in html
    assert "Can add" not in html
