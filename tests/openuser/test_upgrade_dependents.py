"""What a company made on the tables of 0.5 in PostgreSQL is there after the update, or named before or after it."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from openuser.servers import postgres
from tests.openuser.support.shared_postgresql import OWNER, Shared, of_0_5, of_the_company

# What fits the tables of today, with an account that is not OpenUser's, and in every kind that there is.
FITTING = f"""
CREATE SCHEMA figures AUTHORIZATION figures;
GRANT USAGE ON SCHEMA public TO figures, clerk, auditor;
GRANT USAGE ON SCHEMA figures TO clerk;
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT ON TABLES TO auditor;
SET ROLE {OWNER};
GRANT SELECT, UPDATE ON wecom_member TO clerk WITH GRANT OPTION;
GRANT SELECT ON wecom_member, wecom_corporation, conversations_viewing TO figures;
GRANT SELECT ON wecom_tag TO PUBLIC;
GRANT SELECT (id, member_id), UPDATE (member_id) ON conversations_message TO clerk;
GRANT USAGE ON SEQUENCE wecom_member_id_seq, conversations_viewing_id_seq TO clerk;
INSERT INTO django_migrations (app, name, applied) VALUES ('wecom', '0019_cost_center', now());
REVOKE TRUNCATE ON wecom_corporation FROM {OWNER};
CREATE TABLE ledger (id bigint GENERATED ALWAYS AS IDENTITY, member bigint REFERENCES wecom_member (id));
CREATE FUNCTION record_member() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN INSERT INTO ledger (member) VALUES (new.id); RETURN new; END';
CREATE INDEX own_index ON wecom_member (lower(name)) WHERE id > 0;
CREATE UNIQUE INDEX own_identity ON wecom_tag (id);
ALTER TABLE wecom_member ADD CONSTRAINT own_check CHECK (length(user_id) < 1000);
ALTER TABLE wecom_member ADD CONSTRAINT own_unique UNIQUE (user_id, id);
CREATE TABLE pairs (
    user_id varchar(64), member bigint, FOREIGN KEY (user_id, member) REFERENCES wecom_member (user_id, id)
);
ALTER TABLE wecom_tag ADD CONSTRAINT own_pair UNIQUE (id, name);
ALTER TABLE wecom_tag ADD CONSTRAINT own_key FOREIGN KEY (id, name) REFERENCES wecom_tag (id, name) NOT VALID;
ALTER TABLE wecom_tag ALTER COLUMN name SET DEFAULT 'none';
ALTER TABLE wecom_callback SET (autovacuum_vacuum_scale_factor=0.01);
CREATE STATISTICS own_statistics ON user_id, name FROM wecom_member;
CREATE VIEW figures.members AS SELECT id, user_id, corporation_id FROM wecom_member;
CREATE VIEW figures.corporations WITH (security_barrier='true') AS
    SELECT c.id, c.corp_id, count(*) AS members FROM wecom_corporation c
    JOIN figures.members m ON m.corporation_id = c.id GROUP BY c.id;
CREATE MATERIALIZED VIEW figures.viewings AS SELECT conversations_viewing.id, m.user_id
    FROM conversations_viewing LEFT JOIN figures.members m ON m.id = member_id;
CREATE MATERIALIZED VIEW figures.never AS SELECT id FROM wecom_tag WITH NO DATA;
CREATE UNIQUE INDEX viewings_index ON figures.viewings (id);
ALTER VIEW figures.members OWNER TO figures;
ALTER VIEW figures.corporations OWNER TO figures;
ALTER MATERIALIZED VIEW figures.viewings OWNER TO figures;
GRANT SELECT ON figures.members TO clerk;
GRANT SELECT (members) ON figures.corporations TO clerk;
REVOKE ALL ON figures.members FROM auditor;
ALTER TABLE wecom_member ENABLE ROW LEVEL SECURITY;
ALTER TABLE wecom_member FORCE ROW LEVEL SECURITY;
CREATE POLICY all_of_us ON wecom_member TO {OWNER}, figures USING (user_id <> 'speaker0' OR current_user = 'figures');
CREATE POLICY own_rows ON wecom_member FOR SELECT TO clerk USING (user_id = 'speaker0');
CREATE POLICY narrow ON wecom_member AS RESTRICTIVE FOR UPDATE TO clerk
    USING (EXISTS (SELECT FROM conversations_message m WHERE m.member_id = wecom_member.id)) WITH CHECK (false);
ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_members ON ledger USING (EXISTS (SELECT FROM wecom_member m WHERE m.id = ledger.member));
CREATE TRIGGER recorded AFTER INSERT OR UPDATE OF name ON wecom_member
    FOR EACH ROW WHEN (new.user_id IS NOT NULL) EXECUTE FUNCTION record_member();
