-- What writes the entries: one trigger function for each audited table, generated from what the
-- fields declare (declaration.py) and from the columns the table has. What a function was generated
-- from stands in its comment, {"type": "Table" | "Relation", "capture": {…}}, so the catalogue of
-- PostgreSQL is the only state there is. See docs/adr/0002; who may call what, docs/adr/0014.
--
-- A connection that comes back to Odoo's pool forgets its plans, so each expression and each SQL
-- statement of a body is planned again in every request: a body has one of each.

-- Whether Odoo's role has given the trail to an owner of its own: sql/harden.sql.
CREATE OR REPLACE FUNCTION fsm_audit.is_hardened() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT pg_get_userbyid(nspowner) = 'fsm_audit_owner' FROM pg_namespace WHERE nspname = 'fsm_audit'
$$;

-- A name has at most 63 characters.
CREATE OR REPLACE FUNCTION fsm_audit.function_of(place text) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN length('capture_' || place) <= 63 THEN 'capture_' || place
           ELSE left('capture_' || place, 54) || '_' || left(md5('capture_' || place), 8) END
$$;

-- The triggers of a table: name → when, and what they run.
CREATE OR REPLACE FUNCTION fsm_audit.triggers_of(note jsonb)
RETURNS TABLE (name text, definition text) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    WITH names AS (
        SELECT format('public.%I', note->'capture'->>'name') AS place,
               format('fsm_audit.%I()', fsm_audit.function_of(note->'capture'->>'name')) AS runs
    )
    SELECT 'fsm_audit_capture', format(
        'AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s', place, runs)
      FROM names WHERE note->>'type' = 'Table'
     UNION ALL
    SELECT 'fsm_audit_capture_truncate', format(
        'AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION fsm_audit.truncated(%L)',
        place, note->'capture'->>'model')
      FROM names
     UNION ALL
    SELECT 'fsm_audit_capture_' || label, format(
        'AFTER %s ON %s REFERENCING %s TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION %s',
        event, place, image, runs)
      FROM names, (VALUES ('insert', 'INSERT', 'NEW'), ('delete', 'DELETE', 'OLD'),
                          -- Odoo never updates one; whoever does took away and added.
                          ('update_from', 'UPDATE', 'OLD'), ('update_to', 'UPDATE', 'NEW')
                  ) AS events (label, event, image)
     WHERE note->>'type' = 'Relation'
$$;

-- The names of columns that a body may name: those of its table, now.
CREATE OR REPLACE FUNCTION fsm_audit.columns_of(place text) RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(attname::text) FROM pg_attribute
     WHERE attrelid = to_regclass(format('public.%I', place)) AND attnum > 0 AND NOT attisdropped
$$;

-- === THE TEXT OF A FUNCTION ===

-- `{column: [old, new]}` of those columns that changed, as one expression.
CREATE OR REPLACE FUNCTION fsm_audit.text_of_changes(columns jsonb, is_true boolean)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(format(
               'CASE WHEN %s THEN jsonb_build_object(''%s'', jsonb_build_array(%s, %s)) ELSE ''{}'' END',
               CASE WHEN empty IS NULL THEN format('%s IS DISTINCT FROM %s', was, is_now)
                    ELSE format('COALESCE(%s, %s) <> COALESCE(%s, %s)', was, empty, is_now, empty) END,
               name, format(shown, was), format(shown, is_now)), E'\n        || ' ORDER BY place)
      FROM jsonb_array_elements(columns) WITH ORDINALITY AS listed (item, place),
           LATERAL (SELECT item->>0 AS name, item->>1 AS type, item->>2 AS how) AS declared,
           LATERAL (SELECT 'OLD."' || name || '"' AS was, 'NEW."' || name || '"' AS is_now,
                           -- What Odoo reads from an empty column; writing it is no change.
                           CASE WHEN type = 'bool' THEN 'false'
                                WHEN type IN ('int4', 'int8', 'float8', 'numeric') THEN '0' END AS empty,
                           CASE WHEN is_true THEN '%s'
                                WHEN how = 'masked' THEN 'fsm_audit.mask(%s::text)'
                                WHEN how = 'changed' THEN 'CASE WHEN %s IS NOT NULL THEN ''•••'' END'
                                WHEN type IN ('varchar', 'text') THEN 'fsm_audit.clip(%s)'
                                ELSE '%s' END AS shown) AS texts
