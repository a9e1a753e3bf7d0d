"""Objects of a PostgreSQL database that go with its tables: those that others made on them or that depend on them.

`object_definitions` makes them again; what it cannot make again is an obstacle, and is found before anything changes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

# What `DROP TABLE … CASCADE` drops, for a query that follows. A view goes with its rule `_RETURN`.
GONE = """
WITH RECURSIVE gone (classid, objid) AS (
    SELECT 'pg_class'::regclass::oid, unnest(%(tables)s::oid[])
    UNION
    SELECT next.classid, next.objid FROM gone CROSS JOIN LATERAL (
        SELECT d.classid, d.objid FROM pg_depend d WHERE d.refclassid = gone.classid AND d.refobjid = gone.objid
        UNION ALL
        SELECT 'pg_class'::regclass::oid, r.ev_class FROM pg_rewrite r
        WHERE gone.classid = 'pg_rewrite'::regclass AND r.oid = gone.objid AND r.rulename = '_RETURN'
    ) next
), objects AS (SELECT classid::regclass::text AS catalogue, classid, objid FROM gone),
relations AS (
    SELECT c.* FROM objects JOIN pg_class c ON c.oid = objid AND catalogue = 'pg_class'
    WHERE c.oid = ANY(%(tables)s::oid[]) OR c.relkind IN ('v', 'm')
)
"""
UNKNOWN = """
SELECT pg_describe_object(classid, objid, 0) FROM objects WHERE NOT CASE catalogue
    WHEN 'pg_class' THEN objid IN (SELECT oid FROM relations) OR EXISTS (
        SELECT FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
        WHERE c.oid = objid AND (c.relkind IN ('S', 't') OR i.indrelid IN (SELECT o.objid FROM objects o)))
    WHEN 'pg_type' THEN EXISTS (SELECT FROM pg_type t WHERE t.oid = objid AND (t.typtype = 'c' OR t.typcategory = 'A'))
    WHEN 'pg_attrdef' THEN EXISTS (SELECT FROM pg_attrdef WHERE oid = objid AND adrelid = ANY(%(tables)s::oid[]))
    WHEN 'pg_constraint' THEN EXISTS (SELECT FROM pg_constraint k WHERE k.oid = objid
        AND (k.contype IN ('f', 't') OR k.conrelid = ANY(%(tables)s::oid[])))
    ELSE catalogue IN ('pg_trigger', 'pg_rewrite', 'pg_policy', 'pg_publication_rel', 'pg_statistic_ext') END
UNION SELECT pg_describe_object(d.refclassid, d.refobjid, 0) || ', ' || pg_describe_object(d.classid, d.objid, 0)
FROM objects o JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e'
UNION SELECT 'inheritance from ' || pg_describe_object('pg_class'::regclass, inhparent, 0) || ', '
    || pg_describe_object('pg_class'::regclass, inhrelid, 0) FROM pg_inherits WHERE inhrelid = ANY(%(tables)s::oid[])
UNION SELECT 'security label of ' || pg_describe_object(o.classid, o.objid, l.objsubid)
FROM objects o JOIN pg_seclabel l ON l.classoid = o.classid AND l.objoid = o.objid
ORDER BY 1
"""
COLUMNS = """
SELECT attrelid, attname FROM pg_attribute
WHERE attrelid = ANY(%(tables)s::oid[]) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum
"""
# Owners that the account of the update must be a member of, to give an object back to them.
OWNERS = """
, owned AS (
    SELECT pg_describe_object('pg_class'::regclass, oid, 0) AS what, relowner AS owner FROM relations
    UNION SELECT pg_describe_object(o.classid, o.objid, 0), c.relowner FROM objects o
    LEFT JOIN pg_policy p ON catalogue = 'pg_policy' AND p.oid = objid
    LEFT JOIN pg_rewrite r ON catalogue = 'pg_rewrite' AND r.oid = objid AND r.rulename <> '_RETURN'
    LEFT JOIN pg_trigger t ON catalogue = 'pg_trigger' AND t.oid = objid AND NOT t.tgisinternal
    LEFT JOIN pg_constraint k ON catalogue = 'pg_constraint' AND k.oid = objid AND k.contype = 'f'
    JOIN pg_class c ON c.oid = coalesce(p.polrelid, r.ev_class, t.tgrelid, k.conrelid)
    UNION SELECT pg_describe_object(classid, objid, 0), b.pubowner FROM objects
    JOIN pg_publication_rel pr ON catalogue = 'pg_publication_rel' AND pr.oid = objid
    JOIN pg_publication b ON b.oid = pr.prpubid
    UNION SELECT pg_describe_object(classid, objid, 0), s.stxowner FROM objects
    JOIN pg_statistic_ext s ON catalogue = 'pg_statistic_ext' AND s.oid = objid
)
SELECT what, 'GRANT ' || quote_ident(pg_get_userbyid(owner)) || ' TO ' || quote_ident(current_user)
FROM owned WHERE NOT pg_has_role(owner, 'USAGE')
UNION SELECT pg_describe_object('pg_class'::regclass, v.oid, 0),
    'GRANT CREATE ON SCHEMA ' || relnamespace::regnamespace || ' TO ' || quote_ident(pg_get_userbyid(creator))
FROM relations v, LATERAL (SELECT relowner UNION SELECT current_user::regrole::oid) AS creators (creator)
WHERE v.relkind IN ('v', 'm') AND NOT has_schema_privilege(creator, relnamespace, 'CREATE')
ORDER BY 1, 2
"""
REMEDY = "note how it is defined, drop it, and create it again after the update"
REMEDY_OF_COLUMNS = "move its values to a table of your own, and drop it"


def obstacles(connection: Any, columns: Mapping[str, Collection[str]]) -> list[str]:
    """What the update of these tables would lose, each with a remedy.

    Args:
        columns: of each table, those that are OpenUser's, before or now.
    """
    with full_names(connection, list(columns)) as (cursor, tables):
        oids = {"tables": list(tables.values())}
        cursor.execute(GONE + UNKNOWN, oids)
        obstacles = [f"{what}: {REMEDY}" for (what,) in cursor.fetchall()]
        cursor.execute(GONE + OWNERS, oids)
        obstacles += [f"{what}: run {grant}, and take it back after the update" for what, grant in cursor.fetchall()]
        names = {oid: name for name, oid in tables.items()}
        cursor.execute(COLUMNS, oids)
        own = [(names[oid], name) for oid, name in cursor.fetchall() if name not in columns[names[oid]]]
    return obstacles + [f"column {name} of table {table}: {REMEDY_OF_COLUMNS}" for table, name in own]


@contextmanager
def full_names(connection: Any, names: Sequence[str]) -> Iterator[tuple[Any, dict[str, int]]]:
    """A cursor for which PostgreSQL writes the schema before each name, and the OIDs of these tables.

    Within a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, to_regclass(quote_ident(name))::oid FROM unnest(%s::text[]) AS given (name)", [list(names)]
        )
        tables = {name: oid for name, oid in cursor.fetchall() if oid is not None}
        cursor.execute("SELECT current_setting('search_path'), set_config('search_path', '', true)")
        (before, _now) = cursor.fetchone()
        yield cursor, tables
        cursor.execute("SELECT set_config('search_path', %s, true)", [before])
