"""Locks issued documents where nothing goes around: in PostgreSQL. See docs/adr/0024.

What has a row in the ledger of numbers (`fsm.gst.number`) stays as it is printed and booked,
whoever writes: the ORM below `sudo()`, another addon, an import, psql. One change is left, from
posted to cancelled, and only beside a row that says why, written by the same transaction.

The ledger is the lock, there is no flag to take away: its rows are neither changed nor deleted.
"""

# pylint: disable=sql-injection  # names of tables and columns stand in this file

from odoo.tools import SQL
from odoo.tools.sql import table_exists

# What the database refuses to change on an issued document.
MOVE_COLUMNS = (
    "name",
    "sequence_prefix",
    "sequence_number",
    "posted_before",
    "journal_id",
    "company_id",
    "move_type",
    "partner_id",
    "partner_shipping_id",
    "invoice_date",
    "date",
    "currency_id",
    "invoice_currency_rate",
    "fiscal_position_id",
    "l10n_in_gst_treatment",
    "l10n_in_gstin",
    "l10n_in_state_id",
    "reversed_entry_id",
    "debit_origin_id",
    "job_id",
    "claim_job_id",
    "payment_reference",
    "ref",
    "narration",
    "gst_rate_reason",
    "gst_parties",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "amount_untaxed_signed",
    "amount_tax_signed",
    "amount_total_signed",
    "gst_value_signed",
)

# The same of its lines, whatever they are for.
LINE_COLUMNS = (
    "move_id",
    "company_id",
    "display_type",
    "account_id",
    "partner_id",
    "currency_id",
    "balance",
    "debit",
    "credit",
    "amount_currency",
    "price_subtotal",
    "price_total",
    "tax_line_id",
    "tax_repartition_line_id",
    "tax_base_amount",
    "credited_line_id",
)

# What each line repeats of its entry, for Odoo to sum it up by: ``{column of the line: of the entry}``.
MIRRORED_COLUMNS = {
    "parent_state": "state",
    "date": "date",
    "move_name": "name",
    "journal_id": "journal_id",
    "invoice_date": "invoice_date",
}

# What the customer reads on those lines that are printed.
PRINTED_COLUMNS = (
    "name",
    "product_id",
    "product_uom_id",
    "quantity",
    "price_unit",
    "discount",
    "l10n_in_hsn_code",
    "part_numbers",
)
PRINTED_LINES = ("product", "line_section", "line_subsection", "line_note")

# Which taxes its lines bear, and where Odoo's own tax report counts them.
TAX_TABLES = ("account_move_line_account_tax_rel", "account_account_tag_account_move_line_rel")

# What a challan keeps once it is out: CGST Rule 55. Who carries it may be known later.
CHALLAN_COLUMNS = (
    "name",
    "company_id",
    "partner_id",
    "to_company_id",
    "date",
    "due_date",
    "note",
    "purpose",
    "by_id",
)

# What of a return stays as it was locked, until a manager opens it again.
RETURN_COLUMNS = (
    "organization_id",
    "gstin",
    "period",
    "first_day",
    "gstr1_data",
    "gstr3b_data",
    "sha256",
)

# Rows that are written once.
FOREVER = ("fsm_gst_number", "fsm_gst_cancellation", "fsm_gst_payment_voucher")

NAME = "fsm_gst_issued"


def _differ(columns):
    """Return the condition that one of the columns has another value than before."""
    old, new = (
        SQL(", ").join(SQL("%s.%s", SQL(row), SQL.identifier(column)) for column in columns)
        for row in ("OLD", "NEW")
    )
    return SQL("(%s) IS DISTINCT FROM (%s)", old, new)


def _refuse(message, *values):
    """Return the statement that refuses, as an error of integrity: Odoo shows it as a sentence."""
    parameters = SQL(", ").join(SQL(value) for value in values)
    return SQL(
        "RAISE EXCEPTION %s%s USING ERRCODE = 'integrity_constraint_violation',"
        " TABLE = 'account_move', CONSTRAINT = 'fsm_gst_issued'",
        message,
        SQL(", %s", parameters) if values else SQL(),
    )