$$;

-- One statement for the entry and, if a masked value changed, for what it really was.
CREATE OR REPLACE FUNCTION fsm_audit.text_of_table(capture jsonb, columns jsonb, existing text[])
RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    masked jsonb := jsonb_path_query_array(columns, 'strict $[*] ? (@[2] == "masked")');
    company text := capture->>'company';
    partner text := capture->>'partner';
    names text := 'op, class, kind, model, res_id, company_id, actor, app, ctx, changes';
    vals text := format(
        'left(TG_OP, 1), %L, %L, %L, COALESCE(NEW.id, OLD.id), %s, %s, %s, ctx, changes',
        capture->>'class_', capture->>'kind', capture->>'model',
        CASE WHEN company = ANY(existing) THEN format(
            'COALESCE(NEW."%s", OLD."%1$s", fsm_audit.working_company(ctx))', company)
            ELSE 'NULL' END,
        CASE WHEN (capture->>'has_uid')::boolean AND 'write_uid' = ANY(existing)
            THEN 'NEW.write_uid' ELSE 'NULL' END,
        'CASE WHEN ctx IS NULL THEN current_setting(''application_name'') END');
    into_entry text := format('INSERT INTO fsm_audit.entry_%s (%%s) VALUES (%%s)', capture->>'class_');
    write text := format(into_entry, names, vals) || ';';
