-- Partitions by month, made ahead, and what may leave the trail in the end: see docs/adr/0014.

-- Make one partition of a class: an empty table with guards of its own, because those of the parent
-- do not fire on a statement that names a partition. Attached afterwards, it makes no writer wait.
CREATE OR REPLACE FUNCTION fsm_audit.add_partition(of_class text, label text, bounds text)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parent text := format('fsm_audit.%I', 'entry_' || of_class);
    child text := format('fsm_audit.%I', 'entry_' || of_class || '_' || label);
    reader regrole;
BEGIN
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS) TABLESPACE pg_default', child, parent);
    EXECUTE format('CREATE UNIQUE INDEX ON %s (id)', child);
    PERFORM fsm_audit.protect(child::regclass);
    EXECUTE format('ALTER TABLE %s OWNER TO %I', child, (
        SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = parent::regclass));
    FOR reader IN SELECT grantee FROM pg_class, aclexplode(relacl)
                   WHERE oid = parent::regclass AND privilege_type = 'SELECT' AND grantee <> relowner LOOP
        EXECUTE format('GRANT SELECT ON %s TO %s', child, reader);
    END LOOP;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s %s', parent, child, bounds);
END $$;

-- Have the partitions of this month and of the next ones. What fits into none of them, because a
-- clock jumped or the job that calls this was switched off, goes into the default one of its class.
CREATE OR REPLACE FUNCTION fsm_audit.add_partitions(ahead integer DEFAULT 2) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_class text;
    month timestamp;
BEGIN
    PERFORM pg_advisory_xact_lock(x'46534D50'::integer); -- FSMP
    FOREACH of_class IN ARRAY '{books,ops,access}'::text[] LOOP
        IF to_regclass('fsm_audit.entry_' || of_class || '_default') IS NULL THEN
            PERFORM fsm_audit.add_partition(of_class, 'default', 'DEFAULT');
        END IF;
        FOR step IN 0..least(greatest(ahead, 0), 12) LOOP
            month := date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => step);
            CONTINUE WHEN to_regclass(
                'fsm_audit.entry_' || of_class || to_char(month, '_YYYY_MM')) IS NOT NULL;
            BEGIN
                PERFORM fsm_audit.add_partition(of_class, to_char(month, 'YYYY_MM'), format(
                    'FOR VALUES FROM (%L) TO (%L)',
                    month::text || '+00', (month + interval '1 month')::text || '+00'));
            EXCEPTION
                -- An older partition holds that month, or the default one some of its entries,
                -- which nobody moves: the rest of them goes there too.
                WHEN invalid_object_definition OR check_violation THEN NULL;
            END;
        END LOOP;
    END LOOP;
END $$;

-- Entries from this day on are kept, whatever anybody says. Books: eight years and the current
-- financial year (Companies Act 2013, section 128 (5); GST wants 72 months). The others: three.
CREATE OR REPLACE FUNCTION fsm_audit.kept_from(of_class text) RETURNS date LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN of_class = 'books' THEN
               make_date(extract(year FROM today - interval '3 months')::int - 8, 4, 1)
           ELSE (today - interval '3 years')::date END
      FROM (SELECT now() AT TIME ZONE 'Asia/Kolkata' AS today) AS clock
$$;

-- The partitions of a class that hold a time, oldest first; both days inclusive.
CREATE OR REPLACE FUNCTION fsm_audit.partitions(of_class text)
RETURNS TABLE (place regclass, period_from date, period_to date) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
    SELECT oid::regclass, substring(bounds FROM 'FROM \(''(\d{4}-\d\d-\d\d)')::date,
           substring(bounds FROM 'TO \(''(\d{4}-\d\d-\d\d)')::date - 1
      FROM (SELECT pg_class.oid, pg_get_expr(relpartbound, pg_class.oid) AS bounds
              FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
             WHERE inhparent = to_regclass('fsm_audit.entry_' || of_class)) AS parts
     WHERE bounds <> 'DEFAULT' ORDER BY 3
$$;

-- Drop the partitions of a class that end before a day, by default before those that are kept, and
-- what their masked values were. Only months of which every entry is sealed: the seals stay, and so
-- can prove what was there. Returns how many entries went. Called by a monthly job, once the seals
-- are kept outside the database too.
CREATE OR REPLACE FUNCTION fsm_audit.purge(of_class text, before date DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    part record;
    found record;
    sealed bigint;
    purged bigint := 0;
BEGIN
    IF (of_class IN ('books', 'ops', 'access')) IS NOT TRUE THEN
        RAISE EXCEPTION 'There is no class %.', of_class USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF before > fsm_audit.kept_from(of_class) THEN
        RAISE EXCEPTION 'Entries of class % are kept from % on.', of_class, fsm_audit.kept_from(of_class)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR part IN SELECT * FROM fsm_audit.partitions(of_class)
                 WHERE period_to < COALESCE(before, fsm_audit.kept_from(of_class)) LOOP
        EXECUTE format('SELECT count(*) AS n, min(id) AS id_from, max(id) AS id_to,
                               date_trunc(''month'', min(at))::date AS first FROM %s', part.place)
           INTO found;
        part.period_from := COALESCE(part.period_from, found.first, part.period_to);
        SELECT COALESCE(sum(n), 0) INTO sealed FROM fsm_audit.subtree
         WHERE class = of_class
           AND period BETWEEN to_char(part.period_from, 'YYYY-MM') AND to_char(part.period_to, 'YYYY-MM');
        CONTINUE WHEN sealed <> found.n;
        PERFORM set_config('fsm.erasing', 'on', true);
        EXECUTE format('DELETE FROM fsm_audit.pii USING %s AS gone WHERE entry_id = gone.id', part.place);
        PERFORM set_config('fsm.erasing', 'off', true);
        EXECUTE format('ALTER TABLE fsm_audit.%I DETACH PARTITION %s', 'entry_' || of_class, part.place);
        EXECUTE format('DROP TABLE %s', part.place);
        INSERT INTO fsm_audit.purge (class, period_from, period_to, entries, id_from, id_to)
        VALUES (of_class, part.period_from, part.period_to, found.n, found.id_from, found.id_to);
        PERFORM fsm_audit.log_event(
            'config', 'books', 'fsm.audit.log', ARRAY[NULL]::bigint[], ARRAY[NULL]::integer[],
            format('purged: %s, %s to %s', of_class, part.period_from, part.period_to),
            jsonb_build_object('entries', jsonb_build_array(found.n, 0)),
            NULLIF(current_setting('fsm.ctx', true), '')::jsonb);
        purged := purged + found.n;
    END LOOP;
    RETURN purged;
END $$;

SELECT fsm_audit.add_partitions();

DO $$
BEGIN
    PERFORM fsm_audit.protect(oid) FROM pg_class
      WHERE relnamespace = 'fsm_audit'::regnamespace AND relkind IN ('r', 'p');
END $$;
