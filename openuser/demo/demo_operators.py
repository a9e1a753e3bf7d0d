"""Hand-off to try at once: IT help in both languages, and a group whose only operator is the admin's account."""

from datetime import time

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import translation

from conversations import services
from conversations.models import Desk, Flow, Operator, OperatorGroup

GROUP, OPERATOR = "IT 服务台", "IT 同事"
MIDNIGHT = time(0)


@transaction.atomic
def seed_operators(account: AbstractBaseUser) -> None:
    """Create them, if there is an application, and neither operators nor a group yet."""
    desk = Desk.objects.select_related("application").order_by("pk").first()
    if desk is None or Operator.objects.exists() or OperatorGroup.objects.exists():
        return
    operator = Operator(name=OPERATOR)
    operator.user_id = account.pk
    operator.save()
    around_the_clock = {"days": OperatorGroup.Days.ALL, "opens_at": MIDNIGHT, "closes_at": MIDNIGHT}
    group = OperatorGroup.objects.create(name=GROUP, application=desk.application, **around_the_clock)
    group.operators.add(operator)
    with translation.override("zh-hans"):
        imported = services.start_from_ready("it_help", language=Desk.Language.CHINESE)
        services.publish(Flow.objects.get(pk=imported.pk))
