"""An app beside OpenUser, as a developer has one; installed by the tests of the guide only."""

from django.apps import AppConfig


class GuideConfig(AppConfig):
    name = "tests.guide_app"
