"""Fields of single kinds of steps go into one JSON column.

On PostgreSQL the columns stay for one release, because processes of the version before read and write them while an
update rolls: a trigger keeps both the same. The next release drops the trigger and the columns. SQLite is updated while
nothing runs, so there they go at once.
"""

import json
from typing import Any

from django.db import migrations, models

BATCH = 500  # rows
DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(("title", "link", "picture_url", "choices", "file_types", "validator", "retry_text", "mode"), ""),
    **dict.fromkeys(("values", "formula", "url", "headers", "body", "results", "given", "taken", "reminder"), ""),
    **dict.fromkeys(("minimum", "maximum", "wait_for", "remind_after")),
    **{"form": "text", "slot_type": "text", "as_card": True, "retries": 2, "wait_unit": 1, "method": "POST"},
    **{"seconds": 15, "attempts": 3, "expire_after": 60},
}
# The version before does not write `details`; a row of this one that has only defaults leaves the columns empty.
TRIGGER = """
CREATE FUNCTION conversations_state_details() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE defaults jsonb := '%s';
BEGIN
    IF NEW.details = (CASE TG_OP WHEN 'UPDATE' THEN OLD.details ELSE '{}' END) THEN
        NEW.details := (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM (
            SELECT key, value FROM jsonb_each(NEW.details) WHERE NOT defaults ? key
            UNION ALL SELECT key, value FROM jsonb_each(to_jsonb(NEW))
            WHERE defaults ? key AND value <> defaults -> key AND value <> 'null'
        ) AS kept);
    END IF;
    RETURN jsonb_populate_record(NEW, defaults || NEW.details);
END $$;
CREATE TRIGGER state_details BEFORE INSERT OR UPDATE ON conversations_state
FOR EACH ROW EXECUTE FUNCTION conversations_state_details();
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Each row keeps what differs from the defaults."""
    rows = apps.get_model("conversations", "State").objects.using(schema_editor.connection.alias)
    batch = []
    for row in rows.order_by("pk").iterator(chunk_size=BATCH):
        row.details = {name: getattr(row, name) for name, usual in DEFAULTS.items() if getattr(row, name) != usual}
        batch.append(row)
        if len(batch) == BATCH:
            rows.bulk_update(batch, ["details"])
            batch.clear()
    rows.bulk_update(batch, ["details"])


def retire(apps: Any, schema_editor: Any) -> None:
    """The columns are kept the same as `details`; on SQLite they go."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(TRIGGER % json.dumps(DEFAULTS), params=None)
        return
    for name in DEFAULTS:
        schema_editor.execute(f"ALTER TABLE conversations_state DROP COLUMN {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_care")]

    operations = [
        migrations.AddField(
            "state",
            "details",
            models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, editable=False),
        ),
        migrations.RunPython(fill, elidable=True),
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(retire)], [migrations.RemoveField("state", name) for name in DEFAULTS]
        ),
    ]
