"""Exports: equal rows are equal bytes, and what cannot be told in a file is refused by name."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import AudienceSheet, Segment
from tests.scheduling.support.campaigns import make_campaign
from tests.scheduling.support.plain_messages import clock
from tests.support.factories import make_application, make_flow, make_template

pytestmark = pytest.mark.django_db

WHOLE = """\
version: 1
segments:
  - name: 上海
    rule:
      op: all
      rules:
        - subject: fact:city
          test: is
          value: 上海
  - name: 新人
    description: 三十天内入职
    rule:
      op: all
      rules:
        - subject: segment
          test: one_of
          value:
            - 上海
        - subject: fact:start_date
          test: within_days
          value:
            - -30
            - 0
campaigns:
  - name: 早安
    application: 1000002
    content_type: text
    message_class: optional
    repeats: once
    starts_at: 2026-12-01T09:00:00+08:00
    time_zone: Asia/Shanghai
    days: every
    missed: once
    valid_minutes: 180
    link_clicks: none
    interrupts: wait
    audience:
      departments:
        - number: 7
        - number: 9
          below: false
      segments:
        - 新人
      exclude:
        members:
          - zhangsan
    contents:
      zh-hans:
        text: |-
          早上好，{{name|同事}}！
          今天也加油。
      en:
        text: Good morning!
"""


def make_segments(company):
    rules = [{"subject": "fact:city", "test": "is", "value": "上海"}]
    city = services.save_segment(Segment(corporation=company, name="上海", rule={"op": "all", "rules": rules}))
    rules = [
        {"subject": "segment", "test": "one_of", "value": [city.pk]},
        {"subject": "fact:start_date", "test": "within_days", "value": [-30, 0]},
    ]
    words = {"name": "新人", "description": "三十天内入职", "rule": {"op": "all", "rules": rules}}
    return services.save_segment(Segment(corporation=company, **words))


def refused(campaigns) -> str:
    with pytest.raises(SchedulingError) as caught:
        services.export_file(campaigns=campaigns)
    assert caught.value.remedy
    return caught.value.code


def test_an_export_is_yaml_that_people_read(application):
    type(application).objects.filter(pk=application.pk).update(agent_id=1000002)
    newcomers = make_segments(application.corporation)
    campaign = make_campaign(
        "早上好，{{name|同事}}！\r\n今天也加油。",
        {"language": "en", "text": "Good morning!"},
        name="早安",
        application=application,
        starts_at=clock("2026-12-01T09:00"),
        valid_minutes=180,
        audience={
            "segments": [newcomers.pk],
            "departments": [{"number": 9, "below": False}, 7],
            "exclude": {"members": ["zhangsan"]},
        },
    )
    application.refresh_from_db()
    packed = services.export_file(campaigns=[campaign])
    written = iter(packed.data.decode().splitlines())
    assert [line for line in WHOLE.splitlines() if line not in written] == []  # other fields may stand in between
    assert (packed.name, packed.content_type) == ("campaigns.yaml", "application/yaml; charset=utf-8")


def test_files_lie_beside_the_yaml(application):
    campaign = make_campaign({"file": ContentFile("十二月".encode(), name="通知.txt")}, content_type="file")
    packed = services.export_file(campaigns=[campaign])
    with zipfile.ZipFile(BytesIO(packed.data)) as archive:
        document, file = archive.namelist()
        assert document == "campaigns.yaml"
        assert archive.read(file).decode() == "十二月"
        assert file.removeprefix("files/") in archive.read(document).decode()
    assert services.export_file(campaigns=[campaign]).data == packed.data


def test_rows_are_named_and_never_numbered(application):
    flow, template = make_flow(name="问候"), make_template(name="周一播报")
    greeting = make_campaign({"flow": flow}, content_type="flow", name="甲")
    report = make_campaign({"template": template, "values": {"b": "1", "a": "2"}}, content_type="video", name="乙")
    text = services.export_file(campaigns=[report, greeting]).data.decode()
    assert "flow: 问候\n" in text
    assert "template: 周一播报\n        values:\n          a: '2'" in text
    assert text.index("name: 乙") < text.index("name: 甲")


def test_what_is_gone_is_told_by_the_campaign_that_names_it(application):
    segment = make_segments(application.corporation)
    campaign = make_campaign(audience={"segments": [segment.pk]})
    Segment.objects.filter(pk=segment.pk).delete()
    assert refused([campaign]) == "segment_gone"
    assert refused([make_campaign(audience={"sheet": 4711})]) == "list_gone"


def test_two_campaigns_of_one_name_are_told_apart_by_nothing(application):
    assert refused([make_campaign(), make_campaign()]) == "name_taken"


def test_a_file_is_of_one_company(application):
    other = make_application(agent_id=9)
    assert refused([make_campaign(), make_campaign(name="乙", application=other)]) == "two_companies"


def test_an_uploaded_list_is_named_and_not_told(application):
    sheet = AudienceSheet.objects.create(
        corporation=application.corporation, name="出差名单", kept=True, expires_at=clock("2027-01-01T00:00")
    )
    text = services.export_file(campaigns=[make_campaign(audience={"sheet": sheet.pk})]).data.decode()
    assert "audience:\n      list: 出差名单\n" in text