CREATE CONSTRAINT TRIGGER late AFTER DELETE ON wecom_tag DEFERRABLE FOR EACH ROW EXECUTE FUNCTION record_member();
CREATE TRIGGER instead INSTEAD OF UPDATE ON figures.corporations FOR EACH ROW EXECUTE FUNCTION record_member();
ALTER TABLE wecom_member ENABLE ALWAYS TRIGGER recorded;
CREATE RULE keep AS ON DELETE TO wecom_corporation WHERE old.id < 0 DO INSTEAD NOTHING;
CREATE RULE follow AS ON UPDATE TO ledger DO ALSO UPDATE wecom_corporation SET name = name WHERE false;
ALTER TABLE wecom_corporation DISABLE RULE keep;
ALTER TABLE wecom_tag REPLICA IDENTITY FULL;
CREATE PUBLICATION abroad FOR TABLE wecom_member, wecom_tag;
COMMENT ON TABLE wecom_member IS 'people';
COMMENT ON COLUMN wecom_member.name IS 'it''s 100 %%';
COMMENT ON INDEX own_index IS 'fast';
COMMENT ON CONSTRAINT own_check ON wecom_member IS 'short';
COMMENT ON VIEW figures.members IS 'staff';
COMMENT ON COLUMN figures.members.id IS 'number';
COMMENT ON MATERIALIZED VIEW figures.viewings IS 'seen';
COMMENT ON POLICY own_rows ON wecom_member IS 'theirs';
COMMENT ON TRIGGER recorded ON wecom_member IS 'written down';
COMMENT ON RULE keep ON wecom_corporation IS 'kept';
COMMENT ON STATISTICS own_statistics IS 'for plans';
"""
# What needs the column `origin`, which is gone, or has a name that OpenUser gives something else now.
UNFIT = f"""
SET ROLE {OWNER};
CREATE VIEW drawn AS SELECT id, origin FROM avatars_digitalhuman;
CREATE VIEW drawn_too AS SELECT id FROM drawn;
GRANT SELECT (origin) ON avatars_voice TO clerk;
CREATE INDEX by_origin ON avatars_voice (origin);
GRANT SELECT ON avatars_digitalhuman TO clerk;
GRANT SELECT (id) ON avatars_digitalhuman TO figures;
ALTER TABLE avatars_digitalhuman ENABLE ROW LEVEL SECURITY;
CREATE POLICY drawn_only ON avatars_digitalhuman AS RESTRICTIVE TO clerk USING (origin = 'drawn');
CREATE POLICY else_all ON avatars_digitalhuman USING (true);
CREATE TABLE notes (id bigint);
INSERT INTO notes VALUES (1);
GRANT SELECT ON notes TO clerk;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY notes_all ON notes USING (true);
CREATE POLICY notes_narrow ON notes AS RESTRICTIVE USING (EXISTS (SELECT FROM avatars_voice WHERE origin <> 'x'));
CREATE POLICY notes_in ON notes AS RESTRICTIVE FOR INSERT WITH CHECK ((SELECT count(origin) FROM avatars_voice) > 0);
CREATE INDEX member_status ON wecom_member (id);
"""
# Each is an obstacle, with how to take it out of the way.
OBSTACLES = {
    "function public.heads(": (
        "CREATE FUNCTION heads() RETURNS SETOF wecom_member LANGUAGE sql AS 'SELECT * FROM wecom_member'",
        "DROP FUNCTION heads()",
    ),
    "table public.heirs": ("CREATE TABLE heirs () INHERITS (wecom_tag)", "DROP TABLE heirs"),
    "inheritance from table public.parents, table public.wecom_department": (
        "CREATE TABLE parents (name varchar(128) NOT NULL); ALTER TABLE wecom_department INHERIT parents",
        "ALTER TABLE wecom_department NO INHERIT parents",
    ),
    "table public.snapshots": ("CREATE TABLE snapshots (held wecom_tag)", "DROP TABLE snapshots"),
    "composite type public.pair": ("CREATE TYPE pair AS (first wecom_tag, second int)", "DROP TYPE pair"),
    "type public.sound_tag": ("CREATE DOMAIN sound_tag AS wecom_tag", "DROP DOMAIN sound_tag"),
    "default value for column id of table public.numbered": (
        "CREATE TABLE numbered (id bigint DEFAULT nextval('wecom_tag_id_seq'))",
        "DROP TABLE numbered",
    ),
    "column cost_center of table wecom_member": (
        "ALTER TABLE wecom_member ADD COLUMN cost_center text",
        "ALTER TABLE wecom_member DROP COLUMN cost_center",
    ),
    "extension pg_trgm, view public.of_extension": (
        "CREATE VIEW of_extension AS SELECT id FROM wecom_tag; "
        f"ALTER VIEW of_extension OWNER TO {OWNER}; ALTER EXTENSION pg_trgm ADD VIEW of_extension",
        "ALTER EXTENSION pg_trgm DROP VIEW of_extension; DROP VIEW of_extension",
    ),
    "security label of table public.wecom_tag": (
        "SET allow_system_table_mods = on; INSERT INTO pg_seclabel VALUES "
        "('wecom_tag'::regclass, 'pg_class'::regclass, 0, 'masks', 'masked')",
        "SET allow_system_table_mods = on; DELETE FROM pg_seclabel",
    ),
    "view public.by_others: run GRANT stranger TO app": (
        "CREATE ROLE stranger; CREATE VIEW by_others AS SELECT id FROM wecom_tag; "
        "ALTER VIEW by_others OWNER TO stranger",
        "DROP VIEW by_others",
    ),
    "by_others: run GRANT CREATE ON SCHEMA public TO stranger": ("SELECT 1", "SELECT 1"),
    "publication theirs: run GRANT openuser TO app": (
        "CREATE PUBLICATION theirs FOR TABLE wecom_tag",
        "DROP PUBLICATION theirs",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Updated:
    """Definitions by pg_dump: those of 0.5, with the company's, and after the update; and how updates ended."""

    shared: Shared
    first: set[str]
    before: set[str]
    refused: set[str]
    after: set[str]
    refusal: str
    output: str
    members: int

    @property
    def own(self) -> set[str]:
        """The company's, by the names of today."""
        return {statement.replace("conversations_viewing", "conversations_watchlink") for statement in self.before} - {
            statement.replace("conversations_viewing", "conversations_watchlink") for statement in self.first
        }


