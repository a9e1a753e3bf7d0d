"""Evidence of deliveries: what was said, approved and sent, signed, and verified from a file."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from scheduling import services
from scheduling.models import Delivery
from tests.scheduling.support.campaigns import launch, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def found(company, staff, tmp_path):
    """The evidence of one member's own words, as a file."""
    launch("{{name}}，三点开会")
    work()
    delivery = Delivery.objects.select_related("member").get(member__user_id=staff[0].user_id)
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(services.evidence_bundle(delivery), ensure_ascii=False, indent=2), encoding="utf-8")
    return file


def test_it_says_what_was_sent_and_who_approved_it(found, staff):
    data = json.loads(found.read_text(encoding="utf-8"))
    assert (data["member"], data["status"]) == (staff[0].user_id, "sent")
    assert data["call"]["content"] == {"content": f"{staff[0].user_id}，三点开会"}
    assert data["call"]["msgid"]
    assert [one["outcome"] for one in data["call"]["attempts"]] == ["sent"]
    assert data["approval"]["digest"] == data["campaign"]["digest"]
    assert data["approval"]["by"] != data["asked"]["by"]
    assert data["video"] is None


def test_the_file_verifies_and_a_changed_one_does_not(found):
    out = StringIO()
    call_command("verify_evidence", str(found), "--ours", stdout=out)
    assert "Signed by" in out.getvalue()
    found.write_text(found.read_text(encoding="utf-8").replace("三点", "四点"), encoding="utf-8")
    with pytest.raises(CommandError, match="not as it was signed"):
        call_command("verify_evidence", str(found))


def test_who_was_left_out_has_evidence_without_a_call(company, staff):
    launch(audience={"members": [staff[0].user_id]})
    work()
    Delivery.objects.update(status="skipped", reason="cap", batch=0)
    data = services.evidence_bundle(Delivery.objects.get())
    assert (data["status"], data["reason"], data["call"]) == ("skipped", "cap", None)
