from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

MIN_NUMBER = 3  # characters of a serial number: fewer are a typing error


class FsmDevice(models.Model):
    """A thing a customer owns and we service. It outlives its job cards."""

    _name = "fsm.device"
    _description = "Device"
    _order = "id desc"
    _rec_names_search = ["model_id.name", "model_id.brand_id.name", "serial", "imei", "imei2"]
    _check_company_auto = True

    partner_id = fields.Many2one(
        string="Owner",
        comodel_name="res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain=[("fsm_only_sells", "=", False)],
        audit=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    model_id = fields.Many2one(
        comodel_name="fsm.device.model", required=True, index=True, ondelete="restrict", audit=True
    )
    category_id = fields.Many2one(related="model_id.category_id", store=True, index=True)
    serial = fields.Char(string="Serial No.", copy=False, index="trigram", audit="masked")
    imei = fields.Char(string="IMEI", copy=False, index="trigram", audit="masked")
    imei2 = fields.Char(
        string="Second IMEI", copy=False, index="trigram", audit="masked", help="Of a second SIM."
    )
    purchased_on = fields.Date()
    warranty_until = fields.Date(
        string="Maker's Warranty Until", index="btree_not_null", audit=True
    )
    is_in_warranty = fields.Boolean(string="In Maker's Warranty", compute="_compute_is_in_warranty")
    owner_ids = fields.One2many(
        string="Owners", comodel_name="fsm.device.owner", inverse_name="device_id", readonly=True
    )
    document_ids = fields.One2many(
        string="Documents", comodel_name="fsm.document", inverse_name="device_id"
    )
    job_ids = fields.One2many(comodel_name="fsm.job", inverse_name="device_id")

    _serial_uniq = models.UniqueIndex(
        "(company_id, upper(serial)) WHERE serial IS NOT NULL",
        "Another device of the branch already has this serial number.",
    )
    _imei2_uniq = models.UniqueIndex(
        "(company_id, imei2) WHERE imei2 IS NOT NULL",
        "Another device of the branch already has this second IMEI.",
    )
    _imei_uniq = models.UniqueIndex(
        "(company_id, imei) WHERE imei IS NOT NULL",
        "Another device of the branch already has this IMEI.",
    )

    # === COMPUTE METHODS === #

    @api.depends("model_id.display_name", "serial", "imei")
    def _compute_display_name(self):
        for device in self:
            number = device.serial or device.imei
            device.display_name = " · ".join(filter(None, (device.model_id.display_name, number)))

    @api.depends("warranty_until")
    def _compute_is_in_warranty(self):
        today = fields.Date.context_today(self)
        for device in self:
            device.is_in_warranty = bool(device.warranty_until and device.warranty_until >= today)

    # === CONSTRAINT METHODS === #

    @api.constrains("imei", "imei2", "company_id")
    def _check_imei(self):
        for device in self:
            for imei in filter(None, (device.imei, device.imei2)):
                if not is_imei(imei):
                    raise ValidationError(
                        self.env._(
                            "“%s” is not an IMEI: it must have 15 digits, and the last one must "
                            "fit.",
                            imei,
                        )
                    )
            if device.imei2 and device._other_with_imei():
                raise ValidationError(
                    self.env._("Each IMEI belongs to one device of the branch, and once to it.")
                )

    @api.constrains("purchased_on", "warranty_until")
    def _check_warranty_dates(self):
        for device in self:
            if device.purchased_on and device.warranty_until:
                if device.warranty_until < device.purchased_on:
                    raise ValidationError(
                        self.env._("A warranty does not end before the device was bought.")
                    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create([self._tidy(vals) for vals in vals_list])
        self.env["fsm.device.owner"]._record(devices)
        return devices

    def write(self, vals):
        changed = self.filtered(
            lambda device: "partner_id" in vals and device.partner_id.id != vals["partner_id"]
        )
        # A manager corrects what was taken in for the wrong customer: the owner, then the job card.
        if changed and not self.env["fsm.job"]._has_role({"manager"}):
            changed._check_not_here(vals["partner_id"])
        result = super().write(self._tidy(vals))
        if changed:
            self.env["fsm.device.owner"]._record(changed)
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _tidy(self, vals):
        """Return `vals` with the numbers as they are kept: no blanks, serials in capitals."""
        tidy = {
            name: "".join(str(vals[name] or "").split())
            for name in {"serial", "imei", "imei2"} & vals.keys()
        }
        return {**vals, **{name: text.upper() or False for name, text in tidy.items()}}

    def _check_not_here(self, partner_id):
        """Refuse to make devices those of a customer while they are here on another one's job card."""
        job_sudo = self.env["fsm.job"].sudo()  # that a device is here is no secret at the counter
        job_sudo = job_sudo.search(
            [
                ("device_id", "in", self.ids),
                ("partner_id", "!=", partner_id),
                ("is_open", "=", True),
                ("state", "!=", "request"),  # asked for, not here
            ],
            limit=1,
        )
        if job_sudo:
            raise UserError(
                self.env._(
                    "This device is here on job card %s of another customer: deliver or cancel "
                    "that first.",
                    job_sudo.name,
                )
            )

    def _other_with_imei(self):
        """Tell whether one of this device's IMEIs stands in the other field, here or elsewhere."""
        numbers = [self.imei, self.imei2]
        return self.imei == self.imei2 or self.search_count(
            [
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
                "|",
                ("imei", "in", list(filter(None, numbers))),
                ("imei2", "in", list(filter(None, numbers))),
            ],
            limit=1,
        )

    @api.model
    def _find_by_numbers(self, numbers, company):
        """Return the branch's device with this serial number or IMEI, if there is one."""
        for name in ("imei", "imei2", "serial"):
            if number := numbers.get(name):
                domain = Domain("serial", "=", number)
                if name != "serial":  # which of the two is the first, nobody at the counter knows
                    domain = Domain("imei", "=", number) | Domain("imei2", "=", number)
                found = self.search(domain & Domain("company_id", "=", company.id), limit=1)
                if found:
                    return found
        return self.browse()

    @api.model
    def _find_by_text(self, text, company):
        """Return the branch's device whose serial number or IMEI `text` is."""
        number = "".join((text or "").split()).upper()
        if len(number) < MIN_NUMBER:
            return self.browse()
        return self._find_by_numbers({"serial": number, "imei": number}, company)

    def _counter_rows(self):
        """Return the devices for the counter, the one that came in last first."""
        last = {
            device: (job_id, received_at)
            for device, job_id, received_at in self.env["fsm.job"]._read_group(
                [("device_id", "in", self.ids)], ["device_id"], ["id:max", "received_at:max"]
            )
        }
        jobs = {job.id: job for job in self.env["fsm.job"].browse([j for j, _at in last.values()])}
        rows = []
        for device in self.sorted(lambda device: last.get(device, (0, False))[0], reverse=True):
            job = jobs.get(last.get(device, (0, False))[0])
            rows.append(
                {
                    "id": device.id,
                    "name": device.model_id.display_name,
                    "number": device.serial or device.imei or False,
                    "category_id": device.category_id.id,
                    "last_visit": fields.Datetime.to_string(job.received_at or job.create_date)
                    if job
                    else False,
                    "open_job": job.name if job and job.is_open else False,
                    "maker_warranty_until": fields.Date.to_string(device.warranty_until)
                    if device.is_in_warranty
                    else False,
                    "warranty_until": fields.Date.to_string(device._repair_warranty_until(job))
                    or False,
                }
            )
        return rows

    def _repair_warranty_until(self, job):
        """Return the last day on which we stand for the repair of `job`, if that is still to come."""
        if not job or not job.delivered_at or job.outcome not in (False, "repaired"):
            return False
        until = fields.Date.to_date(job.delivered_at) + timedelta(
            days=self.category_id.warranty_days
        )
        return until if until >= fields.Date.context_today(self) else False


def is_imei(text):
    """Tell whether `text` is an IMEI: 15 digits, the last by Luhn (3GPP TS 23.003, annex B).

    >>> is_imei("356938035643809"), is_imei("356938035643808"), is_imei("35693803564380")
    (True, False, False)
    """
    if len(text) != 15 or not text.isdecimal() or not text.isascii():
        return False
    total = 0
    for place, digit in enumerate(map(int, text)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