@pytest.fixture(scope="module")
def updated(tmp_path_factory) -> Iterator[Updated]:
    """The update is refused as long as there are obstacles, and then it runs."""
    with postgres.running() as server:
        shared = of_0_5(server, tmp_path_factory.mktemp("var"))
        shared.run("CREATE EXTENSION pg_trgm")
        first = shared.definitions()
        shared.run(*of_the_company(FITTING))
        shared.run(*of_the_company(UNFIT))
        ((members,),) = shared.rows("SELECT count(*) FROM wecom_member")
        before = shared.definitions()
        shared.run(*(make for make, _remove in OBSTACLES.values()))
        obstructed = shared.definitions()
        refusal = shared.migrate()
        refused = obstructed ^ shared.definitions()
        shared.run(*(remove for _make, remove in OBSTACLES.values()))
        done = shared.migrate()
        assert refusal.returncode != 0
        assert done.returncode == 0, done.stderr
        yield Updated(
            shared=shared,
            first=first,
            before=before,
            refused=refused,
            after=shared.definitions(),
            refusal=refusal.stderr,
            output=done.stderr,
            members=members,
        )


UNFIT_WORDS = ("origin", "drawn", "avatars_digitalhuman", "notes_", "member_status")


def test_all_that_fits_is_there_again(updated):
    assert len(updated.own) > 80
    assert {one for one in updated.own - updated.after if not any(word in one for word in UNFIT_WORDS)} == set()