def _strays():
    """Return the condition that a line ``l`` was changed to say something else than its entry ``m``."""
    return SQL(" OR ").join(
        SQL(
            "OLD.%(line)s IS DISTINCT FROM NEW.%(line)s AND l.%(line)s IS DISTINCT FROM m.%(move)s",
            line=SQL.identifier(line),
            move=SQL.identifier(move),
        )
        for line, move in MIRRORED_COLUMNS.items()
    )


def _functions():
    """Return the bodies of the functions by name."""
    kept = (
        "% was issued: its number, series and content stay as they are. Cancel it, or issue a "
        "credit note."
    )
    challan = "% was issued: its number and its goods stay as they are. Cancel it with a reason."
    printed = SQL("(OLD.display_type IN %s AND %s)", PRINTED_LINES, _differ(PRINTED_COLUMNS))
    number = SQL("SELECT number FROM fsm_gst_number WHERE move_id =")
    return {
        "forever": SQL(
            "BEGIN %s; END",
            _refuse("What stands in % is neither changed nor deleted.", "TG_TABLE_NAME"),
        ),
        "emptied": SQL("BEGIN %s; END", _refuse("% is not emptied.", "TG_TABLE_NAME")),
        "cancellation": SQL("BEGIN NEW.transaction := pg_current_xact_id()::text; RETURN NEW; END"),
        "move": SQL(
            """
            DECLARE issued varchar;
            BEGIN
                IF TG_OP = 'UPDATE' AND NOT (%(differ)s OR NEW.state IS DISTINCT FROM OLD.state)
                THEN
                    RETURN NEW;
                END IF;
                issued := (%(number)s OLD.id);
                IF issued IS NOT NULL AND NOT (
                    TG_OP = 'UPDATE' AND NOT %(differ)s
                    AND OLD.state = 'posted' AND NEW.state = 'cancel'
                    AND EXISTS (
                        SELECT FROM fsm_gst_cancellation
                         WHERE move_id = OLD.id AND transaction = pg_current_xact_id()::text)
                ) THEN
                    %(refuse)s;
                END IF;
                RETURN COALESCE(NEW, OLD);
            END
            """,
            differ=_differ(MOVE_COLUMNS),
            number=number,
            refuse=_refuse(kept, "issued"),
        ),
        "line": SQL(
            """
            DECLARE issued varchar;
            BEGIN
                IF TG_OP = 'UPDATE' AND NOT (%(differ)s OR %(printed)s) THEN
                    RETURN NEW;
                END IF;
                IF TG_OP <> 'INSERT' THEN
                    issued := (%(number)s OLD.move_id);
                END IF;
                IF issued IS NULL AND TG_OP <> 'DELETE' THEN
                    issued := (%(number)s NEW.move_id);
                END IF;
                IF issued IS NOT NULL THEN
                    %(refuse)s;
                END IF;
                RETURN COALESCE(NEW, OLD);
            END
            """,
            differ=_differ(LINE_COLUMNS),
            printed=printed,
            number=number,
            refuse=_refuse(kept, "issued"),
        ),
        "tax": SQL(
            """
            DECLARE issued varchar := (
                SELECT n.number FROM fsm_gst_number n JOIN account_move_line l USING (move_id)
                 WHERE l.id = CASE TG_OP WHEN 'INSERT' THEN NEW.account_move_line_id
                                         ELSE OLD.account_move_line_id END);
            BEGIN
                IF issued IS NOT NULL THEN
                    %s;
                END IF;
                RETURN COALESCE(NEW, OLD);
            END
            """,
            _refuse(kept, "issued"),
        ),
        "challan": SQL(
            """
            DECLARE issued varchar;
            BEGIN
                IF TG_OP = 'UPDATE' AND NOT (
                    %(differ)s OR NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at)
                THEN
                    RETURN NEW;
                END IF;
                issued := (SELECT number FROM fsm_gst_number WHERE challan_id = OLD.id);
                IF issued IS NOT NULL AND NOT (
                    TG_OP = 'UPDATE' AND NOT %(differ)s AND OLD.cancelled_at IS NULL
                    AND EXISTS (
                        SELECT FROM fsm_gst_cancellation c JOIN fsm_gst_number n
                            ON n.id = c.number_id AND n.challan_id = OLD.id
                         WHERE c.transaction = pg_current_xact_id()::text)
                ) THEN
                    %(refuse)s;
                END IF;
                RETURN COALESCE(NEW, OLD);
            END
            """,
            differ=_differ(CHALLAN_COLUMNS),
            refuse=_refuse(challan, "issued"),
        ),
        "return": SQL(
            """
            BEGIN
                IF OLD.state <> 'draft' AND (
                    TG_OP = 'DELETE' OR (NEW.state <> 'draft' AND %s)
                ) THEN
                    %s;
                END IF;
                RETURN COALESCE(NEW, OLD);
            END
            """,
            _differ(RETURN_COLUMNS),
            _refuse(
                "The GST return % %, is locked: what it declares stays as it is. A manager "
                "opens it again.",
                "OLD.gstin",
                "OLD.period",
            ),
        ),
        "goods": SQL(
            """
            DECLARE issued varchar := (
                SELECT number FROM fsm_gst_number WHERE challan_id IN (
                    CASE TG_OP WHEN 'INSERT' THEN NEW.challan_id ELSE OLD.challan_id END,
                    CASE TG_OP WHEN 'DELETE' THEN OLD.challan_id ELSE NEW.challan_id END) LIMIT 1);
            BEGIN
                IF issued IS NOT NULL THEN
                    %s;
                END IF;
                RETURN COALESCE(NEW, OLD);
            END
            """,
            _refuse(challan, "issued"),
        ),
        # The last of several changes counts, in whatever order they came: it looks when all are made.
        "mirror": SQL(
            """
            DECLARE entry varchar := (
                SELECT coalesce(m.name, '/') FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                 WHERE l.id = NEW.id AND (%s));
            BEGIN
                IF entry IS NOT NULL THEN
                    %s;
                END IF;
                RETURN NULL;
            END
            """,
            _strays(),
            _refuse("A line of % says something else than the entry itself.", "entry"),
        ),
        # A row locks its document, and Table 13 counts it: it is of what was posted under this number.
        "number": SQL(
            """
            DECLARE document record;
            BEGIN
                IF NEW.move_id IS NOT NULL THEN
                    -- A bill has a number of its own, beside that of its self-invoice.
                    SELECT CASE m.move_type WHEN 'in_invoice' THEN NEW.number ELSE m.name END AS name,
                           m.company_id INTO document
                      FROM account_move m JOIN account_journal j ON j.id = m.journal_id
                     WHERE m.id = NEW.move_id AND m.posted_before
                       AND (m.move_type IN ('out_invoice', 'out_refund') OR j.fsm_voucher > ''
                            OR m.move_type = 'in_invoice' AND NEW.kind = 'self_invoice');
                ELSIF NEW.challan_id IS NOT NULL THEN
                    SELECT name, company_id INTO document FROM fsm_challan WHERE id = NEW.challan_id;
                ELSE
                    SELECT name, company_id INTO document
                      FROM fsm_gst_payment_voucher WHERE id = NEW.voucher_id;
                END IF;
                IF (document.name, document.company_id)
                       IS DISTINCT FROM (NEW.number, NEW.company_id)
                   OR NOT starts_with(NEW.number, NEW.series)
                   OR strpos(substr(NEW.number, length(NEW.series) + 1), NEW.counter::text) = 0
                   OR NEW.registration IS DISTINCT FROM (
                       SELECT coalesce(nullif(p.vat, ''), 'company ' || c.id)
                         FROM res_company c JOIN res_partner p ON p.id = c.partner_id
                        WHERE c.id = NEW.company_id)
                THEN
                    %s;
                END IF;
                RETURN NEW;
            END
            """,
            _refuse("% was not issued under this number.", "NEW.number"),
        ),
        "posted": SQL(
            """
            BEGIN
                IF EXISTS (SELECT FROM fsm_branch WHERE company_id = NEW.company_id)
                   AND EXISTS (SELECT FROM account_move WHERE id = NEW.id AND state = 'posted')
                   AND NOT EXISTS (SELECT FROM fsm_gst_number WHERE move_id = NEW.id)
                THEN
                    %s;
                END IF;
                RETURN NULL;
            END
            """,
            _refuse("% is posted without a number in the ledger: post it in Odoo.", "NEW.name"),
        ),
    }


