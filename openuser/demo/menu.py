"""An example menu. Members see it once it is published."""

from conversations.machine.commands import CANCEL, HELP, STATUS
from wecom.models import Application, MenuButton


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
