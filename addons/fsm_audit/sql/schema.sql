-- The trail. It lives in a schema of its own, which no module owns: it outlives every uninstall.
-- Everything in here may be run again at any time.

CREATE SCHEMA IF NOT EXISTS fsm_audit;
CREATE SEQUENCE IF NOT EXISTS fsm_audit.entry_id_seq;

-- One row for each change of a row and for each event. No foreign keys: nothing cascades into it.
-- Partitioned by how long it has to be kept; a partition can be divided by date later on.
CREATE TABLE IF NOT EXISTS fsm_audit.entry (
    id bigint NOT NULL DEFAULT nextval('fsm_audit.entry_id_seq'),
    txid bigint NOT NULL DEFAULT txid_current(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    res_id bigint,                                   -- of a relation table: the record it belongs to
    company_id integer,
    actor integer,                                   -- write_uid; the person is ctx.uid
    op text NOT NULL,                                -- I, U, D, T(runcate) or EV(ent)
    class text NOT NULL,                             -- const.CLASSES
    kind text,                                       -- const.KINDS, if the operation does not tell
    model text NOT NULL,
    db_user text NOT NULL DEFAULT session_user::text,
    app text,                                        -- of writers that bring no context
    ctx jsonb,                                       -- context.py; null: written around Odoo
    changes jsonb,                                   -- {field: [old, new]}
    commitment text,                                 -- SHA-256 over salt and values in pii
    reason text,
    PRIMARY KEY (id, class)
) PARTITION BY LIST (class);

CREATE TABLE IF NOT EXISTS fsm_audit.entry_books
    PARTITION OF fsm_audit.entry FOR VALUES IN ('books');
CREATE TABLE IF NOT EXISTS fsm_audit.entry_ops
    PARTITION OF fsm_audit.entry FOR VALUES IN ('ops');
CREATE TABLE IF NOT EXISTS fsm_audit.entry_access
    PARTITION OF fsm_audit.entry FOR VALUES IN ('access');

-- Of the record alone: equal keys share their space, and few models are asked for at once.
CREATE INDEX IF NOT EXISTS entry_record_idx ON fsm_audit.entry (res_id);
CREATE INDEX IF NOT EXISTS entry_company_idx ON fsm_audit.entry (company_id, id);
CREATE INDEX IF NOT EXISTS entry_time_idx
    ON fsm_audit.entry USING brin (txid, (at AT TIME ZONE 'UTC')) WITH (autosummarize = on);

-- What a masked value really was. Erasing it leaves the entry and its commitment as they are.
CREATE TABLE IF NOT EXISTS fsm_audit.pii (
    entry_id bigint PRIMARY KEY,
    res_id bigint,
    partner_id integer,
    model text NOT NULL,
    salt text NOT NULL,
    vals jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS pii_partner_idx ON fsm_audit.pii (partner_id);

-- Append-only. A trigger of the parent does not fire on a statement that names a partition, so
-- each has its own; ALWAYS, so that session_replication_role does not switch it off.
CREATE OR REPLACE FUNCTION fsm_audit.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail only grows: % of %.% is refused.',
        TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION fsm_audit.refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('fsm.erasing', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'Personal data leaves the audit trail by fsm_audit.erase() only.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    guarded regclass;
    guard text[];
    guards text[][];
BEGIN
    FOR guarded IN
        SELECT oid FROM pg_class WHERE relnamespace = 'fsm_audit'::regnamespace
           AND relkind IN ('r', 'p')
           AND NOT EXISTS (
               SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'append_only')
    LOOP
        guards := CASE WHEN guarded = 'fsm_audit.pii'::regclass
            THEN '{{append_only,UPDATE,refuse},{erase_only,DELETE,refuse_unless_erasing},
                   {no_truncate,TRUNCATE,refuse}}'
            ELSE '{{append_only,UPDATE OR DELETE,refuse},{no_truncate,TRUNCATE,refuse}}' END;
        FOREACH guard SLICE 1 IN ARRAY guards LOOP
            EXECUTE format(
                'CREATE TRIGGER %I BEFORE %s ON %s FOR EACH STATEMENT
                 EXECUTE FUNCTION fsm_audit.%I()', guard[1], guard[2], guarded, guard[3]);
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guarded, guard[1]);
        END LOOP;
    END LOOP;
END $$;

-- Whose entry it is when the row itself belongs to no company: the company the writer worked in,
-- if he may, else his own. The superuser's writes belong to nobody.
CREATE OR REPLACE FUNCTION fsm_audit.company_of(ctx jsonb) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT COALESCE(
        (SELECT cid FROM public.res_company_users_rel
          WHERE user_id = (ctx->>'uid')::int AND cid::text = ctx->>'c'),
        (SELECT company_id FROM public.res_users WHERE id = (ctx->>'uid')::int AND id <> 1)
    )
$$;

-- The same, looked up once in a transaction: for triggers, which run for each row.
CREATE OR REPLACE FUNCTION fsm_audit.working_company(ctx jsonb)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    known text := current_setting('fsm.company', true);
BEGIN
    IF known IS NULL OR known = '' THEN
        known := COALESCE(fsm_audit.company_of(ctx)::text, 'none');
        PERFORM set_config('fsm.company', known, true);
    END IF;
    RETURN NULLIF(known, 'none')::integer;
END $$;

CREATE OR REPLACE FUNCTION fsm_audit.mask(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(value) < 8 THEN left(value, 1) || '•••••'
                ELSE left(value, 2) || '•••••' || right(value, 3) END
$$;

-- A long text is told by its beginning.
CREATE OR REPLACE FUNCTION fsm_audit.clip(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(value) > 1000 THEN left(value, 1000) || '…' ELSE value END
$$;

CREATE OR REPLACE FUNCTION fsm_audit.log_event(
    kind text, class text, model text, res_ids bigint[], company_ids integer[],
    reason text, changes jsonb, ctx jsonb
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fsm_audit.entry (op, class, kind, model, res_id, company_id, actor, ctx, changes, reason)
    SELECT 'EV', class, kind, model, place.res_id,
           COALESCE(place.company_id, fsm_audit.company_of(ctx)),
           (ctx->>'uid')::int, ctx, changes, reason
      FROM unnest(res_ids, company_ids) AS place (res_id, company_id)
$$;

-- Forget what the masked values of a person really were, everywhere. Returns how many entries had any.
CREATE OR REPLACE FUNCTION fsm_audit.erase(partner integer, reason text, ctx jsonb)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    erased integer;
BEGIN
    PERFORM set_config('fsm.erasing', 'on', true);
    DELETE FROM fsm_audit.pii WHERE partner_id = partner;
    GET DIAGNOSTICS erased = ROW_COUNT;
    PERFORM set_config('fsm.erasing', 'off', true);
    PERFORM fsm_audit.log_event(
        'delete', 'ops', 'res.partner', ARRAY[partner]::bigint[], ARRAY[NULL]::integer[],
        reason, NULL, ctx);
    RETURN erased;
END $$;

CREATE OR REPLACE FUNCTION fsm_audit.truncated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ctx jsonb := NULLIF(current_setting('fsm.ctx', true), '')::jsonb;
BEGIN
    INSERT INTO fsm_audit.entry (op, class, model, app, ctx)
    VALUES ('T', 'ops', TG_ARGV[0], current_setting('application_name'), ctx);
    RETURN NULL;
END $$;
