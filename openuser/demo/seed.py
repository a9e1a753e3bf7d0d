"""The demonstration: digital humans, a desk, answers, flows, a menu and drafts of campaigns."""

import logging

from django.core.files.base import ContentFile
from django.db import transaction

from avatars import services as avatars
from avatars.models import BUILT_IN, OURSELVES, DigitalHuman, Voice
from conversations.models import Desk
from openuser.demo.answers import seed_answers
from openuser.demo.campaigns import seed_campaigns
from openuser.demo.flows import seed_flows
from openuser.demo.menu import seed_menu
from wecom import services as wecom

logger = logging.getLogger(__name__)

HUMANS = (
    ("林晓", "xiao", "0.6*zf_xiaobei+0.4*af_heart"),
    ("陈然", "ran", "0.6*zm_yunjian+0.4*am_michael"),
    ("苏晴", "qing", "0.6*zf_xiaobei+0.4*af_heart"),
    ("周明", "ming", "0.6*zm_yunjian+0.4*am_michael"),
)
GREETING = (
    "你好，我是林晓，你的数字人助手。有问题直接问我；"
    "发送 /video 加一段话，我会用视频说给你听。发送 /help 看看我还会什么。"
)
CONTACT = "HR 人事 8001 · IT 8000"


def seed() -> None:
    """Create the missing rows; existing rows stay."""
    application = wecom.configure_from_settings(name="OpenUser")
    with transaction.atomic():
        avatars.seed_voices()
        if not DigitalHuman.objects.exists():
            for name, character, voice in HUMANS:
                human = DigitalHuman(name=name)
                human.voice = Voice.objects.filter(key=voice).order_by("pk")[0]
                portrait = ContentFile(avatars.sample_portrait(character))
                human.portrait.save(f"{character}.png", portrait, save=True)
                avatars.declare_drawn(human, by=OURSELVES, reason=BUILT_IN, photographic=False)
        seed_answers()
        seed_flows()
        if application is not None and not Desk.objects.filter(application=application).exists():
            human = DigitalHuman.objects.order_by("pk")[0]
            Desk.objects.create(application=application, digital_human=human, greeting=GREETING, contact=CONTACT)
            seed_campaigns()  # once: drafts that a person deletes stay away
        if application is not None:
            seed_menu(application)
    logger.info("The demonstration is in place.")
