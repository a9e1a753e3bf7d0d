"""The life that campaigns and series share."""

import pytest
from django.apps import apps

from core.evidence.stated_reasons import has_words
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.mailings.approval_and_pause import KINDS
from scheduling.models import Mailing
from tests.scheduling.support.campaigns import approve, make_campaign, make_person
from tests.scheduling.support.series import make_series

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("application")]
MAKE = [make_campaign, make_series]


def test_each_kind_of_mailing_has_its_life():
    assert {model for model in apps.get_models() if issubclass(model, Mailing)} == set(KINDS)


@pytest.mark.parametrize("make", MAKE)
def test_what_was_approved_is_paused_only_after_its_start(make):
    mailing = approve(make())
    with pytest.raises(SchedulingError, match="paused") as refusal:
        services.pause_mailing(mailing)
    assert has_words(refusal.value.remedy)
    mailing.refresh_from_db()
    assert mailing.state == "approved"


@pytest.mark.parametrize("make", MAKE)
def test_a_changed_mailing_has_no_approval_to_go_on_with(make):
    mailing = approve(make())
    type(mailing).objects.filter(pk=mailing.pk).update(state="paused", audience={"tags": [4]})
    with pytest.raises(SchedulingError) as refusal:
        services.resume_mailing(mailing)
    assert refusal.value.code == "not_approved"


@pytest.mark.parametrize("make", MAKE)
def test_an_approver_who_saw_something_else_is_refused(make):
    mailing = services.ask_approval(make(), by=make_person())
    with pytest.raises(SchedulingError) as refusal:
        services.approve(mailing, by=make_person(), seen="0" * 64)
    assert refusal.value.code == f"{mailing._meta.model_name}_changed"


@pytest.mark.parametrize("make", MAKE)
def test_a_cancelled_mailing_stays_cancelled(make):
    mailing = services.cancel_mailing(approve(make()), why="改期了")
    assert services.last_change(mailing, "cancelled").why == "改期了"
    with pytest.raises(SchedulingError):
        services.ask_approval(mailing)


@pytest.mark.parametrize("make", MAKE)
def test_only_what_never_went_out_is_removed(make):
    mailing = make()
    services.remove_mailing(mailing)
    assert not type(mailing).objects.filter(pk=mailing.pk).exists()