BEGIN
    IF masked <> '[]' THEN
        -- What was masked is looked at once more only if any of it changed: most changes are of others.
        write := format(
            'IF changes ?| %L::text[] THEN
        vals := %s;
        salt := gen_random_uuid()::text;
        WITH entry AS (
            %s RETURNING id
        )
        INSERT INTO fsm_audit.pii (entry_id, model, res_id, partner_id, salt, vals)
        SELECT id, %L, COALESCE(NEW.id, OLD.id), %s, salt, vals FROM entry;
    ELSE
        %s
    END IF;', ARRAY(SELECT jsonb_array_elements(masked)->>0),
            fsm_audit.text_of_changes(masked, true),
            format(into_entry, names || ', commitment',
                vals || ', encode(sha256(convert_to(salt || vals::text, ''UTF8'')), ''base64'')'),
            capture->>'model',
            CASE WHEN partner = ANY(existing) THEN format('COALESCE(NEW."%s", OLD."%1$s")', partner)
                ELSE 'NULL' END,
            write);
    END IF;
    RETURN format('
DECLARE
    changes jsonb := %s;
    vals jsonb;
    salt text;
    ctx jsonb;
BEGIN
    IF changes = ''{}'' AND TG_OP = ''UPDATE'' THEN
        RETURN NULL;
    END IF;
    ctx := NULLIF(current_setting(''fsm.ctx'', true), '''')::jsonb;
    %s
    RETURN NULL;
END', fsm_audit.text_of_changes(columns, false), write);
END $$;

-- One entry for each left record of a statement.
CREATE OR REPLACE FUNCTION fsm_audit.text_of_relation(capture jsonb)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('
DECLARE
    ctx jsonb := NULLIF(current_setting(''fsm.ctx'', true), '''')::jsonb;
BEGIN
    INSERT INTO fsm_audit.entry_%1$s (op, class, kind, model, res_id, company_id, app, ctx, changes)
    SELECT ''U'', %1$L, %2$L, %3$L, "%4$s", COALESCE(%5$s fsm_audit.working_company(ctx)),
           CASE WHEN ctx IS NULL THEN current_setting(''application_name'') END, ctx,
           jsonb_build_object(%6$L, CASE
               WHEN TG_OP = ''INSERT'' OR TG_NAME = ''fsm_audit_capture_update_to''
               THEN jsonb_build_array(''[]''::jsonb, jsonb_agg("%7$s"))
               ELSE jsonb_build_array(jsonb_agg("%7$s"), ''[]''::jsonb) END)
      FROM changed_rows GROUP BY "%4$s";
    RETURN NULL;
END', capture->>'class_', capture->>'kind', capture->>'model', capture->>'left',
        CASE WHEN capture->>'owner' IS NULL THEN ''
             ELSE format('fsm_audit.company_of_record(%L, "%s"),', capture->>'owner', capture->>'left') END,
        capture->>'field', capture->>'right')
$$;

-- What the function of a table does. Of no columns: nothing, and it stays that way.
CREATE OR REPLACE FUNCTION fsm_audit.text_of(note jsonb) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    capture jsonb := note->'capture';
    existing text[] := fsm_audit.columns_of(capture->>'name');
    columns jsonb;
BEGIN
    IF note->>'type' = 'Relation' THEN
        IF capture->>'field' IS NOT NULL
            AND ARRAY[capture->>'left', capture->>'right'] <@ existing THEN
            RETURN fsm_audit.text_of_relation(capture);
        END IF;
    ELSE
        SELECT jsonb_agg(item ORDER BY place) INTO columns
          FROM jsonb_array_elements(capture->'columns') WITH ORDINALITY AS listed (item, place)
         WHERE item->>0 = ANY(existing);
        IF columns IS NOT NULL AND 'id' = ANY(existing) THEN
            RETURN fsm_audit.text_of_table(capture, columns, existing);
        END IF;
    END IF;
    RETURN 'BEGIN RETURN NULL; END';
END $$;

-- === WHAT IS THERE ===

CREATE OR REPLACE FUNCTION fsm_audit.notes()
RETURNS TABLE (place text, note jsonb, function oid) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT note->'capture'->>'name', note, oid
      FROM (SELECT oid, obj_description(oid, 'pg_proc')::jsonb AS note FROM pg_proc
             WHERE pronamespace = 'fsm_audit'::regnamespace AND proname LIKE 'capture\_%') AS described
     WHERE note ? 'capture'
$$;

-- The triggers of a table that are there, run what they should, and are switched on for everybody.
CREATE OR REPLACE FUNCTION fsm_audit.lacking(note jsonb) RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(
        SELECT wanted.name FROM fsm_audit.triggers_of(note) AS wanted
         WHERE NOT EXISTS (
             SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
              WHERE tgrelid = to_regclass(format('public.%I', note->'capture'->>'name'))
                AND tgname = wanted.name AND tgenabled = 'A' AND tgqual IS NULL
                AND pronamespace = 'fsm_audit'::regnamespace
                AND proname IN ('truncated', fsm_audit.function_of(note->'capture'->>'name'))))
$$;

-- What is captured, and whether its function and its triggers are what they should be.
CREATE OR REPLACE FUNCTION fsm_audit.installed()
RETURNS TABLE (place text, note jsonb, is_intact boolean, is_hardened boolean) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT notes.place, notes.note,
           prosrc = fsm_audit.text_of(notes.note) AND prosecdef = fsm_audit.is_hardened()
               AND fsm_audit.lacking(notes.note) = '{}',
           fsm_audit.is_hardened()
      FROM fsm_audit.notes() AS notes JOIN pg_proc ON oid = notes.function
$$;

-- === WHAT IS DONE ===

-- Refuse what is no capture: in the hardened tier this is all that Odoo's role can say, and its
-- words go into the text of functions that run as the owner of the trail.
CREATE OR REPLACE FUNCTION fsm_audit.check_note(note jsonb) RETURNS void LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    capture jsonb := note->'capture';
    is_table boolean := note->>'type' = 'Table';
    columns jsonb := CASE WHEN jsonb_typeof(capture->'columns') = 'array'
        THEN capture->'columns' ELSE '[]' END;
    reason text := CASE
        WHEN (note->>'type' IN ('Table', 'Relation')) IS NOT TRUE THEN 'type'
        WHEN (capture->>'name' ~ '^[a-z_][a-z0-9_]{0,62}$') IS NOT TRUE THEN 'name'
        WHEN (capture->>'model' ~ '^[a-z][a-z0-9_.]{0,100}$') IS NOT TRUE THEN 'model'
        WHEN (capture->>'class_' IN ('books', 'ops', 'access')) IS NOT TRUE THEN 'class'
        WHEN (capture->>'kind' !~ '^[a-z_]{1,30}$') IS TRUE THEN 'kind'
        WHEN is_table AND jsonb_typeof(capture->'columns') IS DISTINCT FROM 'array' THEN 'columns'
        WHEN is_table AND jsonb_typeof(capture->'has_uid') IS DISTINCT FROM 'boolean' THEN 'has_uid'
        -- Neither would its entries be told from those of the model's own table.
        WHEN is_table AND replace(capture->>'model', '.', '_') <> capture->>'name'
            AND capture->>'name' !~ '^ir_act_' THEN 'model'
        WHEN NOT is_table AND (capture->>'left' IS NULL OR capture->>'right' IS NULL) THEN 'sides'
        END;
BEGIN
    IF reason IS NULL AND EXISTS (
        SELECT FROM unnest(ARRAY[capture->>'company', capture->>'partner', capture->>'field',
                                 capture->>'left', capture->>'right', capture->>'owner']) AS name
         WHERE name !~ '^[a-zA-Z_][a-zA-Z0-9_]{0,62}$') THEN
        reason := 'columns';
    END IF;
    IF reason IS NULL AND EXISTS (
        SELECT FROM jsonb_array_elements(columns) AS item
         WHERE jsonb_typeof(item) <> 'array'
            OR (item->>0 ~ '^[a-zA-Z_][a-zA-Z0-9_]{0,62}$' AND item->>1 ~ '^[a-z0-9_]{1,63}$'
                AND item->>2 IN ('plain', 'masked', 'changed')) IS NOT TRUE) THEN
        reason := 'columns';
    END IF;
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION 'This cannot be captured, its % is wrong: %', reason, left(note::text, 200)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;

-- A cast of a type that somebody made is his code, and would be run by the owner of the trail.
CREATE OR REPLACE FUNCTION fsm_audit.check_types(note jsonb, place oid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    capture jsonb := note->'capture';
    foreign_column text;
BEGIN
    SELECT attname INTO foreign_column
      FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
     WHERE attrelid = place AND attnum > 0 AND NOT attisdropped
       AND (typnamespace <> 'pg_catalog'::regnamespace OR typtype <> 'b')
       AND (attname IN ('id', 'write_uid', capture->>'company', capture->>'partner',
                        capture->>'left', capture->>'right')
            OR attname IN (SELECT item->>0 FROM jsonb_path_query(capture, '$.columns[*]') AS item));
    IF FOUND THEN
        RAISE EXCEPTION 'Column % of % is audited: its type has to be one of PostgreSQL''s own.',
            foreign_column, place::regclass USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- A second table, or a relation of one's own, under the name of what is captured already would let its
-- rows be told as changes of that.
CREATE OR REPLACE FUNCTION fsm_audit.check_new(asked jsonb) RETURNS void LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rival text;
BEGIN
    SELECT known.place INTO rival FROM fsm_audit.notes() AS known
     WHERE known.note#>>'{capture,model}' = asked#>>'{capture,model}'
       AND known.place <> asked#>>'{capture,name}'
       AND CASE WHEN asked->>'type' = known.note->>'type'
           THEN asked->>'type' = 'Table' OR COALESCE(
               asked#>>'{capture,field}' = known.note#>>'{capture,field}', true)
           ELSE fsm_audit.names_of(asked) ?| ARRAY(
               SELECT jsonb_array_elements_text(fsm_audit.names_of(known.note))) END;
    IF FOUND THEN
        RAISE EXCEPTION '% is captured from % already.', asked#>>'{capture,model}', rival
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- What is captured stays captured: in the hardened tier, and while modules are being loaded, a
-- declaration can add columns, mask what was plain and have entries kept longer. Columns that are
-- dropped go by themselves, and are captured again should they come back.
CREATE OR REPLACE FUNCTION fsm_audit.widened(known jsonb, note jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_set(jsonb_set(known, '{capture,class_}',
               CASE WHEN note#>>'{capture,class_}' = 'books' THEN '"books"'
                    ELSE known#>'{capture,class_}' END),
           CASE known->>'type' WHEN 'Relation' THEN '{capture,field}'::text[]
                ELSE '{capture,columns}'::text[] END,
           CASE known->>'type' WHEN 'Relation' THEN
               COALESCE(NULLIF(known#>'{capture,field}', 'null'), note#>'{capture,field}', 'null')
           ELSE COALESCE((
               SELECT jsonb_agg(CASE WHEN was IS NULL OR is_now->>2 = 'masked' THEN is_now
                                     ELSE jsonb_set(COALESCE(is_now, was), '{2}', was->2) END
                                ORDER BY COALESCE(is_now->>0, was->>0) COLLATE "C")
                 FROM jsonb_array_elements(known#>'{capture,columns}') AS was
                 FULL JOIN jsonb_array_elements(note#>'{capture,columns}') AS is_now
                   ON was->>0 = is_now->>0), '[]') END)
$$;

CREATE OR REPLACE FUNCTION fsm_audit.emptied(note jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE note->>'type' WHEN 'Relation' THEN jsonb_set(note, '{capture,field}', 'null')
           ELSE jsonb_set(note, '{capture,columns}', '[]') END
$$;

-- Whether two notes are of one table of one model.
CREATE OR REPLACE FUNCTION fsm_audit.is_same(known jsonb, note jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (known->>'type', known#>>'{capture,model}') = (note->>'type', note#>>'{capture,model}')
$$;

-- What has to be installed so that PostgreSQL does what `notes` ask for; of a table that is gone,
-- null: its function has to be removed. With `is_partial` nothing is taken away.
CREATE OR REPLACE FUNCTION fsm_audit.differing(notes jsonb, is_partial boolean)
RETURNS TABLE (place text, note jsonb) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    WITH known AS (SELECT * FROM fsm_audit.installed()),
    wanted AS (SELECT item->'capture'->>'name' AS place, item AS note
                 FROM jsonb_array_elements(notes) AS item),
    due AS (
        SELECT place, known.note AS known, is_intact,
               to_regclass(format('public.%I', place)) IS NOT NULL AS is_there,
               CASE WHEN known.note IS NULL THEN wanted.note
                    WHEN wanted.note IS NULL THEN
                        CASE WHEN is_hardened THEN known.note ELSE fsm_audit.emptied(known.note) END
                    WHEN NOT is_partial AND NOT is_hardened THEN wanted.note
                    WHEN fsm_audit.is_same(known.note, wanted.note)
                        THEN fsm_audit.widened(known.note, wanted.note)
                    ELSE known.note END AS note
          FROM wanted FULL JOIN known USING (place)
         WHERE wanted.note IS NOT NULL OR NOT is_partial
    )
    SELECT place, CASE WHEN is_there THEN note END FROM due
     WHERE CASE WHEN is_there THEN note IS DISTINCT FROM known OR NOT is_intact
                ELSE known IS NOT NULL AND NOT EXISTS (
                    SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
                     WHERE pronamespace = 'fsm_audit'::regnamespace
                       AND proname = fsm_audit.function_of(place)) END
$$;

-- Have a table captured as `note` says: replace its function, add the triggers it lacks, and note
-- it in the trail. The one way in, for both tiers.
CREATE OR REPLACE FUNCTION fsm_audit.install(note jsonb) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    place oid;
    runs text;
    known jsonb;
    before jsonb;
    after jsonb;
    definition record;
BEGIN
    PERFORM fsm_audit.check_note(note);
    place := to_regclass(format('public.%I', note->'capture'->>'name'));
    runs := format('fsm_audit.%I', fsm_audit.function_of(note->'capture'->>'name'));
    known := obj_description(to_regproc(runs), 'pg_proc')::jsonb;
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = place AND relkind IN ('r', 'p'))
        OR EXISTS (SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                    WHERE inhparent = place AND NOT relispartition) THEN
        RAISE EXCEPTION 'There is no such table to capture: %', note->'capture'->>'name'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF fsm_audit.is_hardened() AND known IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolsuper) THEN
        IF NOT fsm_audit.is_same(known, note) THEN
            RAISE EXCEPTION '% is captured as % already: only scripts/harden changes that.',
                note->'capture'->>'name', known#>>'{capture,model}'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        note := fsm_audit.widened(known, note);
    ELSIF fsm_audit.is_hardened() AND known IS NULL
        AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolsuper) THEN
        PERFORM fsm_audit.check_new(note);
    END IF;
    PERFORM fsm_audit.check_types(note, place);
    PERFORM fsm_audit.replace_function(note);
    FOR definition IN SELECT * FROM fsm_audit.triggers_of(note)
                       WHERE name = ANY(fsm_audit.lacking(note)) LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', definition.name, place::regclass);
        EXECUTE format('CREATE TRIGGER %I %s', definition.name, definition.definition);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', place::regclass, definition.name);
    END LOOP;
    IF known IS DISTINCT FROM note THEN
        before := fsm_audit.names_of(known);
        after := fsm_audit.names_of(note);
        PERFORM fsm_audit.log_event(
            'config', note#>>'{capture,class_}', note#>>'{capture,model}', ARRAY[NULL]::bigint[],
            ARRAY[NULL]::integer[], note#>>'{capture,name}',
            jsonb_build_object('audit', jsonb_build_array(before, after)),
            '{"uid": 1, "src": "install"}');
    END IF;
END $$;

-- The names of what a note captures.
CREATE OR REPLACE FUNCTION fsm_audit.names_of(note jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN note->>'type' = 'Relation'
           THEN jsonb_path_query_array(note, '$.capture.field ? (@ != null)')
           ELSE jsonb_path_query_array(note, '$.capture.columns[*][0]') END
$$;

CREATE OR REPLACE FUNCTION fsm_audit.replace_function(note jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    runs text := format('fsm_audit.%I', fsm_audit.function_of(note->'capture'->>'name'));
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql %s AS %L', runs,
        CASE WHEN fsm_audit.is_hardened()
            THEN 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp' ELSE '' END,
        fsm_audit.text_of(note));
    EXECUTE format('COMMENT ON FUNCTION %s() IS %L', runs, note::text);
    IF fsm_audit.is_hardened() THEN
        EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', runs);
        EXECUTE format('ALTER FUNCTION %s() OWNER TO fsm_audit_owner', runs);
        IF note#>>'{capture,owner}' IS NOT NULL THEN
            EXECUTE format('GRANT SELECT (id, company_id) ON public.%I TO fsm_audit_reader',
                           note#>>'{capture,owner}');
        END IF;
    END IF;
END $$;

-- Drop the function of a table; in the hardened tier only if the table is gone.
CREATE OR REPLACE FUNCTION fsm_audit.remove(place text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT fsm_audit.is_hardened() AND to_regclass(format('public.%I', place)) IS NOT NULL THEN
        EXECUTE format('DROP TRIGGER IF EXISTS fsm_audit_capture_truncate ON public.%I', place);
    END IF;
    EXECUTE format('DROP FUNCTION IF EXISTS fsm_audit.%I() %s', fsm_audit.function_of(place),
                   CASE WHEN fsm_audit.is_hardened() THEN 'RESTRICT' ELSE 'CASCADE' END);
END $$;
