"""The demonstration: digital humans, a desk, answers, flows, a menu and drafts of campaigns."""

import logging

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation

from avatars import services as avatars
from avatars.models import BUILT_IN, OURSELVES, DigitalHuman, Voice
from conversations.machine.commands import CANCEL, HELP, STATUS
from conversations.models import Desk
from openuser.demo.demo_answers import seed_answers
from openuser.demo.demo_flows import seed_flows
from scheduling import services as scheduling
from scheduling.models import Campaign, Series
from wecom import services as wecom
from wecom.models import Application, MenuButton

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
EXAMPLE_CAMPAIGNS = ("policy", "onboarding")  # neither fills the calendar
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


def seed_campaigns() -> None:
    """Create a campaign and a series if there are none, in Chinese as the rest of the demonstration."""
    if Campaign.objects.exists() or Series.objects.exists():
        return
    with translation.override("zh-hans"):
        for key in EXAMPLE_CAMPAIGNS:
            scheduling.start_from_ready(key)


def seed_menu(application: Application) -> None:
    """Create two buttons and a submenu if the application has no menu."""
    if MenuButton.objects.filter(application=application).exists():
        return
    click, menu = MenuButton.Kind.CLICK, MenuButton.Kind.MENU
    add = MenuButton.objects.create
    add(application=application, position=1, name="做视频", kind=click, key="CREATE_VIDEO")
    more = add(application=application, position=2, name="我的", kind=menu)
    add(application=application, parent=more, position=1, name="正在制作的视频", kind=click, key=STATUS.name)
    add(application=application, parent=more, position=2, name="取消", kind=click, key=CANCEL.name)
    add(application=application, position=3, name="帮助", kind=click, key=HELP.name)
