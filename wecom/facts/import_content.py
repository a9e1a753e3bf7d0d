"""The values of a file, packed into the encrypted column of its row until it is confirmed."""

import base64
import json
import zlib
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any

from wecom.facts.fact_values import Value
from wecom.facts.sheet_import import Findings, RowError, Sample


def packed(findings: Findings) -> str:
    """The findings as text."""
    plain = asdict(findings)
    plain["changes"] = [
        [member, {key: _tagged(value) for key, value in values.items()}] for member, values in findings.changes.items()
    ]
    return base64.b85encode(zlib.compress(json.dumps(plain, ensure_ascii=False).encode(), level=3)).decode()


def unpacked(text: str) -> Findings:
    """The findings that were packed."""
    plain: dict[str, Any] = json.loads(zlib.decompress(base64.b85decode(text)))
    plain["errors"] = [RowError(**error) for error in plain["errors"]]
    plain["samples"] = [Sample(**sample) for sample in plain["samples"]]
    plain["unknown_people"] = [(row, user_id) for row, user_id in plain["unknown_people"]]
    plain["changes"] = {
        member: {key: _untagged(value) for key, value in values.items()} for member, values in plain["changes"]
    }
    known = {field.name for field in fields(Findings)}
    return Findings(**{name: value for name, value in plain.items() if name in known})


def _tagged(value: Value | None) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, date):
        return ["date", value.isoformat()]
    return ["number", str(value)] if isinstance(value, Decimal) else ["text", value]


def _untagged(pair: list[str] | None) -> Value | None:
    if pair is None:
        return None
    kind, text = pair
    return date.fromisoformat(text) if kind == "date" else Decimal(text) if kind == "number" else text
