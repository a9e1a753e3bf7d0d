"""`message/get_statistics`: how many people the applications of the company have reached on a day.

Source: https://developer.work.weixin.qq.com/document/path/92369.
"""

from django.db.models import Count

from wecom.emulator import clock
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.models import Entry

DAYS = {0: 0, 1: 1}  # time_type: days back
CHINA, DAY = 8 * 3600.0, 86400.0


@endpoint("message/get_statistics", "POST")
def get_statistics(request: Request) -> Answer:
    """Of today (`time_type` 0) or yesterday (1): what arrived, not what was dropped over quota."""
    back = DAYS.get(request.json().get("time_type", 0))
    if back is None:
        raise ApiError(40058, "time_type must be 0 or 1")
    start = (clock.day(clock.now()) - back) * DAY - CHINA
    heard = Entry.objects.filter(app__corp=request.caller.corp_id, received=True, chat=None)
    of_day = heard.filter(at__gte=start, at__lt=start + DAY)
    counts = of_day.values_list("app__agent_id", "app__name").annotate(Count("pk")).order_by("app__agent_id")
    return {"statistics": [{"agentid": number, "app_name": name, "count": count} for number, name, count in counts]}
