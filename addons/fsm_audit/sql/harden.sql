-- The hardened tier: the trail belongs to a role that nobody can be, and Odoo's role may read it and
-- add to it, no more. Run by scripts/harden, as a superuser of the cluster, in one transaction after
-- the other scripts; as often as you like. The setting fsm.odoo_role names Odoo's role.
-- Why each part is as it is: docs/adr/0014.
--
-- Who owns what. A function with SECURITY DEFINER runs as its owner.
--   the superuser     what generates triggers and makes or drops partitions, from checked words only
--   fsm_audit_owner   schema, tables, and the functions that write entries
--   fsm_audit_reader  what looks a company up in tables of Odoo's role: those may run code of that
--                     role (a policy, a view, an index), which must not find itself an owner here

-- === ROLES ===

DO $$
DECLARE
    odoo name := current_setting('fsm.odoo_role');
    role name;
    power text;
BEGIN
    FOREACH role IN ARRAY '{fsm_audit_owner,fsm_audit_reader}'::name[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I', role);
        END IF;
        EXECUTE format('ALTER ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION'
                       ' NOBYPASSRLS PASSWORD NULL', role);
    END LOOP;
    SELECT string_agg(held.rolname, ', ') INTO power
      FROM pg_roles AS mine, pg_roles AS held
     WHERE mine.rolname = odoo AND pg_has_role(mine.oid, held.oid, 'MEMBER')
       AND (held.rolsuper OR held.rolcreaterole OR held.rolbypassrls OR held.rolname IN (
           'fsm_audit_owner', 'fsm_audit_reader', 'pg_write_all_data', 'pg_write_server_files',
           'pg_execute_server_program'));
    IF power IS NOT NULL THEN
        RAISE EXCEPTION 'Odoo''s role % has the power of: %. It could undo all of this: let Odoo use'
            ' a role with LOGIN CREATEDB and nothing more.', odoo, power;
    END IF;
END $$;

-- === WHAT DOES NOT BELONG ===
-- Whoever owned the schema before may have left something behind.

DROP EVENT TRIGGER IF EXISTS fsm_audit_ddl;
DROP EVENT TRIGGER IF EXISTS fsm_audit_drop;
DROP EVENT TRIGGER IF EXISTS fsm_audit_rewrite;

-- Functions that the scripts before this one did not make. Those of triggers are made below.
DO $$
DECLARE
    stray regprocedure;
BEGIN
    FOR stray IN SELECT oid FROM pg_proc
                  WHERE pronamespace = 'fsm_audit'::regnamespace AND proname NOT LIKE 'capture\_%'
                    AND xmin::text::bigint <> txid_current() % (2 ^ 32)::bigint LOOP
        EXECUTE format('DROP ROUTINE %s CASCADE', stray);
    END LOOP;
END $$;

-- Triggers, rules, policies and views on its tables.
DO $$
DECLARE
    stray record;
BEGIN
    FOR stray IN SELECT tgname AS name, tgrelid::regclass AS place FROM pg_trigger
                   JOIN pg_class ON pg_class.oid = tgrelid
                  WHERE relnamespace = 'fsm_audit'::regnamespace AND NOT tgisinternal
                    AND tgparentid = 0 LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', stray.name, stray.place);
    END LOOP;
    FOR stray IN SELECT rulename AS name, ev_class::regclass AS place FROM pg_rewrite
                   JOIN pg_class ON pg_class.oid = ev_class
                  WHERE relnamespace = 'fsm_audit'::regnamespace AND relkind IN ('r', 'p') LOOP
        EXECUTE format('DROP RULE %I ON %s', stray.name, stray.place);
    END LOOP;
    FOR stray IN SELECT polname AS name, polrelid::regclass AS place FROM pg_policy
                   JOIN pg_class ON pg_class.oid = polrelid
                  WHERE relnamespace = 'fsm_audit'::regnamespace LOOP
        EXECUTE format('DROP POLICY %I ON %s', stray.name, stray.place);
    END LOOP;
    FOR stray IN SELECT oid::regclass AS place FROM pg_class
                  WHERE relnamespace = 'fsm_audit'::regnamespace AND relkind IN ('r', 'p') LOOP
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY',
                       stray.place);
        PERFORM fsm_audit.protect(stray.place);
    END LOOP;
    -- What is left may name functions, types and operators of PostgreSQL and of this schema only.
    SELECT pg_describe_object(classid, objid, objsubid) AS part,
           pg_describe_object(refclassid, refobjid, refobjsubid) AS needs INTO stray
      FROM pg_depend
     WHERE (classid, objid) IN (
               SELECT 'pg_class'::regclass, oid FROM pg_class
                WHERE relnamespace = 'fsm_audit'::regnamespace
                UNION ALL
               SELECT 'pg_attrdef'::regclass, pg_attrdef.oid FROM pg_attrdef
                 JOIN pg_class ON pg_class.oid = adrelid
                WHERE relnamespace = 'fsm_audit'::regnamespace
                UNION ALL
               SELECT 'pg_constraint'::regclass, oid FROM pg_constraint
                WHERE connamespace = 'fsm_audit'::regnamespace)
       AND (refclassid = 'pg_proc'::regclass AND NOT EXISTS (
                SELECT FROM pg_proc WHERE oid = refobjid AND pronamespace = 'fsm_audit'::regnamespace)
            OR refclassid IN ('pg_type'::regclass, 'pg_operator'::regclass, 'pg_extension'::regclass));
    IF FOUND THEN
        RAISE EXCEPTION 'In the schema fsm_audit % needs %, which is not ours: find out who made it.',
            stray.part, stray.needs;
    END IF;
