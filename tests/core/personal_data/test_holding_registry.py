"""The registry of personal data names every model, so that a new one cannot be kept for ever unnoticed."""

import pytest
from django.core import checks

from conversations.models import Answer
from core.personal_data import holding_registry


def test_every_installed_model_is_listed_once():
    assert holding_registry.unlisted_models() == []
    assert holding_registry.unknown_models() == []


def test_every_model_without_personal_data_says_why():
    assert [label for label, reason in holding_registry._without.items() if not reason] == []


def test_a_model_that_is_missing_is_told_by_a_check(monkeypatch):
    monkeypatch.delitem(holding_registry._without, Answer._meta.label)
    assert holding_registry.unlisted_models() == ["conversations.Answer"]
    found = [warning for warning in checks.run_checks() if warning.id == "openuser.W012"]
    assert ["conversations.Answer" in warning.msg for warning in found] == [True]


def test_a_model_that_is_listed_twice_is_found(monkeypatch):
    monkeypatch.setitem(holding_registry._without, "wecom.Callback", "nothing")
    assert holding_registry.unknown_models() == ["wecom.Callback"]


@pytest.mark.parametrize("holding", holding_registry.holdings(), ids=lambda holding: holding.label)
def test_the_fields_of_a_holding_exist(holding):
    named = {*(holding.blank or {}), *holding.files, *holding.hidden, *([holding.age] if holding.age else [])}
    assert named <= {field.name for field in holding.model._meta.concrete_fields}
