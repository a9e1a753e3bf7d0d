from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline

WITH_REASON = ("cardupdate", "download", "groupmessage", "outbound")


class Migration(migrations.Migration):
    """What rows of a rare kind, event, reason or status, and the members of a department, are found by."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("wecom", "0039_range_index")]

    operations = [
        AddIndexOnline(
            model_name="callback",
            index=models.Index(
                fields=["kind", "id"],
                condition=models.Q(("kind__in", ["text", "event"]), _negated=True),
                name="callback_kind",
            ),
        ),
        AddIndexOnline(
            model_name="callback",
            index=models.Index(
                fields=["event", "id"], condition=models.Q(("event", ""), _negated=True), name="callback_event"
            ),
        ),
        AddIndexOnline(
            model_name="outbound",
            index=models.Index(
                fields=["msgtype", "id"], condition=models.Q(("msgtype", "text"), _negated=True), name="outbound_type"
            ),
        ),
        *(
            AddIndexOnline(
                model_name=name,
                index=models.Index(
                    fields=["-id"], condition=models.Q(("reason", ""), _negated=True), name=f"{name}_with_reason"
                ),
            )
            for name in WITH_REASON
        ),
        AddIndexOnline(model_name="download", index=models.Index(fields=["kind", "id"], name="download_kind")),
        AddIndexOnline(model_name="upload", index=models.Index(fields=["kind", "id"], name="upload_kind")),
        AddIndexOnline(model_name="member", index=models.Index(fields=["status", "id"], name="member_status")),
        AddIndexOnline(
            model_name="membership",
            index=models.Index(fields=["department", "member"], name="membership_members"),
        ),
    ]