END $$;

-- === OWNERS AND RIGHTS ===

DO $$
DECLARE
    odoo name := current_setting('fsm.odoo_role');
    everybody text := 'PUBLIC, ' || (
        SELECT string_agg(format('%I', rolname), ', ') FROM pg_roles
         WHERE NOT rolsuper AND rolname NOT LIKE 'pg\_%' AND rolname <> 'fsm_audit_owner');
    owner name;
    held record;
BEGIN
    ALTER SCHEMA fsm_audit OWNER TO fsm_audit_owner;
    EXECUTE format('REVOKE ALL ON SCHEMA fsm_audit FROM %s CASCADE', everybody);
    GRANT ALL ON SCHEMA fsm_audit TO fsm_audit_owner;
    -- Everybody's DDL is looked at by functions of this schema.
    GRANT USAGE ON SCHEMA fsm_audit TO PUBLIC;
    FOR held IN SELECT oid, oid::regclass AS place, relname, relkind,
                       relname ~ '^(entry|pii|purge)(_|$)' AS is_closed
                  FROM pg_class WHERE relnamespace = 'fsm_audit'::regnamespace
                   AND relkind IN ('r', 'p', 'S') ORDER BY relkind DESC LOOP
        IF held.relkind <> 'S' OR NOT EXISTS (
            SELECT FROM pg_depend WHERE objid = held.oid AND deptype IN ('a', 'i')
               AND classid = 'pg_class'::regclass AND refobjsubid > 0) THEN
            EXECUTE format('ALTER %s %s OWNER TO fsm_audit_owner',
                           CASE held.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, held.place);
        END IF;
        EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', held.place, everybody);
        EXECUTE format('GRANT ALL ON %s TO fsm_audit_owner', held.place);
        EXECUTE format('GRANT SELECT ON %s TO %I', held.place, odoo); -- or pg_dump stops
        IF held.relkind <> 'S' AND NOT held.is_closed THEN
            EXECUTE format('GRANT INSERT ON %s TO %I', held.place, odoo); -- who seals
        END IF;
    END LOOP;
    FOR held IN SELECT oid::regprocedure AS run, proname, prorettype::regtype::text AS returns
                  FROM pg_proc WHERE pronamespace = 'fsm_audit'::regnamespace LOOP
        owner := CASE
            WHEN held.proname IN ('company_of', 'company_of_record', 'working_company')
                THEN 'fsm_audit_reader'
            WHEN held.proname IN ('log_event', 'erase', 'truncated', 'mask', 'clip', 'refuse',
                                  'refuse_unless_erasing') OR held.proname LIKE 'capture\_%'
                THEN 'fsm_audit_owner'
            ELSE current_user END;
        EXECUTE format('ALTER ROUTINE %s OWNER TO %I', held.run, owner);
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM %s CASCADE', held.run, everybody);
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO fsm_audit_owner, %I', held.run, owner);
        -- With EXECUTE on a trigger function one makes a trigger that forges entries.
        IF held.returns NOT IN ('trigger', 'event_trigger') THEN
            EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', held.run, odoo);
        END IF;
    END LOOP;
    GRANT USAGE ON SCHEMA public TO fsm_audit_reader;
    GRANT SELECT (id, company_id) ON public.res_users TO fsm_audit_reader;
    GRANT SELECT ON public.res_company_users_rel TO fsm_audit_reader;
END $$;

-- The functions of the triggers, anew: from now on they run as their owner.
DO $$
DECLARE
    known record;
