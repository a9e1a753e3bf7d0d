"""The columns of a file of facts, recognised by their heads in Chinese and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wecom.facts.definitions import FactType, fold

USER_ID_NAMES = (
    *("userid", "user id", "user", "用户ID", "账号", "帐号", "成员账号", "企业微信账号", "员工账号", "成员ID"),
)
USER_NAME_NAMES = ("name", "full name", "姓名", "名字", "成员姓名", "员工姓名")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The facts in the columns of a file, by their number from 0.

    Attributes:
        user_id: the column that says whose facts a row has; None if no column does.
        name: the column with the name, which is shown and not imported.
        facts: the columns of facts.
        unknown: the heads of columns without a known fact, which are not imported.
        repeated: the heads of columns with the same fact as an earlier one.
    """

    user_id: int | None
    name: int | None
    facts: Mapping[int, FactType]
    unknown: Sequence[str]
    repeated: Sequence[str]


def recognise(heads: Sequence[str], types: Mapping[str, FactType]) -> Columns:
    """The fact of each column."""
    user_id: int | None = None
    name: int | None = None
    facts: dict[int, FactType] = {}
    unknown, repeated = list[str](), list[str]()
    for number, head in enumerate(heads):
        if not head.strip():
            continue
        fact = next((fact for fact in types.values() if fact.is_called(head)), None)
        if fact is not None:
            if fact in facts.values():
                repeated.append(head)
            else:
                facts[number] = fact
        elif _is_one_of(head, USER_ID_NAMES):
            if user_id is None:
                user_id = number
            else:
                repeated.append(head)
        elif _is_one_of(head, USER_NAME_NAMES):
            name = number if name is None else name
        else:
            unknown.append(head)
    return Columns(user_id=user_id, name=name, facts=facts, unknown=unknown, repeated=repeated)


def _is_one_of(head: str, names: Sequence[str]) -> bool:
    return fold(head) in {fold(name) for name in names}
