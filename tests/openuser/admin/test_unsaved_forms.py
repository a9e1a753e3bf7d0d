"""Every form of the admin that can be saved asks before it is left; a browser sees that it does."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

pytestmark = pytest.mark.django_db


def test_every_form_that_can_be_saved_asks_before_it_is_left():
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("boss")
    silent = [
        model.__name__
        for model, page in admin.site._registry.items()
        if (page.has_add_permission(request) or page.has_change_permission(request))
        and not getattr(page, "warn_unsaved_form", False)
    ]
    assert silent == []
