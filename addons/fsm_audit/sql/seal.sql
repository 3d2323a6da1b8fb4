-- What was sealed, see docs/adr/0013. Everything in here may be run again at any time. The role that
-- seals has to SELECT from fsm_audit.entry and to INSERT into these three, and nothing more.

-- Transaction ids start anew where a database is restored; so does an epoch.
CREATE TABLE IF NOT EXISTS fsm_audit.epoch (
    id integer PRIMARY KEY,
    system_identifier text NOT NULL,                 -- of the cluster
    database_oid bigint NOT NULL,
    id_floor bigint NOT NULL,                        -- entries up to here were sealed before it
    txid_from bigint NOT NULL,
    seal_from bigint NOT NULL,                       -- its first seal
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row for each batch: the ids are without gap, each names the head of the one before.
CREATE TABLE IF NOT EXISTS fsm_audit.seal (
    id bigint PRIMARY KEY,
    epoch integer NOT NULL,
    version integer NOT NULL DEFAULT 1,              -- of the texts that are hashed
    txid_from bigint NOT NULL,
    txid_to bigint NOT NULL,                         -- exclusive
    ids text,                                        -- int8multirange: what an epoch found unsealed
    id_high bigint NOT NULL,                         -- the highest id that is sealed by now
    n bigint NOT NULL,
    at timestamptz NOT NULL,
    root bytea NOT NULL,                             -- over the records of its subtrees
    prev bytea NOT NULL,
    head bytea NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL
);

-- Of each seal the entries of one class, one month (UTC) and one company: what is purged, exported
-- or shown to an owner is whole subtrees.
CREATE TABLE IF NOT EXISTS fsm_audit.subtree (
    seal_id bigint NOT NULL,
    position integer NOT NULL,
    company_id integer NOT NULL,                     -- 0: of no company
    organisation_id integer NOT NULL,                -- its root company when it was sealed
    class text NOT NULL,
    period text NOT NULL,                            -- 2026-04
    n bigint NOT NULL,
    id_from bigint NOT NULL,
    id_to bigint NOT NULL,
    at_from text NOT NULL,                           -- UTC, as in the entries' texts
    at_to text NOT NULL,
    root bytea NOT NULL,
    PRIMARY KEY (seal_id, position)
);
CREATE INDEX IF NOT EXISTS subtree_company_idx ON fsm_audit.subtree (company_id, at_to);

DO $$
DECLARE
    guarded regclass;
BEGIN
    FOREACH guarded IN ARRAY '{fsm_audit.epoch,fsm_audit.seal,fsm_audit.subtree}'::regclass[] LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_trigger WHERE tgrelid = guarded AND tgname = 'append_only');
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s FOR EACH STATEMENT
             EXECUTE FUNCTION fsm_audit.refuse()', guarded);
        EXECUTE format(
            'CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT
             EXECUTE FUNCTION fsm_audit.refuse()', guarded);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', guarded);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER no_truncate', guarded);
    END LOOP;
END $$;
