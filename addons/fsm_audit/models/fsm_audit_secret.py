from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import vault


class FsmAuditSecret(models.Model):
    """A text that was entrusted to the shop, sealed: a device's passcode, a provider's key.

    Nobody holds a right on it, not even the system administrator. An addon keeps its secrets with
    `_seal`, `_open` and `_wipe`, checks who may, and logs it (`fsm.audit.log._log_event`).
    """

    _name = "fsm.audit.secret"
    _description = "Sealed Secret"
    _rec_name = "field"

    # What it belongs to
    model = fields.Char(required=True)
    field = fields.Char(required=True)
    record_id = fields.Many2oneReference(model_field="model", required=True)
    company_id = fields.Integer(help="Id of the company whose key seals it; 0 without company.")

    # The secret
    ciphertext = fields.Char(required=True)
    kid = fields.Char(string="Key", required=True, index=True, help="Which key opens it.")
    purge_at = fields.Datetime(string="Purge On", index="btree_not_null")

    _place_uniq = models.Constraint(
        "UNIQUE(model, record_id, field)", "This record already has such a secret."
    )

    # === CRUD METHODS === #

    @api.autovacuum
    def _gc_purge(self):
        """Wipe what has reached its last day."""
        late_sudo = self.sudo().search([("purge_at", "<=", fields.Datetime.now())])  # its purpose
        for (model, field_name), secrets_sudo in late_sudo.grouped(
            lambda secret: (secret.model, secret.field)
        ).items():
            if model in self.env:
                records = self.env[model].browse(secrets_sudo.mapped("record_id")).exists()
                self._purge(records, field_name)
        late_sudo.exists().unlink()

    # === BUSINESS METHODS === #

    @api.model
    def _seal(self, record, field_name, text, purge_at=False):
        """Keep `text` for `record`, in place of what was kept under this name before.

        :param datetime purge_at: when it is wiped at the latest
        :raise UserError: the writing key is missing, or the key of what would be replaced: a text
            that nobody can read right now is not thrown away, `_wipe` it if you mean it
        """
        record.ensure_one()
        place = self._place(record, field_name)
        ring = self._key_ring()
        secret_sudo = self._find(record, field_name)
        if secret_sudo and secret_sudo.kid not in ring:
            raise self._explain(vault.Locked(secret_sudo.kid))
        if ring and self._is_wrong(ring.writing_id, ring):
            raise self._wrong_key_error(ring.writing_id)
        try:
            ciphertext = vault.seal(text, ring, place)
        except vault.Locked as error:
            raise self._explain(error) from None
        vals = {
            "company_id": place.company_id,
            "ciphertext": ciphertext,
            "kid": vault.key_id_of(ciphertext),
            "purge_at": purge_at,
        }
        if secret_sudo:
            secret_sudo.write(vals)
        else:
            owner = {"model": record._name, "field": field_name, "record_id": record.id}
            self.sudo().create(vals | owner)  # nobody holds rights on this model

    @api.model
    def _open(self, record, field_name):
        """Return the text kept for `record`, `False` if there is none.

        :raise UserError: its key is missing, or it was not sealed for this record
        """
        record.ensure_one()
        secret_sudo = self._find(record, field_name)
        if not secret_sudo:
            return False
        ring, place = self._key_ring(), self._place(record, field_name)
        try:
            return vault.unseal(secret_sudo.ciphertext, ring, place)
        except (vault.Locked, vault.Tampered) as error:
            if self._is_wrong(secret_sudo.kid, ring):
                raise self._wrong_key_error(secret_sudo.kid) from None
            raise self._explain(error) from None

    @api.model
    def _wipe(self, records, field_name):
        """Forget what was kept for `records`; return those that had something."""
        secrets_sudo = self._find(records, field_name)
        wiped = records.browse(secrets_sudo.mapped("record_id"))
        secrets_sudo.unlink()
        return wiped

    @api.model
    def _purge(self, records, field_name):
        """Wipe what has reached its last day; an addon that keeps a sign of it takes it back."""
        if wiped := self._wipe(records, field_name):
            reason = self.env._("Wiped on its last day.")
            self.env["fsm.audit.log"]._log_event("passcode", wiped, reason)

    # === GETTERS === #

    @api.model
    def _find(self, records, field_name):
        return self.sudo().search(  # nobody holds rights on this model
            [
                ("model", "=", records._name),
                ("record_id", "in", records.ids),
                ("field", "=", field_name),
            ]
        )

    @api.model
    def _place(self, record, field_name):
        company = record.sudo().company_id if "company_id" in record else None  # part of the seal
        return self._place_of(record._name, field_name, company.id if company else 0, record.id)

    @api.model
    def _place_of(self, model, field_name, company_id, record_id):
        get_param = self.env["ir.config_parameter"].sudo().get_param  # everybody's database
        return vault.Place(model, field_name, get_param("database.uuid"), company_id, record_id)

    def _unsealed(self, ring):
        place = self._place_of(self.model, self.field, self.company_id, self.record_id)
        return vault.unseal(self.ciphertext, ring, place)

    @api.model
    def _key_ring(self):
        """Read the keys: `FSM_SECRET_KEYS`, or the file that `FSM_SECRET_KEYS_FILE` or the option
        `fsm_secret_keys_file` of odoo.conf names."""
        try:
            return vault.KeyRing.load("FSM_SECRET_KEYS")
        except (OSError, UnicodeDecodeError, vault.BadKeyRing) as error:
            raise self._explain(error) from None

    @api.model
    def _explain(self, error):
        """Return the UserError for what went wrong: a sentence, and never a key or a secret."""
        if isinstance(error, vault.Tampered):
            return UserError(
                self.env._(
                    "This secret does not belong to this record, or was altered. It is not shown."
                )
            )
        if isinstance(error, vault.Locked) and error.args[0]:
            return UserError(
                self.env._(
                    "The secret store is locked: key %s is missing. "
                    "Ask whoever runs the server to put it back into the key ring.",
                    error.args[0],
                )
            )
        if isinstance(error, vault.Locked):
            return UserError(
                self.env._(
                    "The secret store is locked: there is no key. "
                    "Ask whoever runs the server to set FSM_SECRET_KEYS."
                )
            )
        if isinstance(error, vault.BadKeyRing):
            return UserError(
                self.env._(
                    "The secret store is locked: key %s of the key ring is not 32 bytes in base64.",
                    error.args[0],
                )
            )
        return UserError(self.env._("The secret store is locked: the key file cannot be read."))
