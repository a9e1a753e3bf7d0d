"""The application whose members watch videos."""

import pytest


@pytest.fixture
def application(connected, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SITE_URL = "http://testserver"
    url = connected.api_base_url
    settings.WECOM = {**settings.WECOM, "OAUTH_BASE_URL": url, "LOGIN_BASE_URL": url}
    return connected
