"""The demonstration: two digital humans, a desk, answers, flows and a menu."""

import logging

from django.core.files.base import ContentFile
from django.db import transaction

from avatars import services as avatars
from avatars.models import BUILT_IN, OURSELVES, DigitalHuman, Voice
from conversations.models import Answer, Desk
from openuser.demo.flows import seed_flows
from openuser.demo.menu import seed_menu
from wecom import services as wecom

logger = logging.getLogger(__name__)

HUMANS = (
    ("林晓", "xiao", "0.6*zf_xiaobei+0.4*af_heart"),
    ("陈然", "ran", "0.6*zm_yunjian+0.4*am_michael"),
)
GREETING = (
    "你好，我是林晓，你的数字人助手。有问题直接问我；"
    "发送 /video 加一段话，我会用视频说给你听。发送 /help 看看我还会什么。"
)
ANSWERS = (
    ("你好", "您好\n嗨\n在吗\n早上好\n下午好", "你好！我是林晓，很高兴见到你。今天想了解什么？"),
    ("hello", "hi\nhey\ngood morning", "Hello! I am Lin Xiao, your digital human assistant. How can I help you today?"),
    ("你是谁", "你叫什么\n介绍一下你自己", "我是林晓，公司的数字人助手。我能回答常见问题，也能把你写的话做成视频。"),
    ("怎么请假", "请假流程\n年假怎么休", "在企业微信“审批”里选择“请假”，填写时间和原因，提交给直属上级即可。"),
    ("什么时候发工资", "发薪日\n工资哪天发", "工资在每月 10 日发放；遇到节假日会提前到前一个工作日。"),
    (
        "how do I take leave",
        "annual leave\nvacation",
        "Open Approval in WeChat Work, choose Leave, fill in the dates and submit.",
    ),
    ("谢谢", "多谢\n感谢", "不客气！还有需要随时找我。"),
    ("thank you", "thanks", "You are welcome! Write to me any time."),
)


def seed() -> None:
    """Create what is missing; existing rows stay."""
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
        if not Answer.objects.exists():
            Answer.objects.bulk_create(
                Answer(question=question, other_wordings=other, answer=answer) for question, other, answer in ANSWERS
            )
        seed_flows()
        if application is not None and not Desk.objects.filter(application=application).exists():
            human = DigitalHuman.objects.order_by("pk")[0]
            Desk.objects.create(application=application, digital_human=human, greeting=GREETING)
        if application is not None:
            seed_menu(application)
    logger.info("The demonstration is in place.")
