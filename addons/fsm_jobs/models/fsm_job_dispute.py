import base64
import io
import zipfile

import xlsxwriter

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..verbs import verb

MOST_PACKS = 10  # in one call: each prints its papers
COLUMN_WIDTH = 20  # characters

# Name of the sheet: the records of a job card, and what is told of each.
TABLES = {
    "status_history": (
        "history_ids",
        ("at", "user_id", "from_state", "to_state", "reason", "override", "clock"),
    ),
    "custody": (
        "custody_ids",
        ("at", "by_id", "place_kind", "place_name", "user_id", "partner_id", "due_date", "note"),
    ),
    "accessories": ("accessory_ids", ("name", "quantity", "condition", "returned")),
    "condition": ("check_ids", ("name", "result", "note")),
    "estimates": (
        "estimate_ids",
        ("version", "shared_at", "shared_by_id", "amount_untaxed", "amount", "answer")
        + ("answered_at", "answered_by", "channel", "recorded_by_id", "reason"),
    ),
    "reminders": ("reminder_ids", ("at", "name", "channel", "sent_to", "text", "problem")),
}
LINE_KEYS = ("name", "quantity", "price_unit")


class FsmJob(models.Model):
    """What was agreed and what was done, in one file, for whoever settles a dispute."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def dispute_pack(self):
        """Return all there is about a job card: papers, photos, signatures, and who did what when.

        For a manager, within his branches; that it was taken is in the audit trail. Who looked at
        the passcode is in it where an owner takes it. No passcode and no code is.

        :return: ``{filename, content}``, a zip file in base64
        """
        if not self._has_role({"manager"}):
            raise AccessError(self.env._("Only a manager takes a dispute pack."))
        if len(self) > MOST_PACKS:
            raise UserError(self.env._("At most %s packs are taken at a time.", MOST_PACKS))
        self.check_access("read")
        answers = [
            {
                "filename": f"{job.name}.zip",
                "content": base64.b64encode(_zipped(job._dispute_files())).decode(),
            }
            for job in self._with_content()
        ]
        self.env["fsm.audit.log"]._log_export(self, what="dispute_pack")
        return answers

    # === ACTION METHODS === #

    def action_dispute_pack(self):
        """Download the dispute pack: the verb behind the address asks who may."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/fsm/dispute/{self.id}",
            "target": "download",
        }

    # === BUSINESS METHODS === #

    def _with_content(self):
        """Return the job cards so that pictures are read, not their sizes as forms ask for."""
        context = self.env.context
        return self.with_context(
            {key: context[key] for key in context if not key.startswith("bin_size")}
        )

    def _dispute_files(self):
        """Return what a dispute pack holds. Each addon adds its own.

        :return: ``{path in the zip: bytes}``
        :rtype: dict
        """
        self.ensure_one()
        return {
            **self._dispute_papers(),
            "record.xlsx": _workbook(self._dispute_tables()),
            **self._dispute_signatures(),
            **self._dispute_photos(),
        }

    def _dispute_tables(self):
        """Return ``{name: (labels, rows of texts)}`` of the sheets. Each addon adds its own.

        The caller was checked; in sudo, for colleagues' names are in it.
        """
        job_sudo = self.sudo()  # a manager's branch: checked by the verb
        tables = {
            name: job_sudo._dispute_rows(job_sudo[field], columns)
            for name, (field, columns) in TABLES.items()
        }
        tables["estimate_lines"] = (
            [
                self.env._("Version"),
                self.env._("Description"),
                self.env._("Quantity"),
                self.env._("Price"),
            ],
            [
                [estimate.version, *(line[key] for key in LINE_KEYS)]
                for estimate in job_sudo.estimate_ids.sorted("version")
                for line in estimate.lines
            ],
        )
        rows = self._timeline()
        tables["timeline"] = (
            [self.env._("When"), self.env._("By"), self.env._("Kind"), self.env._("What")],
            [
                [self._dispute_moment(row["at"]), row["by"], row["kind"], row["text"]]
                for row in rows
            ],
        )
        if self.env.user.fsm_role == "owner":  # `roles.md`: password access
            tables["passcode_looks"] = (
                [self.env._("When"), self.env._("By"), self.env._("Reason")],
                [
                    [self._moment(look["at"]), look["by"], look["reason"]]
                    for look in self._passcode_looks()
                ],
            )
        return tables

    def _dispute_rows(self, records, columns):
        """Return the labels and values of some records, oldest first, as texts."""
        known = [records._fields[name] for name in columns]
        labels = [field._description_string(self.env) for field in known]
        return labels, [
            [self._dispute_text(field, record) for field in known]
            for record in records.sorted("id")
        ]

    def _dispute_text(self, field, record):
        value = record[field.name]
        if field.type == "datetime":
            return self._moment(value) or ""
        if field.type == "boolean":
            return self.env._("Yes") if value else ""
        return field.convert_to_export(value, record)

    def _dispute_moment(self, text):
        return self._moment(fields.Datetime.to_datetime(text))

    def _dispute_papers(self):
        papers = {"receipt.pdf": "fsm_jobs.fsm_job_receipt_a4_report"}
        if self.state == "delivered":
            papers["delivery_note.pdf"] = "fsm_jobs.fsm_job_delivery_note_report"
        report = self.env["ir.actions.report"]
        return {name: report._render_qweb_pdf(ref, self.ids)[0] for name, ref in papers.items()}

    def _dispute_signatures(self):
        job_sudo = self.sudo()  # as the tables
        signatures = {"intake": job_sudo.intake_signature, "delivery": job_sudo.delivery_signature}
        for estimate in job_sudo.estimate_ids:
            signatures[f"estimate_{estimate.version}"] = estimate.signature
        return {
            f"signatures/{name}.png": base64.b64decode(picture)
            for name, picture in signatures.items()
            if picture
        }

    def _dispute_photos(self):
        """Return the photos and other files of the job card, by stage, in their order."""
        files = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", False)],
            order="id",
        )
        return {
            f"photos/{number:02}_{_safe(file.description or 'file')}_{_safe(file.name)}": (
                file.raw or b""
            )
            for number, file in enumerate(files, 1)
        }


def _safe(name):
    """Return the name of a file that stays in its folder, wherever it is unpacked.

    >>> _safe("../../lid 1.png")
    '_.._lid 1.png'
    """
    kept = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name)
    return kept.lstrip(".")


def _workbook(tables):
    """Return the bytes of a workbook, a sheet a table that is not empty; text stays text.

    :param dict tables: ``{name: (labels, rows)}``
    """
    output = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(output, plain) as book:
        bold = book.add_format({"bold": True})
        for name, (labels, rows) in tables.items():
            if rows:
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, len(labels), COLUMN_WIDTH)
                sheet.write_row(0, 0, labels, bold)
                for line, row in enumerate(rows, 1):
                    sheet.write_row(line, 0, ["" if cell is False else str(cell) for cell in row])
    return output.getvalue()


def _zipped(files):
    """Return the bytes of a zip file with `files`, ``{path: bytes}``."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as pack:
        for path, content in files.items():
            pack.writestr(path, content)
    return output.getvalue()
