from datetime import date as Date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

from .. import pictures
from ..lifecycle import FINAL_STATES, OUTCOMES
from ..verbs import check_keys, verb
from .fsm_estimate import ANSWERS, CHANNELS
from .fsm_job import GATE
from .fsm_job_intake import PHOTO_KEYS

LINE_KEYS = {"product_id": int, "name": str, "quantity": float, "price_unit": float}
SHARE_CHANNELS = ("email", "sms", "whatsapp", "link")
MOST_PHOTOS = 20  # in one call
PHOTO_STAGES = ("intake", "work", "delivery")
PHOTO_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

# The job cards that `pending` counts, most urgent first.
PENDING_ORDER = "priority desc, promised_at, id"


class FsmJob(models.Model):
    """What integrators, buttons and dialogs call: `shared/spec/rpc.md`."""

    _inherit = "fsm.job"

    # === BUSINESS METHODS - VERBS === #

    @verb
    def move_to(self, state: str, reason: str = "", override: bool = False):
        """Move to a state of the life cycle.

        :param bool override: as a manager, with a reason of ten characters or more, skip the order
            of states and the quality check; nothing else
        :return: ``{id, state}``
        """
        self._move(state, reason, override)
        return [{"id": job.id, "state": job.state} for job in self]

    @verb
    def assign(self, technician_ids: list, lead_technician_id: int = 0):
        """Say who repairs. The first technician leads unless another is named.

        :return: ``{id, technician_ids}``
        """
        if not self._has_role({"manager"}):
            raise AccessError(self.env._("Only a manager assigns technicians."))
        if not all(type(technician_id) is int for technician_id in technician_ids):
            raise UserError(self.env._("“technician_ids” must be a list of ids."))
        lead_id = lead_technician_id or (technician_ids[0] if technician_ids else False)
        if lead_id and lead_id not in technician_ids:
            raise UserError(self.env._("The lead must be one of the technicians."))
        for company, jobs in self.grouped("company_id").items():
            technicians = self.env["fsm.technician"].search(
                [("id", "in", technician_ids), ("company_id", "=", company.id)]
            )
            if len(technicians) != len(set(technician_ids)):
                raise UserError(
                    self.env._("A technician is not one of the branch of these job cards.")
                )
            jobs.write(
                {
                    "technician_ids": [fields.Command.set(technicians.ids)],
                    "lead_technician_id": lead_id,
                }
            )
        return [{"id": job.id, "technician_ids": job.technician_ids.ids} for job in self]

    @verb
    def add_diagnosis(
        self,
        diagnosis: str,
        lines: list = (),
        share_channels: list = (),
        *,
        client_ref: str = "",
    ):
        """Write down what is wrong and what it would cost; moves `received` to `diagnosis`.

        :param list lines: ``[{product_id, name, quantity, price_unit}]``, added to the estimate;
            a price that is left out is the one of the price list
        :param list share_channels: share the estimate at once, as `share_estimate` does
        :return: ``{id, state, amount_estimate}``
        """
        if not self._has_role({"technician"}):
            raise AccessError(self.env._("Only a technician or a manager diagnoses."))
        return self.env["fsm.client.ref"]._once_together(
            self,
            "add_diagnosis",
            client_ref,
            {"diagnosis": diagnosis, "lines": lines, "share_channels": share_channels},
            lambda: self._add_diagnosis(diagnosis, lines, share_channels),
        )

    def _add_diagnosis(self, diagnosis, lines, share_channels):
        """Write the diagnosis down, and return the answers of the verb."""
        values = self._diagnosis_lines(lines)
        self.filtered(lambda job: job.state == "received")._move("diagnosis")
        self.write({"diagnosis": diagnosis})
        self.env["fsm.job.line"].create(
            [{**line, "job_id": job.id} for job in self for line in values]
        )
        if share_channels:
            for job in self:
                job.share_estimate(channels=share_channels)
        return [
            {"id": job.id, "state": job.state, "amount_estimate": job.amount_estimate}
            for job in self
        ]

    def _diagnosis_lines(self, lines):
        """Return the values of estimate lines, each one checked."""
        if not all(isinstance(line, dict) for line in lines):
            raise UserError(self.env._("Each of “lines” must be an object."))
        lines = [check_keys(self.env, line, LINE_KEYS, "lines") for line in lines]
        wanted = {line.get("product_id") or 0 for line in lines}
        known = self.env["product.product"].search(
            [("id", "in", list(wanted)), ("sale_ok", "=", True)]
        )
        if wanted - set(known.ids):
            raise UserError(self.env._("“lines.product_id” must be the id of a service or part."))
        return [self._diagnosis_line(line) for line in lines]

    def _diagnosis_line(self, line):
        quantity = line.get("quantity", 1.0)
        if quantity <= 0 or (line.get("price_unit") or 0) < 0:
            raise UserError(self.env._("A quantity is more than 0, and a price not less than 0."))
        kept = {key: line[key] for key in ("name", "price_unit") if line.get(key) is not None}
        return {**kept, "product_id": line["product_id"], "quantity": quantity}

    @verb
    def share_estimate(self, channels: list = ("link",), *, client_ref: str = ""):
        """Show the customer what it would cost; moves to `estimate`.

        :param list channels: of ``email``, ``sms``, ``whatsapp``, ``link``; the last two only return
            the link, for whoever sends it
        :return: ``{version, url, amount_total}``
        """
        for channel in channels:
            if channel not in SHARE_CHANNELS:
                raise UserError(
                    self.env._("“channels” are some of: %s.", ", ".join(SHARE_CHANNELS))
                )
        if not self._has_role({"technician"}):
            raise AccessError(self.env._("Only a technician or a manager shares an estimate."))
        return self.env["fsm.client.ref"]._once_together(
            self,
            "share_estimate",
            client_ref,
            {"channels": channels},
            lambda: self._share_estimates(channels),
        )

    def _share_estimates(self, channels):
        """Share an estimate of each job card, and return the answers of the verb."""
        answers = []
        for job in self:
            job._check_channels(channels)
            estimate = job._share_estimate()
            job._send_estimate(estimate, channels)
            answers.append(
                {
                    "version": estimate.version,
                    "url": job._customer_link(),
                    "amount_total": estimate.amount,
                }
            )
        return answers

    def _send_sms(self, text):
        """Queue a text message to the customer; Odoo's SMS queue sends it after the commit."""
        partner_sudo = self.partner_id.sudo()  # a technician does not see the number he texts
        if not partner_sudo.phone_sanitized:
            raise UserError(self.env._("%s has no phone number.", partner_sudo.name))
        self.env["sms.sms"].sudo().create(  # the queue belongs to the system
            {
                "partner_id": partner_sudo.id,
                "number": partner_sudo.phone_sanitized,
                "body": text,
            }
        )

    @verb
    def record_answer(
        self, answer: str, channel: str = "counter", answered_by: str = "", reason: str = ""
    ):
        """Write down the customer's answer to the estimate that is shared.

        :param str answer: ``approved``, ``declined`` or ``revise``
        :param str channel: how he gave it
        :return: ``{id, state}``
        """
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter records the customer's answer."))
        for name, value, choices in (
            ("answer", answer, ANSWERS),
            ("channel", channel, CHANNELS),
        ):
            if value not in dict(choices):
                raise UserError(
                    self.env._(
                        "“%(name)s” must be one of: %(choices)s.",
                        name=name,
                        choices=", ".join(dict(choices)),
                    )
                )
        for job in self:
            job._record_answer(answer, channel, answered_by or job.partner_id.name, reason)
        return [{"id": job.id, "state": job.state} for job in self]

    @verb
    def mark_ready(self, outcome: str = "repaired", pass_qc: bool = False):
        """Say that the device can be fetched.

        From `qc` the caller passes the quality check; from `repair` with `pass_qc`, or where the
        branch waives it, both steps are done. From `diagnosis` the outcome says why there was no
        repair; later, that the repair came to nothing, and then what was estimated is not billed.

        :return: ``{id, state}``
        """
        if outcome not in dict(OUTCOMES):
            raise UserError(self.env._("“outcome” must be one of: %s.", ", ".join(dict(OUTCOMES))))
        for job in self:
            if job.state == "diagnosis":
                job._end_without_repair(outcome)
            elif job.state == "repair" and (pass_qc or job.branch_id.waive_qc):
                job._move("qc")
            if job.state == "qc" and outcome != "repaired":
                job._end_without_repair(outcome)
            job._move("ready")
        return [{"id": job.id, "state": job.state} for job in self]

    def _end_without_repair(self, outcome):
        """Note the outcome; whether it lets the device go is for `_blockers` to say."""
        if not self._has_role({"technician"}):
            raise AccessError(self.env._("Only a technician or a manager says the outcome."))
        if outcome == "declined":
            raise UserError(
                self.env._("That the customer declines is his answer: record it at the estimate.")
            )
        self.with_context(fsm_gate=GATE).sudo().outcome = outcome  # checked on the line above

    @api.readonly
    @verb
    def timeline(self):
        """Return what happened, oldest first: ``[{at, by, kind, text}]``."""
        return [job._timeline() for job in self]

    def _timeline(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        rows = [
            (
                entry.at,
                {
                    "at": fields.Datetime.to_string(entry.at),
                    "by": entry.user_id.sudo().name,  # colleagues may know each other's names
                    "kind": "override" if entry.override else "state",
                    "text": " – ".join(filter(None, (states[entry.to_state], entry.reason))),
                },
            )
            for entry in self.history_ids
        ]
        rows += [
            (
                message.date,
                {
                    "at": fields.Datetime.to_string(message.date),
                    "by": message.author_id.sudo().name or "",
                    "kind": "message",
                    "text": html2plaintext(message.body).strip(),
                },
            )
            for message in self.message_ids.filtered("body")
        ]
        return [row for _at, row in sorted(rows, key=lambda pair: pair[0])]

    @api.model
    @api.readonly
    @verb
    def pending(self, branch_id: int = 0, limit: int = 80, offset: int = 0):
        """Return the open job cards, most urgent first, as a list of dicts."""
        if not 0 < limit <= 500 or offset < 0:
            raise UserError(self.env._("“limit” must be 1 to 500, and “offset” 0 or more."))
        domain = [("is_open", "=", True)]
        if branch_id:
            domain.append(("branch_id", "=", self.env["fsm.branch"]._of_caller(branch_id).id))
        return self.search(domain, limit=limit, offset=offset, order=PENDING_ORDER)._summaries()

    @api.model
    @api.readonly
    @verb
    def my_jobs(self, date: str = ""):
        """Return the caller's open job cards, most urgent first.

        :param str date: only what is promised by the end of that day
        """
        domain = [("is_open", "=", True), ("technician_ids.user_id", "=", self.env.uid)]
        if date:
            domain.append(("promised_at", "<", f"{self._check_date(date)} 23:59:59"))
        return self.search(domain, order=PENDING_ORDER)._summaries()

    def _check_date(self, date):
        try:
            return fields.Date.to_string(Date.fromisoformat(date))
        except ValueError:
            raise UserError(self.env._("“%s” is not a date: write YYYY-MM-DD.", date)) from None

    def _summaries(self):
        return [
            {
                "id": job.id,
                "name": job.name,
                "state": job.state,
                "priority": job.priority,
                "partner": job.partner_id.display_name,
                "device": job.device_id.display_name,
                "complaint": job.complaint,
                "technician_ids": job.technician_ids.ids,
                "promised_at": fields.Datetime.to_string(job.promised_at),
                "is_late": job.is_late,
            }
            for job in self
        ]

    @verb
    def add_photos(self, photos: list, stage: str = "work", *, client_ref: str = ""):
        """Keep photos with the job card.

        :param list photos: ``[{name, content}]``, content a base64 JPEG, PNG or WebP
        :param str stage: ``intake``, ``work`` or ``delivery``
        :return: ``{ids}``
        """
        if stage not in PHOTO_STAGES:
            raise UserError(self.env._("“stage” must be one of: %s.", ", ".join(PHOTO_STAGES)))
        if not self._has_role({"receptionist", "technician"}):
            raise AccessError(self.env._("Your role does not add photos."))
        return self.env["fsm.client.ref"]._once_each(
            self,
            "add_photos",
            client_ref,
            {"photos": photos, "stage": stage},
            lambda job: {"ids": job._attach_photos(photos, stage).ids},
        )

    def _attach_photos(self, photos, stage):
        """Attach `photos`, each re-encoded, so that nothing but a picture is kept."""
        if self.state in FINAL_STATES:
            raise UserError(self.env._("Job card %s is closed: its photos stay.", self.name))
        if len(photos) > MOST_PHOTOS:
            raise UserError(self.env._("At most %s photos are added at a time.", MOST_PHOTOS))
        values = []
        for photo in photos:
            if not isinstance(photo, dict):
                raise UserError(self.env._("Each of “photos” must be an object."))
            photo = check_keys(self.env, photo, PHOTO_KEYS, "photos")
            mimetype = self._check_picture(photo.get("content"), "photos", PHOTO_FORMATS)
            values.append(
                {
                    "name": photo.get("name") or self.env._("Photo"),
                    "description": stage,
                    "raw": self._clean_picture(photo["content"], mimetype),
                    "mimetype": mimetype,
                    "public": False,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        return self.env["ir.attachment"].create(values)

    def _check_picture(self, content, name, formats):
        """Return the media type of a base64 picture, or refuse what is none."""
        try:
            found = pictures.format_of(content)
        except pictures.ERRORS:
            found = None
        if found not in formats:
            raise self._picture_error(name, formats)
        return formats[found]

    def _clean_picture(self, content, mimetype):
        kept_as = next(name for name, known in PHOTO_FORMATS.items() if known == mimetype)
        try:
            return pictures.cleaned(content, kept_as)
        except pictures.ERRORS:
            raise self._picture_error("photos", PHOTO_FORMATS) from None

    def _picture_error(self, name, formats):
        return UserError(
            self.env._(
                "“%(name)s” must be a base64 picture: %(formats)s.",
                name=name,
                formats=", ".join(formats),
            )
        )
