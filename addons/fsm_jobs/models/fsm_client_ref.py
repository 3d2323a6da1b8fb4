import hashlib
import json

from odoo import fields, models
from odoo.exceptions import UserError

MAX_LENGTH = 64  # characters of a client_ref, as promised to integrators


class FsmClientRef(models.Model):
    """What a caller's `client_ref` led to, so that the same call again changes nothing.

    No access right names this model: only code of ours reads it. Rows are kept for ever, because a
    client that was cut off may ask again after any time.
    """

    _name = "fsm.client.ref"
    _description = "Client Reference"

    company_id = fields.Many2one(comodel_name="res.company", required=True, ondelete="cascade")
    verb = fields.Char(required=True, help="Model, and verb where it is not create.")
    name = fields.Char(string="Client Reference", required=True)
    digest = fields.Char(required=True, help="SHA-256 of the normalised arguments.")
    answer = fields.Json()

    _uniq = models.Constraint(
        "UNIQUE(company_id, verb, name)", "This client reference is already used."
    )

    def _once(self, company, verb, client_ref, arguments, call):
        """Call `call` unless it was done before under this `client_ref`; return its answer.

        :param company: the branch's company: references are unique per branch
        :param str verb: what is called, e.g. ``fsm.job.intake``
        :param str client_ref: the caller's own reference; without one there is no memory
        :param dict arguments: what was asked for, without the `client_ref`
        :param callable call: does the work, returns JSON
        :raise UserError: the same reference came with other arguments
        """
        if not client_ref:
            return call()
        if len(client_ref) > MAX_LENGTH:
            raise UserError(self.env._("“client_ref” has at most %s characters.", MAX_LENGTH))
        # Access to this memory is the caller's only through his own verb.
        refs_sudo = self.sudo()
        digest = self._digest(arguments)
        known_sudo = refs_sudo._claim(company, verb, client_ref, digest)
        if known_sudo.answer is not False and known_sudo.answer is not None:
            if known_sudo.digest != digest:
                raise UserError(
                    self.env._(
                        "“%s” was already used for something else. Use another client_ref.",
                        client_ref,
                    )
                )
            return known_sudo.answer
        known_sudo.answer = answer = call()
        return answer

    def _once_each(self, records, verb, client_ref, arguments, call):
        """Call `call` with each of `records` as `_once` does; return the answers in their order.

        A reference of several records is remembered for each of them.

        :param records: of a branch each, by their `company_id`, or of the caller's
        :param str verb: of their model
        """
        many = len(records) > 1
        return [
            self._once(
                record.company_id or self.env.company,
                f"{record._name}.{verb}/{record.id}" if many else f"{record._name}.{verb}",
                client_ref,
                {"id": record.id, **arguments},
                lambda record=record: call(record),
            )
            for record in records
        ]

    def _once_together(self, records, verb, client_ref, arguments, call):
        """Call `call` for `records` at once as `_once` does; return its answers in their order.

        Where one call makes one thing of them all (a challan, an order) the reference is of that
        call: with fewer records, or more, it is used for something else. Whoever may not read them
        does not learn what came of it; whether his role calls the verb its caller asks before.

        :param records: not empty, as `verb` sees to; each has a `company_id`
        :param callable call: returns a list of JSON, an answer a record
        """
        records.check_access("read")
        if not client_ref:
            return call()
        ordered = records.sorted("id")
        answers = self._once(
            ordered[0].company_id or self.env.company,
            f"{records._name}.{verb}",
            client_ref,
            {"ids": ordered.ids, **arguments},
            lambda: {str(id_): answer for id_, answer in zip(records.ids, call(), strict=True)},
        )
        return [answers[str(id_)] for id_ in records.ids]

    def _claim(self, company, verb, client_ref, digest):
        """Return the row of this reference, new or old.

        Two calls at once: the second one waits for the first on the unique index, then meets a
        serialization failure, is repeated by Odoo, and finds the answer.
        """
        self.flush_model()
        self.env.cr.execute(
            """
            INSERT INTO fsm_client_ref (company_id, verb, name, digest, create_uid, create_date)
                 VALUES (%s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC')
            ON CONFLICT (company_id, verb, name) DO NOTHING
              RETURNING id
            """,
            (company.id, verb, client_ref, digest, self.env.uid),
        )
        if row := self.env.cr.fetchone():
            return self.browse(row[0])
        return self.search(
            [("company_id", "=", company.id), ("verb", "=", verb), ("name", "=", client_ref)]
        )

    @staticmethod
    def _digest(arguments):
        text = json.dumps(arguments, sort_keys=True, ensure_ascii=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
