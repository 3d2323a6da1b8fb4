from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ..verbs import check_keys, verb
from .fsm_job import GATE

ACCESSORY_KEYS = {"name": str, "quantity": int, "condition": str}
CHECK_KEYS = {"name": str, "result": str, "note": str}
PASSCODE_KEYS = {"type": str, "value": str}
PHOTO_KEYS = {"name": str, "content": str}
TERMS_KEYS = {"version": int, "signature": str, "signed_by": str}
PASSCODE_TYPES = ("none", "pin", "password", "pattern")
SIGNATURE_FORMATS = {"PNG": "image/png"}


@contextmanager
def about(section):
    """Let a refusal say which part of the counter's screen it is about, for a sentence beside it."""
    try:
        yield
    except UserError as error:
        error.context = {"fsm_section": section}
        raise


class FsmJob(models.Model):
    """What happens at the counter: a customer, a device, a complaint become a job card."""

    _inherit = "fsm.job"

    fault_ids = fields.Many2many(
        string="Faults", comodel_name="fsm.device.fault", help="What the complaint comes down to."
    )
    advance_amount = fields.Monetary(
        string="Advance Agreed", help="Noted at the counter; whoever records payments takes it."
    )
    suggested_technician_id = fields.Many2one(
        comodel_name="fsm.technician",
        check_company=True,
        readonly=True,
        copy=False,
        help="Who had the skill and the least to do when the device came in.",
    )

    # What the customer agreed to
    terms_id = fields.Many2one(
        comodel_name="fsm.terms", readonly=True, copy=False, ondelete="restrict"
    )
    intake_signature = fields.Binary(readonly=True, copy=False, attachment=True)
    intake_signed_by = fields.Char(string="Signed at Intake by", readonly=True, copy=False)

    # === CONSTRAINT METHODS === #

    @api.constrains("advance_amount")
    def _check_advance_amount(self):
        if any(not 0 <= job.advance_amount < 1e9 for job in self):
            raise ValidationError(self.env._("An advance cannot be negative."))

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @verb
    def intake(
        self,
        customer: dict,
        device: dict,
        complaint: str = "",
        kind: str = "carry_in",
        branch_id: int = 0,
        accessories: list = (),
        checklist: list = (),
        passcode: dict = None,
        spend_limit: float = 0.0,
        photos: list = (),
        promised_at: str = "",
        technician_ids: list = (),
        faults: list = (),
        priority: str = "0",
        site_id: int = 0,
        site: dict = None,
        consents: dict = None,
        advance: float = 0.0,
        terms: dict = None,
        allow_duplicate: bool = False,
        client_ref: str = "",
    ):
        """Take in a device over the counter: one transaction, idempotent by `client_ref`.

        :param dict customer: ``{id}`` or ``{name, phone, email, vat, …}``
        :param dict device: ``{id}`` or ``{category, brand, model, serial, imei}``
        :param list accessories: ``[{name, quantity, condition: good|worn|damaged|missing}]``
        :param list checklist: ``[{name, result: ok|fault|untestable, note}]``
        :param dict passcode: ``{type: none|pin|password|pattern, value}``, sealed at once
        :param list photos: ``[{name, content}]``, content a base64 JPEG, PNG or WebP
        :param list technician_ids: as for `assign`, under the same roles
        :param list faults: names of usual faults of the category; without a `complaint` they are it
        :param int site_id: where the device stands, a site of the customer's, or
        :param dict site: ``{id}`` or ``{name, street, city, zip, state_id, notes, contact, phone}``
        :param dict consents: what the customer says today about messages, ``{purpose: true|false}``
        :param float advance: what was agreed to be paid at once; the payment is recorded elsewhere
        :param dict terms: ``{version, signature, signed_by}``, signature a base64 PNG
        :param bool allow_duplicate: open a second customer with a phone number already there
        :return: ``{id, name, state, access_url, promised_at, partner_id, device_id}``
        """
        if not self._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter takes in devices."))
        branch = self.env["fsm.branch"]._of_caller(branch_id)
        job_env = self.with_company(branch.company_id)
        asked = {
            "customer": customer,
            "device": device,
            "complaint": complaint,
            "kind": kind,
            "accessories": accessories,
            "checklist": checklist,
            "spend_limit": spend_limit,
            "promised_at": promised_at,
            "technician_ids": technician_ids,
            "photos": photos,
            **self._given(
                faults=faults,
                priority=priority,
                site_id=site_id,
                site=site,
                consents=consents,
                advance=advance,
                terms=terms,
            ),
        }
        return self.env["fsm.client.ref"]._once(
            branch.company_id,
            "fsm.job.intake",
            client_ref,
            # Not even a hash of the passcode is kept: four digits are guessed at once.
            {**asked, "passcode": (passcode or {}).get("type")},
            lambda: job_env._take_in(
                branch, {**asked, "passcode": passcode}, allow_duplicate, client_ref
            ),
        )

    # === BUSINESS METHODS - INTAKE === #

    @api.model
    def _given(self, **arguments):
        """Return the arguments that say something.

        What came later than the first release is remembered under a `client_ref` only where it was
        given: the same call as before still is the same call.
        """
        return {name: value for name, value in arguments.items() if value and value != "0"}

    def _take_in(self, branch, asked, allow_duplicate, client_ref):
        """Create what `intake` was asked for and return its answer."""
        with about("customer"):
            partner = self._intake_customer(asked["customer"], branch, allow_duplicate)
            site = self._intake_site(asked.get("site"), asked.get("site_id"), partner)
        with about("device"):
            device = self._intake_device(asked["device"], partner, branch)
        values = self._intake_values(branch, device, asked)
        job = self._open(
            [
                {
                    **values,
                    "branch_id": branch.id,
                    "partner_id": partner.id,
                    "site_id": site.id,
                    "device_id": device.id,
                    "client_ref": client_ref,
                }
            ],
            state="received",
        )
        with about("plan"):
            if asked["technician_ids"]:
                job.assign(technician_ids=asked["technician_ids"])
        job._keep_intake(asked)
        return {
            "id": job.id,
            "name": job.name,
            "state": job.state,
            "access_url": job.access_url,
            "promised_at": fields.Datetime.to_string(job.promised_at),
            "partner_id": partner.id,
            "device_id": device.id,
        }

    def _intake_values(self, branch, device, asked):
        """Return what the job card says of the problem, the condition and the plan, checked."""
        with about("problem"):
            faults = self.env["fsm.device.fault"]._named(asked.get("faults"), device.category_id)
            complaint = asked["complaint"].strip() or ", ".join(faults.mapped("name"))
            if not complaint:
                raise UserError(self.env._("Write down what the customer complains about."))
        with about("condition"):
            accessories = self._intake_rows(
                "accessories", asked["accessories"], ACCESSORY_KEYS, "fsm.job.accessory"
            )
            checks = self._intake_rows("checklist", asked["checklist"], CHECK_KEYS, "fsm.job.check")
        with about("plan"):
            return {
                "complaint": complaint,
                "fault_ids": [Command.set(faults.ids)],
                "accessory_ids": accessories,
                "check_ids": checks,
                "kind": self._intake_choice("kind", asked["kind"]),
                "priority": self._intake_choice("priority", asked.get("priority", "0")),
                "spend_limit": self._intake_amount("spend_limit", asked["spend_limit"]),
                "advance_amount": self._intake_amount("advance", asked.get("advance", 0.0)),
                "promised_at": self._intake_promise(
                    asked["promised_at"], branch, device, fields.Datetime.now()
                ),
            }

    def _keep_intake(self, asked):
        """Keep what nobody writes by hand: passcode, photos, signature, suggestion."""
        with about("unlock"):
            self._intake_passcode(asked["passcode"])
        with about("terms"):
            signs = self._intake_terms(asked.get("terms"))
        if not self.technician_ids:
            technicians = self.env["fsm.technician"]._of_branch(self.branch_id)
            signs["suggested_technician_id"] = technicians._skilled(self.device_id.category_id)[
                :1
            ].id
        if signs:
            self.with_context(fsm_gate=GATE).sudo().write(signs)  # fields of ours, checked above
        with about("condition"):
            self._attach_photos(asked["photos"], "intake")
        with about("consents"):
            self._intake_consents(asked.get("consents"))

    def _intake_choice(self, name, value):
        choices = dict(self._fields[name]._description_selection(self.env))
        if value not in choices:
            raise UserError(
                self.env._(
                    "“%(name)s” must be one of: %(choices)s.",
                    name=name,
                    choices=", ".join(choices),
                )
            )
        return value

    def _intake_amount(self, name, amount):
        if amount < 0:
            raise UserError(
                self.env._("A spend limit cannot be negative.")
                if name == "spend_limit"
                else self.env._("An advance cannot be negative.")
            )
        return amount

    def _intake_terms(self, terms):
        """Return what the customer agreed to, and how he signed it."""
        if not terms:
            return {}
        terms = check_keys(self.env, terms, TERMS_KEYS, "terms")
        current = self.env["fsm.terms"]._current(self.branch_id)
        if not current or terms.get("version") != current.version:
            raise UserError(
                self.env._(
                    "The terms changed: version %s holds now. Show the customer the new ones.",
                    current.version or 0,
                )
            )
        if not terms.get("signature"):
            return {"terms_id": current.id}
        self._check_picture(terms["signature"], "terms.signature", SIGNATURE_FORMATS)
        return {
            "terms_id": current.id,
            "intake_signature": terms["signature"],
            "intake_signed_by": (terms.get("signed_by") or "").strip() or self.partner_id.name,
        }

    def _intake_promise(self, promised_at, branch, device, received_at):
        """Return the promise that was given, or the usual time of such a device from now."""
        if not promised_at:
            return branch._after_working_hours(received_at, device.category_id.repair_hours)
        try:
            promise = fields.Datetime.to_datetime(promised_at)
        except ValueError:
            promise = None
        if not promise or promise < received_at - timedelta(minutes=5):
            raise UserError(
                self.env._("“promised_at” must be a moment to come, YYYY-MM-DD HH:MM:SS in UTC.")
            )
        return promise

    def _intake_rows(self, argument, rows, keys, model):
        """Return commands that create `rows` of `model`, each one checked."""
        commands = []
        for row in rows:
            if not isinstance(row, dict) or not row.get("name"):
                raise UserError(self.env._("Each of “%s” needs a name.", argument))
            row = check_keys(self.env, row, keys, argument)
            for key, value in row.items():
                choices = self._choices(model, key)
                if choices and value and value not in choices:
                    raise UserError(
                        self.env._(
                            "“%(key)s” must be one of: %(choices)s.",
                            key=f"{argument}.{key}",
                            choices=", ".join(choices),
                        )
                    )
            if row.get("quantity") is not None and "quantity" in row and row["quantity"] < 1:
                raise UserError(self.env._("“%s.quantity” must be 1 or more.", argument))
            commands.append(Command.create({k: v for k, v in row.items() if v}))
        return commands

    def _choices(self, model, name):
        field = self.env[model]._fields[name]
        return [key for key, _label in field.selection] if field.type == "selection" else []

    def _intake_passcode(self, passcode):
        """Seal the passcode of the device, if there is one."""
        passcode = check_keys(self.env, passcode or {}, PASSCODE_KEYS, "passcode")
        kind = passcode.get("type") or "none"
        if kind not in PASSCODE_TYPES:
            raise UserError(
                self.env._("“passcode.type” must be one of: %s.", ", ".join(PASSCODE_TYPES))
            )
        if kind == "none":
            return
        if not passcode.get("value"):
            raise UserError(self.env._("“passcode.value” is missing."))
        self._seal_passcode(kind, passcode["value"])
