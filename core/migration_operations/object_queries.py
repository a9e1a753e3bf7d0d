"""Queries of PostgreSQL's catalogue whose rows are statements that make objects again, for `object_definitions`.

They follow on `dependent_objects.GONE`.
"""

PARTS = """
SELECT conname, k.conrelid::regclass::text, 'ALTER TABLE ' || k.conrelid::regclass || ' ADD CONSTRAINT '
    || quote_ident(conname) || ' ' || pg_get_constraintdef(k.oid) FROM pg_constraint k
WHERE k.conrelid = ANY(%(tables)s::oid[]) AND k.contype IN ('p', 'u', 'x', 'c', 'f')
UNION ALL SELECT c.relname, i.indrelid::regclass::text, pg_get_indexdef(c.oid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY(%(tables)s::oid[])
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL SELECT 'default of ' || attname, attrelid::regclass::text,
    'ALTER TABLE ' || attrelid::regclass || ' ALTER COLUMN ' || quote_ident(attname)
    || ' SET DEFAULT ' || pg_get_expr(adbin, adrelid)
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE d.adrelid = ANY(%(tables)s::oid[]) AND a.attgenerated = ''
"""
STORAGE = """
SELECT 'options of ' || oid::regclass, 'ALTER TABLE ' || oid::regclass || ' SET (' || array_to_string(reloptions, ', ')
    || ')', NULL FROM pg_class WHERE oid = ANY(%(tables)s::oid[]) AND reloptions IS NOT NULL
UNION ALL SELECT 'statistics ' || stxname, pg_get_statisticsobjdef(s.oid), 'ALTER STATISTICS '
    || quote_ident(nspname) || '.' || quote_ident(stxname) || ' OWNER TO ' || quote_ident(pg_get_userbyid(stxowner))
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = stxnamespace WHERE stxrelid = ANY(%(tables)s::oid[])
"""
VIEWS = """
SELECT oid, relkind = 'm' AND relispopulated, oid::regclass::text,
    'CREATE ' || kind || ' ' || oid::regclass || coalesce(' WITH (' || array_to_string(reloptions, ', ') || ')', '')
    || ' AS ' || rtrim(pg_get_viewdef(oid), ';') || CASE relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END,
    'ALTER ' || kind || ' ' || oid::regclass || ' OWNER TO ' || quote_ident(pg_get_userbyid(relowner))
FROM (SELECT *, CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS kind FROM relations) AS views
WHERE relkind IN ('v', 'm') ORDER BY 3
"""
VIEWS_OF_VIEWS = """
SELECT r.ev_class, d.refobjid FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND r.rulename = '_RETURN'
    AND r.ev_class = ANY(%(views)s::oid[]) AND d.refobjid = ANY(%(views)s::oid[]) AND r.ev_class <> d.refobjid
"""
INDEXES_OF_VIEWS = """
SELECT indrelid, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY(%(views)s::oid[])
"""
OWNERS = """
SELECT oid, oid::regclass::text, 'ALTER TABLE ' || oid::regclass || ' OWNER TO '
    || quote_ident(pg_get_userbyid(relowner)), relowner <> current_user::regrole::oid,
    relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = ANY(%(tables)s::oid[]) ORDER BY 2
"""
# A relation or its sequence, the relation, the owner if there is a list of rights, who gets rights on what is made new.
RELATIONS = """
SELECT c.oid, coalesce(d.refobjid, c.oid),
    CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass,
    CASE WHEN c.relacl IS NOT NULL THEN quote_ident(pg_get_userbyid(c.relowner)) END,
    (SELECT string_agg(DISTINCT {grantee}, ', ') FROM pg_default_acl, aclexplode(defaclacl)
     WHERE defaclrole = current_user::regrole AND grantee <> defaclrole AND defaclobjtype IN ('r', 'S'))
FROM pg_class c LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S'
    AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
WHERE c.oid = ANY(%(relations)s::oid[]) OR d.refobjid = ANY(%(relations)s::oid[])
ORDER BY c.relkind = 'S', 3
"""
GRANTS = """
SELECT oid, string_agg(privilege_type, ', ' ORDER BY privilege_type), {grantee}, is_grantable
FROM pg_class, aclexplode(relacl) WHERE oid = ANY(%(relations)s::oid[]) GROUP BY oid, grantee, is_grantable
ORDER BY grantee
"""
COLUMN_GRANTS = """
SELECT attrelid, string_agg(privilege_type || ' (' || quote_ident(attname) || ')', ', ' ORDER BY privilege_type),
    {grantee}, is_grantable, attname
FROM pg_attribute, aclexplode(attacl) WHERE attrelid = ANY(%(relations)s::oid[]) AND NOT attisdropped
GROUP BY attrelid, attname, grantee, is_grantable ORDER BY attname, grantee
"""
GRANTEE = "CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END"
POLICIES = """
SELECT polrelid, 'policy ' || polname || ' of ' || polrelid::regclass,
    'DROP POLICY IF EXISTS ' || quote_ident(polname) || ' ON ' || polrelid::regclass, makes || to_whom
    || coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '')
    || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ''),
    CASE WHEN NOT polpermissive THEN makes || to_whom
        || CASE polcmd WHEN 'a' THEN ' WITH CHECK (false)' ELSE ' USING (false)' END END
FROM (SELECT p.*, 'CREATE POLICY ' || quote_ident(polname) || ' ON ' || polrelid::regclass || ' AS '
        || CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END || ' FOR '
        || CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
            ELSE 'ALL' END || ' TO ' AS makes,
        (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ')
        FROM unnest(polroles) AS roles (role)) AS to_whom
    FROM objects JOIN pg_policy p ON catalogue = 'pg_policy' AND p.oid = objid) AS policies ORDER BY 2
"""
TRIGGERS = """
SELECT 'trigger ' || tgname || ' of ' || tgrelid::regclass, pg_get_triggerdef(t.oid),
    CASE tgenabled WHEN 'O' THEN NULL ELSE 'ALTER TABLE ' || tgrelid::regclass || CASE tgenabled
        WHEN 'D' THEN ' DISABLE' WHEN 'R' THEN ' ENABLE REPLICA' ELSE ' ENABLE ALWAYS' END
        || ' TRIGGER ' || quote_ident(tgname) END
FROM objects JOIN pg_trigger t ON catalogue = 'pg_trigger' AND t.oid = objid WHERE NOT tgisinternal ORDER BY 1
"""
RULES = """
SELECT 'rule ' || rulename || ' of ' || ev_class::regclass, rtrim(pg_get_ruledef(r.oid), ';'),
    CASE ev_enabled WHEN 'O' THEN NULL ELSE 'ALTER TABLE ' || ev_class::regclass || CASE ev_enabled
        WHEN 'D' THEN ' DISABLE' WHEN 'R' THEN ' ENABLE REPLICA' ELSE ' ENABLE ALWAYS' END
        || ' RULE ' || quote_ident(rulename) END
FROM objects JOIN pg_rewrite r ON catalogue = 'pg_rewrite' AND r.oid = objid WHERE rulename <> '_RETURN' ORDER BY 1
"""
PUBLICATIONS = """
SELECT 'replica identity of ' || c.oid::regclass, 'ALTER TABLE ' || c.oid::regclass || ' REPLICA IDENTITY '
    || CASE relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE 'USING INDEX '
    || (SELECT quote_ident(i.relname) FROM pg_index JOIN pg_class i ON i.oid = indexrelid
        WHERE indrelid = c.oid AND indisreplident) END
FROM pg_class c WHERE c.oid = ANY(%(tables)s::oid[]) AND relreplident <> 'd'
UNION ALL SELECT 'table ' || prrelid::regclass || ' in publication ' || pubname,
    'ALTER PUBLICATION ' || quote_ident(pubname) || ' ADD TABLE ONLY ' || prrelid::regclass{since_15}
FROM pg_publication_rel r JOIN pg_publication p ON p.oid = prpubid WHERE prrelid = ANY(%(tables)s::oid[]) ORDER BY 1
"""
SINCE_15 = """
    || coalesce(' (' || (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = prrelid AND attnum = ANY(prattrs)) || ')', '')
    || coalesce(' WHERE (' || pg_get_expr(prqual, prrelid) || ')', '')
"""
COMMENTS = """
SELECT 'comment on ' || type || ' ' || identity, 'COMMENT ON ' || CASE WHEN d.objsubid > 0 THEN 'COLUMN'
    WHEN type = 'table constraint' THEN 'CONSTRAINT' WHEN type = 'statistics object' THEN 'STATISTICS'
    ELSE upper(type) END || ' ' || identity || ' IS ' || quote_literal(description)
FROM objects JOIN pg_description d ON d.classoid = classid AND d.objoid = objid,
    LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid)
WHERE type NOT LIKE '%%type' ORDER BY 1
"""
# Tables whose policies bind this account too, although it owns them.
FORCED = """
SELECT oid::regclass::text FROM pg_class
WHERE relforcerowsecurity AND NOT oid = ANY(%(tables)s::oid[]) AND pg_has_role(relowner, 'USAGE') ORDER BY 1
"""
