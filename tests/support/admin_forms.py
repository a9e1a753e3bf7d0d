"""The form of an admin page as a browser would send it."""

from collections.abc import Iterable
from typing import Any

from django.db.models.fields.files import FieldFile
from django.test import Client

from tests.support.admin_rendering import unrendered


def unchanged(client: Client, address: str) -> dict[str, Any]:
    """What the page would send as it stands, with the rows of its tables. Its HTML, most of the work, is not made."""
    with unrendered():
        context: Any = client.get(address).context_data
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return sent_by(forms)


def sent_by(forms: Iterable[Any]) -> dict[str, Any]:
    """What a browser sends of these forms as they stand."""
    values = {field.html_name: field.value() for form in forms for field in form}
    kept = {name: value for name, value in values.items() if value is not None and value is not False}
    # A browser sends a file only where one was chosen.
    return {name: value for name, value in kept.items() if not isinstance(value, FieldFile)}
