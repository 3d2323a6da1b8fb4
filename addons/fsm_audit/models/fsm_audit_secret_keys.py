import logging

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from .. import vault

_logger = logging.getLogger(__name__)

BATCH = 1000  # secrets sealed again in one transaction: about 50 ms
CANARY = "canary"  # the name, and what is sealed

LATE_DAYS = 2  # the daily clean-up was missed


class FsmAuditSecret(models.Model):
    """The keys of the store: whether they are the right ones, and how an old one is retired.

    Of each key that ever wrote, a known text is kept. A key ring that does not open it has another
    key under this name: nothing is sealed with it, as nobody could read it afterwards.
    """

    _inherit = "fsm.audit.secret"

    # === INITIALISATION === #

    def _register_hook(self):
        super()._register_hook()
        try:
            self._keep_canaries()
        except UserError as error:
            _logger.error("%s", error)
        for state in self._health_secret_store():
            if state["level"] == "error":
                _logger.error("%s", state["text"])

    def _keep_canaries(self):
        """Keep a canary for each key of the ring, if it opens what was sealed under its name."""
        ring = self._key_ring()
        for key_id in ring:
            if not self._canary(key_id) and self._opens_a_secret(key_id, ring):
                ciphertext = vault.seal(CANARY, ring.only(key_id), self._canary_place(key_id))
                owner = {"model": self._name, "field": f"{CANARY}.{key_id}", "record_id": 1}
                self.sudo().create(  # nobody holds rights on this model
                    {**owner, "company_id": 0, "ciphertext": ciphertext, "kid": key_id}
                )
                self.env.registry.clear_cache()

    def _opens_a_secret(self, key_id, ring):
        secret_sudo = self.sudo().search(self._sealed([key_id]), limit=1)  # no rights on it
        try:
            return not secret_sudo or bool(secret_sudo._unsealed(ring))
        except vault.Tampered:
            return False

    # === BUSINESS METHODS - KEYS === #

    @api.model
    def _is_wrong(self, key_id, ring):
        """Whether the ring has another key under this name than the one that sealed."""
        canary = self._canary(key_id)
        if not canary or key_id not in ring:
            return False
        try:
            return vault.unseal(canary, ring, self._canary_place(key_id)) != CANARY
        except vault.Tampered:
            return True

    @api.model
    @tools.ormcache("key_id")
    def _canary(self, key_id):
        domain = [("model", "=", self._name), ("field", "=", f"{CANARY}.{key_id}")]
        return self.sudo().search(domain).ciphertext  # nobody holds rights on this model

    @api.model
    def _canary_place(self, key_id):
        return self._place_of(self._name, f"{CANARY}.{key_id}", 0, 1)

    @api.model
    def _wrong_key_error(self, key_id):
        return UserError(
            self.env._(
                "The secret store is locked: what stands as key %s in the key ring is not the key "
                "that sealed, or this database is a copy of another. "
                "Ask whoever runs the server for the right key ring.",
                key_id,
            )
        )

    # === BUSINESS METHODS - ROTATION === #

    @api.model
    def _cron_rotate(self):
        """Seal again, with the first key of the ring, what older keys sealed.

        A transaction for each batch, rows in use are left for the next run: reading goes on.
        """
        ring = self._key_ring()
        if len(ring) < 2 or self._is_wrong(ring.writing_id, ring):
            return
        progress = self.env["ir.cron"]
        left = self.sudo().search_count(self._old(ring))  # nobody holds rights on it
        progress._commit_progress(remaining=left)
        after, done = 0, 0
        while True:
            ids, count = self._rotate(ring, after)
            done += count
            if not ids or not progress._commit_progress(len(ids)):
                break
            after = ids[-1]
        if done:
            facts = {"sealed with": [sorted({*ring} - {ring.writing_id}), ring.writing_id]}
            facts["secrets"] = [None, done]
            self.env["fsm.audit.log"]._log_event("config", self._name, changes=facts)

    @api.model
    def _rotate(self, ring, after=0, limit=BATCH):
        """Seal the next batch of old secrets again.

        :param int after: id of the last secret of the batch before
        :return: the ids of the batch, and how many of it were sealed again: what was altered stays
        :rtype: tuple[list[int], int]
        """
        self.sudo().flush_model()  # nobody holds rights on it
        self.env.cr.execute(
            """
            SELECT id, model, field, company_id, record_id, ciphertext FROM fsm_audit_secret
             WHERE id > %s AND kid = ANY(%s) AND model <> %s
             ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [after, [kid for kid in ring if kid != ring.writing_id], self._name, limit],
        )
        rows = self.env.cr.fetchall()
        sealed = []
        for secret_id, *place, ciphertext in rows:
            place = self._place_of(*place)
            try:
                text = vault.unseal(ciphertext, ring, place)
            except (vault.Tampered, vault.Locked):
                continue
            sealed.append((secret_id, vault.seal(text, ring, place), ring.writing_id))
        if sealed:
            self.env.cr.execute_values(
                """
                UPDATE fsm_audit_secret AS secret
                   SET ciphertext = new.ciphertext, kid = new.kid
                  FROM (VALUES %s) AS new (id, ciphertext, kid) WHERE secret.id = new.id
                """,
                sealed,
            )
            self.sudo().invalidate_model(["ciphertext", "kid"])  # nobody holds rights on it
        return [row[0] for row in rows], len(sealed)

    # === GETTERS === #

    @api.model
    def _health_secret_store(self):
        """Return what is to be said of the store, for the health check.

        :return: ``[{"check", "ok", "level", "text"}]``, level ``ok``, ``warning`` or ``error``
        :rtype: list[dict]
        """
        try:
            ring = self._key_ring()
        except UserError as error:
            return [_finding("secret_store", "error", str(error))]
        kept = dict(
            self.sudo()._read_group(  # numbers by key, no secret
                [("model", "!=", self._name)], ["kid"], ["__count"]
            )
        )
        findings = [*self._health_keys(ring, kept), *self._health_rotation(ring, kept)]
        findings += self._health_purge()
        if not findings:
            text = self.env._("The secret store is open: %s secrets.", sum(kept.values()))
            findings = [_finding("secret_store", "ok", text)]
        return findings

    @api.model
    def _health_keys(self, ring, kept):
        for key_id in ring:
            if self._is_wrong(key_id, ring):
                yield _finding("secret_store", "error", str(self._wrong_key_error(key_id)))
        for key_id in kept.keys() - ring.keys():
            error = self._explain(vault.Locked(key_id if ring else None))
            yield _finding("secret_store", "error", str(error))
        if not ring and not kept:
            error = self._explain(vault.Locked(None))
            yield _finding("secret_store", "warning", str(error))

    @api.model
    def _health_rotation(self, ring, kept):
        for key_id in [key_id for key_id in ring if key_id in kept and key_id != ring.writing_id]:
            yield _finding(
                "secret_rotation",
                "warning",
                self.env._(
                    "%(count)s secrets are still sealed with key %(key)s, keep it in the key ring.",
                    count=kept[key_id],
                    key=key_id,
                ),
            )

    @api.model
    def _health_purge(self):
        late = fields.Datetime.subtract(fields.Datetime.now(), days=LATE_DAYS)
        if count := self.sudo().search_count([("purge_at", "<=", late)]):  # a number
            text = self.env._(
                "%s secrets are past their last day: the daily clean-up did not run.", count
            )
            yield _finding("secret_purge", "error", text)

    @api.model
    def _sealed(self, key_ids):
        return [("kid", "in", key_ids), ("model", "!=", self._name)]

    @api.model
    def _old(self, ring):
        return self._sealed([key_id for key_id in ring if key_id != ring.writing_id])


def _finding(check, level, text):
    return {"check": check, "ok": level == "ok", "level": level, "text": text}
