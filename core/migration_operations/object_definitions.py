"""The statements that make objects of a PostgreSQL database again which go with its tables (`dependent_objects`).

Each definition is whole or it is not there: its statements run in a savepoint. Rights on a table come with the
policies for its rows, so that a policy that does not fit any more gives nobody rights without it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from django.db import DatabaseError, OperationalError, transaction

from core.migration_operations import object_queries as queries
from core.migration_operations.dependent_objects import GONE, full_names

NOT_READY = "55000"  # of an OperationalError: a definition that does not fit, and not a lock or a connection
SINCE_15 = 150_000
# Indexes and constraints of 0.5 that there are no more, and those of the same name that have other columns now.
_NAMES = """
    conversations_viewin_application_id_f7fec0bb_fk_wecom_app conversations_viewing_application_id_f7fec0bb
    conversations_viewing_member_id_734372e0 conversations_viewing_member_id_734372e0_fk_wecom_member_id
    conversations_viewing_name_3510c42a_like conversations_viewing_name_key conversations_viewing_pkey
    conversations_viewing_render_id_58705cfe conversations_viewing_render_id_58705cfe_fk_avatars_render_id
    conversations_viewing_upload_id_220ba162 conversations_viewing_upload_id_220ba162_fk_wecom_upload_id
    wecom_callback_application_id_2c5d18ac wecom_membership_department_id_fe3a7ded
    wecom_spending_application_id_97670dc9 wecom_spending_application_id_97670dc9_fk_wecom_application_id
    wecom_spending_outbound_id_197fc546_fk_wecom_outbound_id call_count_unique day_count_unique
