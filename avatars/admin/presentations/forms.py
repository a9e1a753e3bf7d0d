"""The form of a presentation and of its scenes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from avatars import services
from avatars.admin.templates import VariableFormSet
from avatars.models import Presentation, PresentationScene, Variable


class PointsField(forms.CharField):
    """Places on a slide, one a line: two numbers."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{x:g} {y:g}" for x, y in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        rows = [row for row in str(value or "").replace(",", " ").replace("，", " ").splitlines() if row.strip()]
        try:
            return [[float(number) for number in row.split()] for row in rows]
        except ValueError as error:
            message = gettext("Write each point as two numbers from 0 to 100, and at most 20 of them.")
            raise forms.ValidationError(message, code="points") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))
        except forms.ValidationError:
            return True


class SceneForm(forms.ModelForm[PresentationScene]):
    """A scene."""

    points = PointsField(
        label=_("Points"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "30 40"}),
        help_text=_("One a line: percent from the left and from the top. A click on the picture adds one."),
    )

    class Meta:
        model = PresentationScene
        widgets: ClassVar = {name: UnfoldAdminTextareaWidget(attrs={"rows": 4}) for name in ("script", "translation")}
        fields = (
            *("layout", "slide", "script", "points", "lower_third_name", "lower_third_role"),
            *("translation", "translation_name", "translation_role"),
        )


class PresentationForm(forms.ModelForm[Presentation]):
    """A presentation, and a PDF whose pages become scenes."""

    pdf = forms.FileField(
        label=_("Import a PDF"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "application/pdf"}),
        help_text=_("Adds a scene for each page: up to 60 pages and 30 MB. Write the scripts beside them."),
    )

    class Meta:
        model = Presentation
        fields = (
            *("name", "digital_human", "partner", "format", "captions", "caption_languages"),
            *("background_color", "accent_color", "logo", "music", "translation_voice", "translation_partner_voice"),
        )

    def clean_pdf(self) -> bytes:
        """The pages are drawn when the presentation is saved; here is seen whether it can be one."""
        file = self.cleaned_data["pdf"]
        return file.read(services.MOST_PDF_BYTES + 1) if file else b""


class SceneFormSet(PaginationInlineFormSet):
    """The scenes of a presentation; new ones come last."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.instance.pk or form.has_changed()]
        last = max((form.instance.position for form in kept), default=0)
        for form in kept:
            if form.instance.pk is None:
                form.instance.position = last = last + 1


class PresentationVariableFormSet(VariableFormSet):
    """Variables of a presentation, checked against its scenes when it is filled in."""

    def faults(self, variables: list[Variable]) -> list[services.TemplateFault]:
        return services.presentation_variable_faults(variables)


def faults_of(presentation: Presentation, values: Mapping[str, object], *, translated: bool = False) -> list[str]:
    """The faults with these values, with the numbers of the scenes."""
    asked: dict[str, Any] = {"translated": translated}
    asked["filling"] = services.fill_presentation(presentation, values, translated=translated)
    asked["other"] = services.caption_filling(presentation, values, translated=translated)
    return [
        gettext("Scene %(number)d: %(words)s") % {"number": fault.scene, "words": fault.words}
        for fault in services.presentation_faults(list(presentation.scenes.all()), presentation.partner, **asked)
    ]
