"""Fixtures: a company with departments and members."""

import pytest

from tests.support.emulator import Emulator
from tests.wecom.support.company import Company


@pytest.fixture
def company(emulator: Emulator, settings) -> Company:
    settings.WECOM = {**settings.WECOM, "RETRY_BASE_SECONDS": 0.0, "READ_TIMEOUT": 2.0}
    company = Company(emulator)
    company.department(2, "人力资源部", name_en="HR")
    company.department(3, "研发部")
    company.department(4, "平台组", 3)
    company.member("ZhaoLiu", 2, position="经理", leads=[2], alias="Zoe")
    company.member("sunqi", 3, 4, direct_leaders=["ZhaoLiu"])
    company.member("zhouba", 4)
    return company
