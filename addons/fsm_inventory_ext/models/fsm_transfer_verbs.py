from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.fsm_jobs.verbs import check_id, check_keys, verb

MAX_LINES = 200  # of one transfer
ASKED_KEYS = {"product_id": int, "quantity": float}
MOVED_KEYS = {"line_id": int, "quantity": float, "lots": list}


class FsmTransfer(models.Model):
    """What is done with a transfer: asked for by one branch, sent, received, settled."""

    _inherit = "fsm.transfer"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @verb
    def request(
        self,
        from_branch_id: int,
        lines: list,
        to_branch_id: int = 0,
        note: str = "",
        client_ref: str = "",
    ):
        """Ask another branch for parts, or announce what one's own branch is going to send.

        :param int from_branch_id: who has the parts; one of the two branches is the caller's
        :param list lines: ``[{product_id, quantity}]``
        :param int to_branch_id: who gets them; by default the caller's current branch
        :return: ``{id, name, state, lines, document}``
        """
        self._check_keeper()
        source, destination = self._sides(from_branch_id, to_branch_id)
        asked = self._asked(lines, source, destination)
        transfer_sudo = self.browse(
            self.env["fsm.client.ref"]._once(
                destination.company_id,
                "fsm.transfer.request",
                client_ref,
                {"from": source.id, "lines": lines, "note": note},
                lambda: self._open(source, destination, asked, note)._announce().id,
            )
        ).sudo()  # it is of the caller's own branch
        return transfer_sudo._answers()[0]

    @verb
    def send_parts(self, lines: list = (), *, client_ref: str = ""):
        """Send the parts: they leave the shelves, with the document the law asks for.

        :param list lines: ``[{line_id, quantity, lots}]`` of what is sent if it is not all that was
            asked for; a quantity of 0 is not sent. `lots` are the serial numbers, or the one lot of
            this entry; of lots that are not named, what came first is sent
        :return: ``{id, name, state, lines, document}``
        """
        self._check_keeper()
        return self.env["fsm.client.ref"]._once_together(
            self, "send_parts", client_ref, {"lines": lines}, lambda: self._sent(lines)
        )

    def _sent(self, lines):
        """Send the parts, and return the answers of the verb."""
        for transfer_sudo in self._for_step({"requested"}, "company_id"):
            sender_sudo = transfer_sudo.with_company(transfer_sudo.company_id)
            moved = sender_sudo._said(lines, "quantity")
            if not moved:
                raise UserError(self.env._("Nothing is sent: decline the transfer instead."))
            for line, quantity, lots in moved:
                line._send(quantity, lots)
            sender_sudo.write(
                {"state": "sent", "sent_by_id": self.env.uid, "sent_at": fields.Datetime.now()}
            )
            sender_sudo.write(sender_sudo._transfer_document())
            sender_sudo._tell(
                transfer_sudo.to_company_id,
                self.env._("Parts are on the way: transfer %s", transfer_sudo.name),
            )
        return self._answers()

    @verb
    def receive_parts(self, lines: list = (), *, client_ref: str = ""):
        """Confirm what has arrived; whoever waits for such a part gets it laid out.

        :param list lines: ``[{line_id, quantity, lots}]`` if not all has arrived; an entry a lot
        :param str client_ref: the same again receives nothing again, and gets the same answer
        :return: ``{id, name, state, lines, document}``; the state is `short` while parts are missing
        """
        self._check_keeper()
        self.check_access("read")
        return [
            self.env["fsm.client.ref"]._once(
                transfer.to_company_id,
                "fsm.transfer.receive_parts",
                client_ref,
                {"id": transfer.id, "lines": lines},
                lambda transfer=transfer: transfer._received(lines),
            )
            for transfer in self
        ]

    @verb
    def decline(self, reason: str):
        """Say no to a request, or take it back.

        :return: ``{id, name, state, lines, document}``
        """
        for transfer_sudo in self._for_step({"requested"}):
            if not reason.strip():
                raise UserError(self.env._("Say why the parts are not sent."))
            transfer_sudo.write({"state": "cancelled", "reason": reason.strip()})
            for company in transfer_sudo.company_id | transfer_sudo.to_company_id:
                transfer_sudo._tell(
                    company, self.env._("Transfer %s was declined", transfer_sudo.name)
                )
        return self._answers()

    @verb
    def settle_missing(self, outcome: str, reason: str):
        """Say what became of parts that were sent and never arrived; the sending branch does.

        Before anything has arrived, too: a parcel that never left is taken back. Not with a tax
        invoice: it was supplied, and is received first, be it as nothing.

        :param str outcome: `returned`, they are back on its shelves, or `lost`, a manager writes
            them off
        :param str reason: 10 characters or more
        :return: ``{id, name, state, lines, document}``
        """
        if outcome not in ("returned", "lost"):
            raise UserError(self.env._("“outcome” must be one of: %s.", "returned, lost"))
        self._check_keeper("manager")
        self.env["stock.quant"]._check_reason(reason)
        for transfer_sudo in self._for_step({"sent", "short"}, "company_id"):
            sender_sudo = transfer_sudo.with_company(transfer_sudo.company_id)
            sender_sudo._check_not_supplied()
            shelves = sender_sudo._branch(sender_sudo.company_id).stock_location_id
            missing = sender_sudo._missing_pieces()
            for line in sender_sudo.line_ids:
                loss = line.product_id.property_stock_inventory
                line._settle(shelves if outcome == "returned" else loss, reason.strip())
            sender_sudo.reason = reason.strip()
            sender_sudo._close()
            sender_sudo._credit_missing(missing, reason.strip())
            if outcome == "returned" and not any(sender_sudo.line_ids.mapped("received")):
                sender_sudo.state = "cancelled"
                sender_sudo._tell(
                    sender_sudo.to_company_id,
                    self.env._("Transfer %s was taken back", sender_sudo.name),
                )
        return self._answers()

    # === BUSINESS METHODS === #

    @api.model
    def _sides(self, from_branch_id, to_branch_id):
        """Return the two branches in sudo: of one organisation, one of them the caller's."""
        mine = self.env.user.company_ids
        branches_sudo = self.env["fsm.branch"].sudo()  # their names are public in an organisation
        sides = branches_sudo.search([("id", "=", from_branch_id)])
        sides += (
            branches_sudo.search([("id", "=", to_branch_id)])
            if to_branch_id
            else self.env["fsm.branch"]._of_caller().sudo()
        )
        if len(sides) != 2 or len(sides.organization_id) != 1:
            sides = branches_sudo
        if not self.env.su and not sides.company_id & mine or len(set(sides.ids)) != 2:
            raise AccessError(
                self.env._("Say which two branches: of your organisation, and one of them yours.")
            )
        return sides[0], sides[1]

    @api.model
    def _asked(self, lines, source, destination):
        """Return ``[(product, quantity)]`` as the caller asks for them."""
        if not 0 < len(lines) <= MAX_LINES:
            raise UserError(self.env._("Say which parts: from 1 to %s of them.", MAX_LINES))
        asked = {}
        for line in lines:
            line = check_keys(self.env, line, ASKED_KEYS, "lines")
            product_id = check_id(self.env, line.get("product_id"), "lines.product_id")
            product = self.env["product.product"].search([("id", "=", product_id)])
            if not product or not product.is_storable:
                raise UserError(self.env._("There is no such part."))
            for branch in (source, destination):
                product._check_part(branch.company_id)
            product._check_quantity(line.get("quantity") or 0.0)
            asked[product] = asked.get(product, 0.0) + line["quantity"]
        return list(asked.items())

    def _said(self, lines, default):
        """Return ``[(line, quantity, lots)]`` of what moves now.

        :param lines: as the caller says it; without any, the field `default` of each line
        """
        self.ensure_one()
        moved = []
        if not lines:
            moved = [(line, line[default], []) for line in self.line_ids if line[default]]
        for said in lines:
            said = check_keys(self.env, said, MOVED_KEYS, "lines")
            line = self.line_ids.filtered(lambda line, said=said: line.id == said.get("line_id"))
            if not line:
                raise UserError(self.env._("“lines” names a line that is not of this transfer."))
            if said.get("quantity"):
                moved.append((line, said["quantity"], said.get("lots") or []))
        named = {
            (line, line.product_id.tracking == "lot" and str(lots))
            for line, _quantity, lots in moved
        }
        if len(named) != len(moved):
            raise UserError(self.env._("A line is named twice."))
        # Two parts in the order in which everybody takes them: see `fsm.stock.guard._hold`.
        return sorted(moved, key=lambda item: item[0].product_id.id)

    def _received(self, lines):
        """Receive what has arrived of this transfer, and return the answer of the verb."""
        [transfer_sudo] = self._for_step({"sent", "short"}, "to_company_id")
        receiver_sudo = transfer_sudo.with_company(transfer_sudo.to_company_id)
        for line, quantity, lots in receiver_sudo._said(lines, "missing"):
            line._arrive(quantity, lots)
        receiver_sudo.write({"received_by_id": self.env.uid, "received_at": fields.Datetime.now()})
        receiver_sudo._close()
        return self._answers()[0]

    def _announce(self):
        """Tell the branch that is asked for parts."""
        self._tell(
            self.company_id,
            self.env._(
                "%(branch)s asks for parts: transfer %(transfer)s",
                branch=self._branch(self.to_company_id).name,
                transfer=self.name,
            ),
        )
        return self

    def _close(self):
        """Say whether all has arrived, or something is missing."""
        is_short = any(line.missing for line in self.line_ids)
        self.state = "short" if is_short else "received"
        if is_short:
            self._tell(self.company_id, self.env._("Parts are missing: transfer %s", self.name))

    def _check_not_supplied(self):
        """Refuse to take back what travels with a tax invoice: the receiver has its bill."""
        if self.state == "sent" and self.invoice_number:
            raise UserError(
                self.env._(
                    "Tax invoice %s travels with it: have it received, and sent back with an invoice "
                    "of its own.",
                    self.invoice_number,
                )
            )

    def _missing_pieces(self):
        """Return ``{product: quantity}`` of what was sent and has not arrived."""
        missing = {}
        for line in self.line_ids.filtered("missing"):
            missing[line.product_id] = missing.get(line.product_id, 0.0) + line.missing
        return missing

    def _credit_missing(self, missing, reason):
        """Have an invoice credited that says more than has arrived, and tell both branches; in sudo."""
        if self.invoice_number and missing:
            branch = self._branch(self.company_id)
            branch._credit_supply(self.invoice_number, missing, reason)
        for company in self.invoice_number and self.company_id | self.to_company_id or ():
            self._tell(
                company,
                self.env._("Tax invoice %s: credit what has not arrived", self.invoice_number),
            )