BEGIN
    FOR known IN SELECT notes.place, note, function::regprocedure AS run,
                        to_regclass(format('public.%I', notes.place)) IS NULL AS is_gone
                   FROM fsm_audit.notes() AS notes LOOP
        IF known.is_gone OR known.run::text <> format(
            'fsm_audit.%I()', fsm_audit.function_of(known.place)) THEN
            EXECUTE format('DROP FUNCTION %s CASCADE', known.run);
        ELSE
            PERFORM fsm_audit.install(known.note);
        END IF;
    END LOOP;
    FOR known IN SELECT oid::regprocedure AS run FROM pg_proc
                  WHERE pronamespace = 'fsm_audit'::regnamespace AND proname LIKE 'capture\_%'
                    AND oid NOT IN (SELECT function FROM fsm_audit.notes()) LOOP
        EXECUTE format('DROP ROUTINE %s CASCADE', known.run);
    END LOOP;
END $$;

-- === WHAT DDL MAY DO ===
-- Odoo's role owns its tables, so it could switch the triggers on them off. Whatever it does to one,
-- they have to stand afterwards; and that it did something stays in the trail.

-- By the superuser alone, and by the functions that run as one: `install`, say, when Odoo's role
-- calls it. The event triggers run as whoever does the DDL, so that this can be told.
CREATE FUNCTION fsm_audit.is_superuser_at_work() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT rolsuper FROM pg_roles WHERE rolname = current_user
$$;

CREATE FUNCTION fsm_audit.on_ddl() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT fsm_audit.is_superuser_at_work() THEN
        PERFORM fsm_audit.check_ddl();
    END IF;
END $$;

CREATE FUNCTION fsm_audit.on_drop() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT fsm_audit.is_superuser_at_work() THEN
        PERFORM fsm_audit.check_drop();
    END IF;
END $$;

CREATE FUNCTION fsm_audit.on_rewrite() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT fsm_audit.is_superuser_at_work() THEN
        PERFORM fsm_audit.check_rewrite();
    END IF;
END $$;