def test_nobody_has_more_rights_than_before(updated):
    before, after = (
        {one for one in dump if "public.wecom_member TO" in one} for dump in (updated.before, updated.after)
    )
    assert before == after
    assert updated.shared.rows("SELECT has_table_privilege('auditor', 'wecom_member', 'SELECT')") == [(False,)]
    assert updated.shared.rows("SELECT has_table_privilege('auditor', 'figures.members', 'SELECT')") == [(False,)]


def test_rows_that_a_policy_hides_are_there(updated):
    assert updated.shared.rows("SELECT count(*) FROM wecom_member") == [(updated.members,)]
    assert updated.shared.rows("SELECT count(*) FROM wecom_member WHERE user_id = 'speaker0'", role=OWNER) == [(0,)]


def test_policies_narrow_the_rights_again(updated):
    assert updated.shared.rows("SELECT user_id FROM wecom_member", role="clerk") == [("speaker0",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        updated.shared.rows("SELECT application_id FROM conversations_message", role="clerk")


def test_materialized_views_have_rows_if_they_had(updated):
    ((viewings,),) = updated.shared.rows("SELECT count(*) FROM figures.viewings")
    assert viewings == updated.shared.rows("SELECT count(*) FROM conversations_watchlink")[0][0] > 0
    populated = dict(updated.shared.rows("SELECT matviewname, ispopulated FROM pg_matviews"))
    assert populated == {"viewings": True, "never": False}


def test_triggers_see_new_rows_and_not_the_copies(updated):
    assert updated.shared.rows("SELECT count(*) FROM ledger") == [(0,)]
    updated.shared.run("UPDATE wecom_member SET name = 'new' WHERE user_id = 'speaker0'")
    assert updated.shared.rows("SELECT count(*) FROM ledger") == [(1,)]


LOST = {
    "view public.drawn": "CREATE VIEW public.drawn AS",
    "view public.drawn_too": "CREATE VIEW public.drawn_too AS",
    "rights on column origin of public.avatars_voice": "GRANT SELECT (origin) ON TABLE public.avatars_voice TO clerk;",
    "by_origin of public.avatars_voice": "CREATE INDEX by_origin ON public.avatars_voice USING btree (origin);",
    "rights and row security of public.avatars_digitalhuman": "CREATE POLICY drawn_only ON public.avatars_digitalhuman",
    "policy notes_narrow of public.notes": "CREATE POLICY notes_narrow ON public.notes AS RESTRICTIVE",
    "policy notes_in of public.notes": "CREATE POLICY notes_in ON public.notes AS RESTRICTIVE FOR INSERT",
    "member_status of public.wecom_member": "CREATE INDEX member_status ON public.wecom_member",
}


def test_what_does_not_fit_is_named_with_its_statements(updated):
    named = {line[3:].partition(": ")[0] for line in updated.output.splitlines() if line.startswith("-- ")}
    assert named == set(LOST)
    assert all(statement in updated.output for statement in LOST.values())


def test_its_statements_are_kept_in_a_file_by_app(updated):
    files = {path.name: path.read_text() for path in updated.shared.folder.glob("*.sql")}
    assert sorted(files) == ["not-given-back-avatars.sql", "not-given-back-wecom.sql"]
    assert all(text in updated.output for text in map(str.strip, files.values()))
    assert "GRANT SELECT (id) ON TABLE public.avatars_digitalhuman TO figures;" in files["not-given-back-avatars.sql"]


@pytest.mark.parametrize("role", ["clerk", "figures"])
def test_rights_whose_policy_does_not_fit_stay_away(updated, role):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        updated.shared.rows("SELECT id FROM avatars_digitalhuman", role=role)


def test_a_table_whose_narrowing_policy_is_lost_shows_nothing(updated):
    assert updated.shared.rows("SELECT * FROM notes") == [(1,)]
    assert updated.shared.rows("SELECT * FROM notes", role="clerk") == []


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_an_obstacle_is_named_before_anything_changes(updated, obstacle):
    assert obstacle in updated.refusal
    assert "Nothing was changed." in updated.refusal
    assert updated.refused == set()


def test_nothing_but_obstacles_is_named_as_one(updated):
    named = [line for line in updated.refusal.splitlines() if line.startswith("- ")]
    assert [line for line in named if not any(obstacle in line for obstacle in OBSTACLES)] == []
