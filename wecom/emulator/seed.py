"""The company, members and application that the emulator starts with."""

from wecom.emulator.conf import options
from wecom.emulator.models import App, Callback, Corp, Department, Member

DEPARTMENTS = {1: "总部", 2: "人力资源部", 3: "研发部"}
MEMBERS = (
    ("zhangsan", "张三", "人事专员", 2),
    ("lisi", "李四", "工程师", 3),
    ("wangwu", "王五", "产品经理", 3),
    ("emma", "Emma Chen", "HR Business Partner", 2),
)


def create_company(callback: str = "") -> App:
    """Create the rows that are missing. The application takes its values from the environment at every start."""
    company = options()
    corp, _ = Corp.objects.get_or_create(corp_id=company.corp_id, defaults={"name": DEPARTMENTS[1]})
    for number, name in DEPARTMENTS.items():
        Department.objects.get_or_create(corp=corp, number=number, defaults={"name": name})
    for userid, name, position, department in MEMBERS:
        defaults = {"name": name, "position": position, "departments": [department]}
        Member.objects.get_or_create(corp=corp, userid=userid, defaults=defaults)
    app, _ = App.objects.update_or_create(
        corp=corp,
        agent_id=company.agent_id,
        defaults={
            "name": company.app_name,
            "secret": company.secret,
            "token": company.token,
            "aes_key": company.aes_key,
            "callback_url": callback or company.callback,
        },
    )
    Callback.objects.filter(status=Callback.Status.QUEUED).update(status=Callback.Status.FAILED)
    return app
