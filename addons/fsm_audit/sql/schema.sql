-- The trail. It lives in a schema of its own, which no module owns: it outlives every uninstall.
-- Everything in here may be run again at any time; `schema.py` says which files there are, and who
-- runs them. Functions with a fixed search path are run as their owner: see sql/harden.sql.

CREATE SCHEMA IF NOT EXISTS fsm_audit;
CREATE SEQUENCE IF NOT EXISTS fsm_audit.entry_id_seq;

-- One row for each change of a row and for each event. No foreign keys: nothing cascades into it.
-- Partitioned by how long it has to be kept, then by month (UTC), so that what is purged is whole
-- tables. Each of them has its own unique index on the id: see fsm_audit.add_partition.
CREATE TABLE IF NOT EXISTS fsm_audit.entry (
    id bigint NOT NULL DEFAULT nextval('fsm_audit.entry_id_seq'),
    txid bigint NOT NULL DEFAULT txid_current(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    res_id bigint,                                   -- of a relation table: the record it belongs to
    company_id integer,
    actor integer,                                   -- write_uid; the person is ctx.uid
    op text NOT NULL,                                -- I, U, D, T(runcate), EV(ent) or DDL
    class text NOT NULL,                             -- const.CLASSES
    kind text,                                       -- const.KINDS, if the operation does not tell
    model text NOT NULL,
    db_user text NOT NULL DEFAULT session_user::text,
    app text,                                        -- of writers that bring no context
    ctx jsonb,                                       -- context.py; null: written around Odoo
    changes jsonb,                                   -- {field: [old, new]}
    commitment text,                                 -- SHA-256 over salt and values in pii
    reason text
) PARTITION BY LIST (class);

-- Until November 2026 a class was one table: it becomes the partition of all months up to now.
DO $$
DECLARE
    part text;
    upper_bound timestamptz;
BEGIN
    ALTER TABLE fsm_audit.entry DROP CONSTRAINT IF EXISTS entry_pkey;
    FOREACH part IN ARRAY '{books,ops,access}'::text[] LOOP
        IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('fsm_audit.entry_' || part)
                      AND relkind = 'r') THEN
            EXECUTE format('ALTER TABLE fsm_audit.entry DETACH PARTITION fsm_audit.entry_%s', part);
            EXECUTE format('ALTER TABLE fsm_audit.entry_%s RENAME TO entry_%1$s_before', part);
        END IF;
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS fsm_audit.entry_%s PARTITION OF fsm_audit.entry
             FOR VALUES IN (%1$L) PARTITION BY RANGE (at)', part);
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM pg_class WHERE oid = to_regclass(format('fsm_audit.entry_%s_before', part))
               AND NOT relispartition);
        EXECUTE format('SELECT greatest(max(at), now()) FROM fsm_audit.entry_%s_before', part)
           INTO upper_bound;
        EXECUTE format('CREATE UNIQUE INDEX entry_%s_before_id ON fsm_audit.entry_%1$s_before (id)', part);
        EXECUTE format(
            'ALTER TABLE fsm_audit.entry_%s ATTACH PARTITION fsm_audit.entry_%1$s_before
             FOR VALUES FROM (MINVALUE) TO (%L)', part,
            (date_trunc('month', upper_bound AT TIME ZONE 'UTC') + interval '1 month')::text || '+00');
    END LOOP;
END $$;

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

