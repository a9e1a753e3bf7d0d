"""`message/get_statistics`: how many messages the company's applications delivered on a day.

Source: https://developer.work.weixin.qq.com/document/path/92369.
"""

from django.db.models import Count

from wecom.emulator import clock
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import Entry

DAYS_AGO = {0: 0, 1: 1}  # by time_type
CHINA, DAY = 8 * 3600.0, 86400.0


@endpoint("message/get_statistics", "POST")
def get_statistics(request: ApiRequest) -> Answer:
    """Messages delivered today (`time_type` 0) or yesterday (1), without those dropped over quota."""
    days_ago = DAYS_AGO.get(request.json().get("time_type", 0))
    if days_ago is None:
        raise ApiError(40058, "time_type must be 0 or 1")
    start = (clock.day_number(clock.now()) - days_ago) * DAY - CHINA
    received = Entry.objects.filter(app__corp=request.caller.corp_id, received=True, chat=None)
    of_day = received.filter(at__gte=start, at__lt=start + DAY)
    counts = of_day.values_list("app__agent_id", "app__name").annotate(Count("pk")).order_by("app__agent_id")
    return {"statistics": [{"agentid": number, "app_name": name, "count": count} for number, name, count in counts]}