"""
OF_0_5 = frozenset(_NAMES.split())
CASTS = re.compile(r"::(text|character varying)(\(\d+\))?(\[\])?|[()\s]")  # written another way after a dump was loaded


@dataclass(frozen=True, kw_only=True)
class Definition:
    """The statements of an object, all or none.

    Attributes:
        otherwise: a statement that takes their place where they do not fit; it gives fewer rights.
        parts: what belongs to it and may not fit by itself.
    """

    name: str
    statements: tuple[str, ...]
    otherwise: str = ""
    parts: tuple["Definition", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lost:
    """An object that does not fit the tables of today."""

    name: str
    reason: str
    statements: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"-- {self.name}: {self.reason}", *(f"{statement};" for statement in self.statements)])


class Definitions:
    """What others made on tables, read before those are dropped."""

    def __init__(self, connection: Any, tables: Sequence[str]) -> None:
        self._connection, self._tables = connection, list(tables)
        self._lost: list[Lost] = []
        with full_names(connection, tables) as (cursor, oids):
            self._cursor, self._oids = cursor, {"tables": list(oids.values())}
            self._parts = self._rows(queries.PARTS)
            self._forced = [name for (name,) in self._rows(queries.FORCED)]
            self._definitions = [
                *self._simple(queries.STORAGE),
                *self._views(),
                *self._rights(),
                *self._policies_of_other_tables(),
                *self._simple(queries.TRIGGERS),
                *self._simple(queries.RULES),
                *self._simple(
                    queries.PUBLICATIONS.format(since_15=queries.SINCE_15 if connection.pg_version >= SINCE_15 else "")
                ),
                *self._simple(queries.COMMENTS),
                *self._refreshed,
                *(Definition(name=f"row security of {name}", statements=(_force(name),)) for name in self._forced),
            ]

    def show_all_rows(self) -> None:
        """Policies hide no rows from this account until they are made again: neither copies nor keys would see them."""
        with self._connection.cursor() as cursor:
            for table in self._tables:
                quoted = self._connection.ops.quote_name(table)
                cursor.execute(f"ALTER TABLE {quoted} DISABLE ROW LEVEL SECURITY")
            for name in self._forced:
                cursor.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")

    def restore_parts(self) -> None:
        """Make indexes and constraints again, which keys of other tables may need."""
        with full_names(self._connection, self._tables) as (self._cursor, oids):
            self._oids = {"tables": list(oids.values())}
            self._cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no ALTER TABLE while rows wait to be checked
            for definition in list(self._own_parts()):
                self._make(definition)

    def restore(self) -> list[Lost]:
        """Make all else again. Returns what does not fit the tables of today."""
        with full_names(self._connection, self._tables) as (self._cursor, _oids):
            for definition in self._definitions:
                self._make(definition)
        return self._lost

    def _make(self, definition: Definition) -> None:
        try:
            with transaction.atomic(using=self._connection.alias):
                for statement in definition.statements:
                    self._cursor.execute(statement)
        except DatabaseError as error:
            if isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") != NOT_READY:
                raise
            self._lose(definition, str(error).splitlines()[0])
            if definition.otherwise:
                self._cursor.execute(definition.otherwise)
            return
        for part in definition.parts:
            self._make(part)

    def _lose(self, definition: Definition, reason: str) -> None:
        statements = [*definition.statements, *(line for part in definition.parts for line in part.statements)]
        self._lost.append(Lost(name=definition.name, reason=reason, statements=tuple(statements)))

    def _own_parts(self) -> Iterator[Definition]:
        """Indexes, constraints and defaults that are not OpenUser's; keys last, for they need what is unique."""
        now = {(name, table): statement for name, table, statement in self._rows(queries.PARTS)}
        for name, table, statement in sorted(self._parts, key=lambda part: " FOREIGN KEY " in part[2]):
            definition = Definition(name=f"{name} of {table}", statements=(statement,))
            there = now.get((name, table))
            if name in OF_0_5:
                continue
            if there is None:
                yield definition
            elif CASTS.sub("", there) != CASTS.sub("", statement):
                self._lose(definition, "OpenUser has one of that name now")

    def _views(self) -> Iterator[Definition]:
        """In the order in which they need each other."""
        rows = {oid: row for oid, *row in self._rows(queries.VIEWS)}
        order: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(rows, ()))
        for view, needed in self._rows(queries.VIEWS_OF_VIEWS, views=list(rows)):
            order.add(view, needed)
        given = self._grants(list(rows))
        indexes = self._grouped(self._rows(queries.INDEXES_OF_VIEWS, views=list(rows)))
        self._refreshed = []
        for oid in order.static_order():
            populated, name, create, owner = rows[oid]
            parts = [Definition(name=f"index {index}", statements=(statement,)) for index, statement in indexes[oid]]
            grants = given[oid]
            yield Definition(
                name=f"view {name}",
                statements=(create, owner, *grants.revoked, *grants.given),
                parts=(*parts, *grants.of_columns),
            )
            if populated:
                line = f"REFRESH MATERIALIZED VIEW {name}"
                self._refreshed.append(Definition(name=f"rows of view {name}", statements=(line,)))

    def _rights(self) -> Iterator[Definition]:
        """Of each table its owner, and then rights with the policies that narrow them."""
        policies = self._grouped(self._rows(queries.POLICIES))
        given = self._grants(self._oids["tables"])
        for oid, name, owner, other, secured, forced in self._rows(queries.OWNERS):
            grants = given[oid]
            first = (*([owner] if other else []), *grants.revoked)
            if first:
                yield Definition(name=f"owner of {name}", statements=first)
            security = [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"] if secured else []
            security += [_force(name)] if forced else []
            makes = [make for _policy, _drop, make, _otherwise in policies[oid]]
            if statements := (*security, *makes, *grants.given):
                title = f"rights and row security of {name}" if security or makes else f"rights on {name}"
                yield Definition(name=title, statements=statements, parts=grants.of_columns)
            else:
                yield from grants.of_columns

    def _policies_of_other_tables(self) -> Iterator[Definition]:
        """Those that look into these tables. A table of yours keeps its rights, so what narrowed them denies now."""
        for oid, name, drop, make, otherwise in self._rows(queries.POLICIES):
            if oid not in self._oids["tables"]:
                yield Definition(name=name, statements=(drop, make), otherwise=otherwise or "")

    def _grants(self, relations: list[int]) -> Mapping[int, "_Grants"]:
        """Of each relation, with its sequences."""
        grantee = queries.GRANTEE
        grants: defaultdict[int, _Grants] = defaultdict(_Grants)
        owned = self._rows(queries.RELATIONS.format(grantee=grantee), relations=relations)
        everything = [oid for oid, *_rest in owned]
        rights = self._grouped(self._rows(queries.GRANTS.format(grantee=grantee), relations=everything))
        columns = self._grouped(self._rows(queries.COLUMN_GRANTS.format(grantee=grantee), relations=relations))
        for oid, relation, target, owner, given_to_new in owned:
            if owner or given_to_new:
                others = ", ".join(filter(None, ["PUBLIC", given_to_new]))
                grants[relation].revoked += (f"REVOKE ALL ON {target} FROM {others}",)
            if owner:
                grants[relation].given += (f"REVOKE ALL ON {target} FROM {owner}",)
            for privileges, to_whom, grantable in rights[oid]:
                grants[relation].given += (_grant(privileges, target, to_whom, grantable),)
            for privileges, to_whom, grantable, column in columns[oid]:
                statement = _grant(privileges, target, to_whom, grantable)
                name = f"rights on column {column} of {target.partition(' ')[2]}"
                grants[relation].of_columns += (Definition(name=name, statements=(statement,)),)
        return grants

    def _simple(self, query: str) -> Iterator[Definition]:
        for name, *statements in self._rows(query):
            yield Definition(name=name, statements=tuple(filter(None, statements)))

    def _rows(self, query: str, **oids: list[int]) -> list[Any]:
        self._cursor.execute(GONE + query, {**self._oids, **oids})
        return list(self._cursor.fetchall())

    @staticmethod
    def _grouped(rows: Sequence[Any]) -> defaultdict[int, list[Any]]:
        groups: defaultdict[int, list[Any]] = defaultdict(list)
        for oid, *rest in rows:
            groups[oid].append(rest)
        return groups


@dataclass
class _Grants:
    """Statements for the rights on a relation. `revoked` takes from others, and comes before row security."""

    revoked: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    of_columns: tuple[Definition, ...] = ()


def _force(table: str) -> str:
    return f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"


def _grant(privileges: str, target: str, to_whom: str, grantable: bool) -> str:
    return f"GRANT {privileges} ON {target} TO {to_whom}{' WITH GRANT OPTION' if grantable else ''}"