CREATE FUNCTION fsm_audit.log_ddl(note jsonb, what text) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO fsm_audit.entry (op, class, kind, model, app, ctx, changes)
    SELECT 'DDL', note#>>'{capture,class_}', 'config', note#>>'{capture,model}',
           current_setting('application_name'), NULLIF(current_setting('fsm.ctx', true), '')::jsonb,
           jsonb_build_object('table ' || (note#>>'{capture,name}'), jsonb_build_array(NULL, what))
$$;

CREATE FUNCTION fsm_audit.check_ddl() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    command record;
    known record;
    touched oid;
BEGIN
    FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
        IF command.schema_name = 'fsm_audit' OR command.classid = 'pg_namespace'::regclass
            AND command.objid = 'fsm_audit'::regnamespace THEN
            RAISE EXCEPTION 'The schema fsm_audit belongs to the audit trail: % is refused.',
                command.command_tag USING ERRCODE = 'insufficient_privilege';
        END IF;
        CONTINUE WHEN command.objid IS NULL OR command.command_tag = 'COMMENT';
        touched := CASE command.classid
            WHEN 'pg_class'::regclass THEN command.objid
            WHEN 'pg_trigger'::regclass THEN (
                SELECT tgrelid FROM pg_trigger WHERE oid = command.objid)
            WHEN 'pg_rewrite'::regclass THEN (
                SELECT ev_class FROM pg_rewrite WHERE oid = command.objid)
            WHEN 'pg_policy'::regclass THEN (
                SELECT polrelid FROM pg_policy WHERE oid = command.objid) END;
        CONTINUE WHEN touched IS NULL;
        IF EXISTS (SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
                    WHERE tgrelid = touched AND NOT tgisinternal AND CASE
                        WHEN pronamespace = 'fsm_audit'::regnamespace
                            THEN tgenabled <> 'A' OR tgname NOT LIKE 'fsm\_audit\_capture%'
                              OR pg_trigger.oid = command.objid
                        ELSE tgname LIKE 'fsm\_audit\_capture%' END) THEN
            RAISE EXCEPTION 'The audit of % cannot be switched off: % is refused.', touched::regclass,
                command.command_tag USING ERRCODE = 'insufficient_privilege';
        END IF;
        -- What stands in a child table is seen through its parent, but written past its triggers.
        IF EXISTS (SELECT FROM pg_inherits
                     JOIN pg_class ON pg_class.oid = inhrelid AND NOT relispartition
                     JOIN pg_trigger ON tgrelid = inhparent AND tgname LIKE 'fsm\_audit\_capture%'
                    WHERE inhrelid = touched) THEN
            RAISE EXCEPTION '% cannot inherit from an audited table.', touched::regclass
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        FOR known IN SELECT * FROM fsm_audit.notes() AS notes WHERE function IN (
                         SELECT tgfoid FROM pg_trigger WHERE tgrelid = touched) LOOP
            PERFORM fsm_audit.check_types(known.note, touched);
            IF to_regclass(format('public.%I', known.place)) = touched AND fsm_audit.text_of(known.note)
                IS DISTINCT FROM (SELECT prosrc FROM pg_proc WHERE oid = known.function) THEN
                PERFORM fsm_audit.replace_function(known.note); -- a column came or went
            END IF;
            PERFORM fsm_audit.log_ddl(known.note, command.command_tag || ' ' || command.object_identity);
        END LOOP;
    END LOOP;
END $$;

CREATE FUNCTION fsm_audit.check_drop() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone record;
    known record;
BEGIN
    FOR gone IN SELECT * FROM pg_event_trigger_dropped_objects() LOOP
        IF gone.schema_name = 'fsm_audit' AND NOT gone.is_temporary THEN
            RAISE EXCEPTION 'The schema fsm_audit belongs to the audit trail: % is not dropped.',
                gone.object_identity USING ERRCODE = 'insufficient_privilege';
        ELSIF gone.object_type = 'trigger' AND gone.address_names[3] LIKE 'fsm\_audit\_capture%'
            AND NOT EXISTS (
                SELECT FROM pg_event_trigger_dropped_objects() AS tables
                 WHERE tables.object_type = 'table'
                   AND tables.address_names = gone.address_names[1:2]) THEN
            RAISE EXCEPTION 'The audit of % cannot be switched off.', gone.address_names[2]
                USING ERRCODE = 'insufficient_privilege';
        ELSIF gone.object_type IN ('table', 'table column') AND gone.address_names[1] = 'public' THEN
            FOR known IN SELECT * FROM fsm_audit.notes() AS notes
                          WHERE notes.place = gone.address_names[2] LOOP
                PERFORM fsm_audit.log_ddl(known.note, 'DROP ' || gone.object_identity);
            END LOOP;
        END IF;
    END LOOP;
END $$;

-- A column that is given another type has all its values written anew, past the triggers.
CREATE FUNCTION fsm_audit.check_rewrite() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fsm_audit.log_ddl(note, 'every row rewritten') FROM fsm_audit.notes()
      WHERE function IN (
          SELECT tgfoid FROM pg_trigger WHERE tgrelid = pg_event_trigger_table_rewrite_oid());
END $$;

GRANT EXECUTE ON FUNCTION fsm_audit.is_superuser_at_work(), fsm_audit.check_ddl(),
    fsm_audit.check_drop(), fsm_audit.check_rewrite() TO PUBLIC;
REVOKE ALL ON FUNCTION fsm_audit.log_ddl(jsonb, text), fsm_audit.on_ddl(), fsm_audit.on_drop(),
    fsm_audit.on_rewrite() FROM PUBLIC;

CREATE EVENT TRIGGER fsm_audit_ddl ON ddl_command_end EXECUTE FUNCTION fsm_audit.on_ddl();
CREATE EVENT TRIGGER fsm_audit_drop ON sql_drop EXECUTE FUNCTION fsm_audit.on_drop();
CREATE EVENT TRIGGER fsm_audit_rewrite ON table_rewrite EXECUTE FUNCTION fsm_audit.on_rewrite();
ALTER EVENT TRIGGER fsm_audit_ddl ENABLE ALWAYS;
ALTER EVENT TRIGGER fsm_audit_drop ENABLE ALWAYS;
ALTER EVENT TRIGGER fsm_audit_rewrite ENABLE ALWAYS;

-- What only the superuser may: take columns out of a capture, or all of a table with no columns.
CREATE FUNCTION fsm_audit.release(place_name text, columns text[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known jsonb;
BEGIN
    SELECT note INTO STRICT known FROM fsm_audit.notes() AS notes WHERE notes.place = place_name;
    IF columns IS NULL OR known->>'type' = 'Relation' THEN
        known := fsm_audit.emptied(known);
    ELSE
        known := jsonb_set(known, '{capture,columns}', COALESCE((
            SELECT jsonb_agg(item) FROM jsonb_array_elements(known#>'{capture,columns}') AS item
             WHERE item->>0 <> ALL(columns)), '[]'));
    END IF;
    PERFORM fsm_audit.install(known);
END $$;
REVOKE ALL ON FUNCTION fsm_audit.release(text, text[]) FROM PUBLIC;