-- What was purged, see fsm_audit.purge.
CREATE TABLE IF NOT EXISTS fsm_audit.purge (
    class text NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,                         -- inclusive
    entries bigint NOT NULL,
    id_from bigint,
    id_to bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Of the record alone: equal keys share their space, and few models are asked for at once.
CREATE INDEX IF NOT EXISTS entry_record_idx ON fsm_audit.entry (res_id);
CREATE INDEX IF NOT EXISTS entry_company_idx ON fsm_audit.entry (company_id, id);
CREATE INDEX IF NOT EXISTS entry_time_idx
    ON fsm_audit.entry USING brin (txid, (at AT TIME ZONE 'UTC')) WITH (autosummarize = on);

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

-- Have a table refuse whatever is not an INSERT.
CREATE OR REPLACE FUNCTION fsm_audit.protect(place regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    guard text[];
    guards text[][] := CASE WHEN place = 'fsm_audit.pii'::regclass
        THEN '{{append_only,UPDATE,refuse},{erase_only,DELETE,refuse_unless_erasing},
               {no_truncate,TRUNCATE,refuse}}'
        ELSE '{{append_only,UPDATE OR DELETE,refuse},{no_truncate,TRUNCATE,refuse}}' END;
BEGIN
    FOREACH guard SLICE 1 IN ARRAY guards LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_trigger WHERE tgrelid = place AND tgname = guard[1] AND tgenabled = 'A');
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', guard[1], place);
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE %s ON %s FOR EACH STATEMENT EXECUTE FUNCTION fsm_audit.%I()',
            guard[1], guard[2], place, guard[3]);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', place, guard[1]);
    END LOOP;
END $$;

-- Whose entry it is when the row itself belongs to no company: the company the writer worked in,
-- if he may, else his own. The superuser's writes belong to nobody.
-- In PL/pgSQL, which keeps its plan: one in SQL is planned at every call.
CREATE OR REPLACE FUNCTION fsm_audit.company_of(ctx jsonb) RETURNS integer LANGUAGE plpgsql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN COALESCE(
        (SELECT cid FROM public.res_company_users_rel
          WHERE user_id = (ctx->>'uid')::int AND cid::text = ctx->>'c'),
        (SELECT company_id FROM public.res_users WHERE id = (ctx->>'uid')::int AND id <> 1)
    );
END $$;

-- Whose entry it is when a row of a relation table changes: of the record on its left side.
CREATE OR REPLACE FUNCTION fsm_audit.company_of_record(place name, record_id bigint)
RETURNS integer LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found integer;
BEGIN
    EXECUTE format('SELECT company_id FROM public.%I WHERE id = $1', place) INTO found USING record_id;
    RETURN found;
END $$;

-- The company of the writer, looked up once in a transaction: triggers run for each row.
CREATE OR REPLACE FUNCTION fsm_audit.working_company(ctx jsonb)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known text := current_setting('fsm.company', true);
BEGIN
    IF known IS NULL OR known = '' THEN
        known := COALESCE(fsm_audit.company_of(ctx)::text, 'none');
        -- What reads a table of Odoo's role may have changed the search path: nothing is looked up.
        PERFORM pg_catalog.set_config('fsm.company', known, true);
    END IF;
    RETURN CASE WHEN known OPERATOR(pg_catalog.<>) 'none' THEN known::integer END;
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
) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO fsm_audit.entry (op, class, kind, model, res_id, company_id, actor, ctx, changes, reason)
    SELECT 'EV', class, kind, model, place.res_id,
           COALESCE(place.company_id, fsm_audit.company_of(ctx)),
           (ctx->>'uid')::int, ctx, changes, reason
      FROM unnest(res_ids, company_ids) AS place (res_id, company_id)
$$;

-- Forget what the masked values of a person really were, everywhere. Returns how many entries had any.
CREATE OR REPLACE FUNCTION fsm_audit.erase(partner integer, reason text, ctx jsonb)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
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

CREATE OR REPLACE FUNCTION fsm_audit.truncated() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ctx jsonb := NULLIF(current_setting('fsm.ctx', true), '')::jsonb;
BEGIN
    INSERT INTO fsm_audit.entry (op, class, model, app, ctx, changes)
    VALUES ('T', 'ops', TG_ARGV[0], current_setting('application_name'), ctx,
            jsonb_build_object('table ' || TG_TABLE_NAME, jsonb_build_array(NULL, TG_OP)));
    RETURN NULL;
END $$;
