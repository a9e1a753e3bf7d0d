"""The form of a step beside the graph: fields, conditions and transitions are those of the step's own page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext

from conversations import services
from conversations.machine.nodes.registry import kind_named
from conversations.models import State
from core.web.admin import change_url


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows that belong to a step, such as its transitions."""

    title: str
    noun: str
    formset: Any


@dataclass(frozen=True, kw_only=True)
class StepForm:
    """A step's form with its rows."""

    step: State
    form: Any
    fieldsets: Any
    readonly: tuple[str, ...]
    rows: tuple[Rows, ...]

    @property
    def is_valid(self) -> bool:
        """Whether all of it is; every part is looked at, so that all errors are shown at once."""
        return all([self.form.is_valid(), *(rows.formset.is_valid() for rows in self.rows)])

    def changes(self) -> tuple[list[Model], list[Model]]:
        """The rows to write and those to delete, once it is valid."""
        written, removed = [], []
        for rows in self.rows:
            written += rows.formset.save(commit=False)
            removed += rows.formset.deleted_objects
        return written, removed

    def html(self, request: HttpRequest, *, after: State | None = None) -> str:
        """The values that the panel shows."""
        page = admin.site.get_model_admin(State)
        adminform = AdminForm(self.form, list(self.fieldsets), {}, self.readonly, model_admin=page)
        problems = [problem for problem in services.check_flow(self.step.flow) if problem.state == self.step.name]
        others = self.step.flow.states.exclude(pk=self.step.pk)
        context = {
            "step": self.step,
            "after": after,
            "title": self.step.name if self.step.pk else gettext("New step"),
            "adminform": adminform,
            "rows": self.rows,
            "problems": problems if self.step.pk else [],
            "others": others if self.step.pk and kind_named(self.step.kind).leads_on else [],
            "url": change_url(self.step) if self.step.pk else "",
            "may_edit": not self.readonly,
        }
        return render_to_string("admin/flows/editor/step.html", context, request)


def step_form(request: HttpRequest, step: State, *, may_edit: bool, bound: bool = False) -> StepForm:
    """The form of a step; `bound` to the posted values."""
    page: Any = admin.site.get_model_admin(State)
    fieldsets = page.fieldsets_of(step, may_change=may_edit)
    form_class = page.get_form(request, step, change=step.pk is not None)
    form = form_class(request.POST, request.FILES, instance=step) if bound else form_class(instance=step)
    for field in form.fields.values():
        # The links beside a choice of rows would leave the graph.
        for link in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if hasattr(field.widget, link):
                setattr(field.widget, link, False)
    rows = tuple(_rows(page, request, step, bound)) if step.pk and may_edit else ()
    readonly = () if may_edit else tuple(flatten_fieldsets(fieldsets))
    return StepForm(step=step, form=form, fieldsets=fieldsets, readonly=readonly, rows=rows)


def _rows(page: Any, request: HttpRequest, step: State, bound: bool) -> Iterator[Rows]:
    prefixes: dict[str, int] = {}
    for formset_class, inline in page.get_formsets_with_inlines(request, step):
        prefix = formset_class.get_default_prefix()
        prefixes[prefix] = prefixes.get(prefix, 0) + 1
        if prefixes[prefix] > 1:
            prefix = f"{prefix}-{prefixes[prefix]}"
        options = page.get_formset_kwargs(request, step, inline, prefix)
        if not bound:
            options = {name: value for name, value in options.items() if name not in ("data", "files", "save_as_new")}
        title = str(inline.verbose_name_plural)
        yield Rows(title=title, noun=str(inline.opts.verbose_name), formset=formset_class(**options))