def _triggers():
    """Return ``(table, when, function)`` of each trigger."""
    each = "FOR EACH ROW"
    rows = [(table, f"BEFORE UPDATE OR DELETE ON {{}} {each}", "forever") for table in FOREVER]
    rows += [
        (table, "BEFORE TRUNCATE ON {} FOR EACH STATEMENT", "emptied")
        for table in (*FOREVER, "account_move_line")
    ]
    rows += [
        (table, f"BEFORE INSERT OR UPDATE OR DELETE ON {{}} {each}", "tax") for table in TAX_TABLES
    ]
    rows += [
        ("fsm_gst_cancellation", f"BEFORE INSERT ON {{}} {each}", "cancellation"),
        ("account_move", f"BEFORE UPDATE OR DELETE ON {{}} {each}", "move"),
        ("account_move_line", f"BEFORE INSERT OR UPDATE OR DELETE ON {{}} {each}", "line"),
        (
            "account_move_line",
            f"AFTER UPDATE OF {', '.join(MIRRORED_COLUMNS)} ON {{}} DEFERRABLE INITIALLY DEFERRED"
            f" {each}",
            "mirror",
        ),
        ("fsm_gst_return", f"BEFORE UPDATE OR DELETE ON {{}} {each}", "return"),
        ("fsm_gst_number", f"BEFORE INSERT ON {{}} {each}", "number"),
        ("fsm_challan", f"BEFORE UPDATE OR DELETE ON {{}} {each}", "challan"),
        (
            "fsm_challan_line",
            f"BEFORE INSERT OR UPDATE OR DELETE ON {{}} {each}",
            "goods",
        ),
        (
            "account_move",
            f"AFTER INSERT OR UPDATE OF state ON {{}} DEFERRABLE INITIALLY DEFERRED {each} WHEN "
            "(NEW.state = 'posted' AND NEW.move_type IN ('out_invoice', 'out_refund'))",
            "posted",
        ),
    ]
    return rows


def lock(cr):
    """Make the functions and triggers as they are declared above, once all tables are there."""
    if not all(table_exists(cr, table) for table in (*FOREVER, "fsm_gst_return")):
        return
    for name, body in _functions().items():
        cr.execute(
            SQL(
                "CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS %s",
                SQL.identifier(f"{NAME}_{name}"),
                cr.mogrify(body).decode(),
            )
        )
    for table, when, function in _triggers():
        name, of_table = SQL.identifier(f"{NAME}_{function}"), SQL.identifier(table)
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", name, of_table))
        cr.execute(
            SQL(
                "CREATE %s TRIGGER %s %s EXECUTE FUNCTION %s()",
                SQL("CONSTRAINT" if "DEFERRABLE" in when else ""),
                name,
                SQL(when.format(f'"{table}"')),
                name,
            )
        )
        cr.execute(SQL("ALTER TABLE %s ENABLE ALWAYS TRIGGER %s", of_table, name))


def unlock(cr):
    """Remove them, before the addon and its tables go."""
    for name in _functions():
        cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(f"{NAME}_{name}")))
