"""Who is in the directory, once it was read; and that connecting an application reads it."""

import pytest

from tests.support.factories import make_application, make_directory_sync, make_member
from wecom import services
from wecom.exceptions import ContentError
from wecom.models import DirectorySync

pytestmark = pytest.mark.django_db


def test_saving_a_new_application_reads_its_directory_once():
    application = make_application()
    for _ in range(2):
        services.save_application(application)
    assert [(row.kind, row.status) for row in application.directory_syncs.all()] == [("full", "queued")]


def test_the_settings_application_without_a_sync_gets_one(settings):
    application = make_application(is_default=True)
    keys = {"CORP_ID": application.corporation.corp_id, "AGENT_ID": application.agent_id}
    keys |= {"CORP_SECRET": application.secret, "TOKEN": application.token}
    keys |= {"ENCODING_AES_KEY": application.encoding_aes_key, "API_BASE_URL": application.api_base_url}
    settings.WECOM = {**settings.WECOM, **keys}
    for _ in range(2):
        services.configure_from_settings()
    assert DirectorySync.objects.count() == 1


def test_switched_off_syncs_stay_off_when_an_application_connects(settings):
    settings.WECOM = {**settings.WECOM, "DIRECTORY_SYNC_HOURS": 0}
    services.save_application(make_application())
    assert not DirectorySync.objects.exists()


@pytest.mark.parametrize(("status", "reason"), [("queued", ""), ("failed", "forbidden"), ("done", "incomplete")])
def test_nobody_is_unknown_before_the_directory_was_read(status, reason):
    application = make_application(is_default=True)
    make_directory_sync(application, status=status, reason=reason)
    assert services.find_unknown(["lisi"]) == []
    services.check_reachable("lisi")


def test_an_id_that_the_directory_lacks_is_refused_by_name():
    application = make_application(is_default=True)
    make_member(application, "lisi")
    make_directory_sync(application, status="done")
    assert services.find_unknown(["LiSi", "不存在"]) == ["不存在"]
    services.check_reachable("LiSi")
    with pytest.raises(ContentError, match="不存在") as caught:
        services.check_reachable("不存在")
    assert (caught.value.code, caught.value.field) == ("unknown_member", "to")
