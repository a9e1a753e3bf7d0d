"""Rows of `avatars`."""

import io
import secrets
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from avatars.models import (
    Consent,
    DigitalHuman,
    Narration,
    PortraitVideo,
    Presentation,
    PresentationVariable,
    Render,
    RenderTemplate,
    Rendition,
    Statement,
    TemplateVariable,
    Voice,
)
from avatars.services import (
    add_scene,
    declare_drawn,
    declare_synthetic,
    record_consent,
    save_presentation,
    save_template,
)


def make_voice(**fields: Any) -> Voice:
    fields.setdefault("name", f"voice-{secrets.token_hex(4)}")
    fields.setdefault("key", "zf_xiaobei")
    origin = fields.pop("origin", "synthetic")
    voice = Voice.objects.create(**fields)
    if origin == "synthetic":
        declare_synthetic(voice, by="hr", reason="A stock voice.")
    return voice


def make_digital_human(**fields: Any) -> DigitalHuman:
    fields.setdefault("name", f"human-{secrets.token_hex(4)}")
    if "voice" not in fields:
        fields["voice"] = make_voice()
    origin = fields.pop("origin", "drawn")
    portrait = fields.pop("portrait", b"no picture")
    human = DigitalHuman(**fields)
    human.portrait.save("portrait.png", ContentFile(portrait), save=True)
    if origin == "drawn":
        declare_drawn(human, by="hr", reason="Drawn by our designer.")
    return human


PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def make_consent(*digital_humans: DigitalHuman, **fields: Any) -> Consent:
    """A consent for these, or for a photograph of its own, or for `voices`; for all purposes and without an end."""
    fields.setdefault("person", "张三")
    fields.setdefault("purposes", ["chat", "campaign", "external"])
    fields.setdefault("evidence", ContentFile(PDF, name="consent.pdf"))
    fields.setdefault("by", "hr")
    humans = digital_humans or (() if fields.get("voices") else (make_digital_human(origin="photograph"),))
    return record_consent(digital_humans=humans, **fields)


def make_statement(**fields: Any) -> Statement:
    """The statement that a digital human of its own is drawn."""
    statement = make_digital_human().statements.get()
    Statement.objects.filter(pk=statement.pk).update(**fields)
    return statement


def make_render(digital_human: DigitalHuman | None = None, **fields: Any) -> Render:
    fields.setdefault("text", "你好")
    fields.setdefault("mode", "lipsync")
    fields.setdefault("content_hash", secrets.token_hex(32))
    human = digital_human or make_digital_human()
    if fields.get("consent") is None and human.pk:
        fields.setdefault("statement", human.statements.kept().filter(portrait=human.portrait.name).first())
    return Render.objects.create(digital_human=human, **fields)


def make_portrait_video(digital_human: DigitalHuman | None = None, **fields: Any) -> PortraitVideo:
    fields.setdefault("still", f"portraits/{secrets.token_hex(16)}.jpg")
    return PortraitVideo.objects.create(digital_human=digital_human or make_digital_human(), **fields)


def make_narration(digital_human: DigitalHuman | None = None, **fields: Any) -> Narration:
    fields.setdefault("text", "你好")
    fields.setdefault("content_hash", secrets.token_hex(32))
    return Narration.objects.create(digital_human=digital_human or make_digital_human(), **fields)


def make_template(digital_human: DigitalHuman | None = None, **fields: Any) -> RenderTemplate:
    """A welcome with a name that must be given, a place that may be, and a day that has a default."""
    fields.setdefault("name", f"欢迎 {secrets.token_hex(3)}")
    fields.setdefault("script", "你好{{name}}，欢迎来到{{place.label}}。{{day}}见！")
    variables = fields.pop("variables", None)
    if variables is None:
        places = "hq = 总部\nlab = 研究院, 实验室"
        variables = [
            TemplateVariable(name="name", label="姓名", maximum=20, example="王芳"),
            TemplateVariable(name="place", type="choice", choices=places, required=False, default="hq"),
            TemplateVariable(name="day", type="date", required=False, default="2026-12-01"),
        ]
    template = RenderTemplate(digital_human=digital_human or make_digital_human(), **fields)
    return save_template(template, variables)


def make_presentation(digital_human: DigitalHuman | None = None, **fields: Any) -> Presentation:
    """A greeting, and a green slide with a point in it."""
    fields.setdefault("name", f"培训 {secrets.token_hex(3)}")
    presentation = Presentation.objects.create(digital_human=digital_human or make_digital_human(), **fields)
    slide = io.BytesIO()
    Image.new("RGB", (160, 90), (0, 160, 0)).save(slide, "PNG")
    add_scene(presentation, layout="human", script="大家好。", lower_third_name="王芳")
    shown = {"slide": ContentFile(slide.getvalue(), name="slide.png"), "points": [[50, 40]]}
    add_scene(presentation, layout="human_right", script="看[point 1]这里。", **shown)
    return presentation


def make_personal_presentation(digital_human: DigitalHuman | None = None, **fields: Any) -> Presentation:
    """A greeting that names its recipient, in the script, in its translation and in the lower third."""
    presentation = make_presentation(digital_human, **fields)
    greeting = {"script": "你好{{name}}，{{day}}见！", "translation": "Hello {{name}}!"}
    presentation.scenes.filter(position=1).update(**greeting, lower_third_name="{{name}}")
    presentation.scenes.filter(position=2).update(
        script="看[point 1]{{place.label}}。", translation="Look [point 1] here."
    )
    variables = [
        PresentationVariable(name="name", label="姓名", example="王芳"),
        PresentationVariable(
            name="place", type="choice", choices="hq = 总部\nlab = 研究院", required=False, default="hq"
        ),
        PresentationVariable(name="day", type="date", required=False, default="2026-12-01"),
    ]
    return save_presentation(presentation, variables)


def make_rendition(**fields: Any) -> Rendition:
    fields.setdefault("limit", 1_000_000)
    return Rendition.objects.create(render=make_render(status="done"), **fields)
