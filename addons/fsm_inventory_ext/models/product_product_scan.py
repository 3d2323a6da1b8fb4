import re

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.barcode import check_barcode_encoding
from odoo.tools.sql import escape_psql

from odoo.addons.fsm_jobs.verbs import verb

MAX_CHOICES = 10  # things with one code that somebody chooses among
MAX_CODE = 100  # characters of a code: a longer one is not of a part
OWN_CODE = re.compile(r"P(\d{1,10})", re.IGNORECASE)  # on the label of a part that has no other


class ProductProduct(models.Model):
    """What is read off a part with a camera or a scanner, and what stands on its label."""

    _inherit = "product.product"

    # === BUSINESS METHODS - VERBS === #

    @api.model
    @api.readonly
    @verb
    def fsm_find_part(self, code: str, branch_id: int = 0):
        """Say which part a code belongs to: EAN, internal reference, serial or lot number.

        :return: ``{product_id, name, tracking, lot_id, lot, on_hand, free}``; `lot_id` is `False`
            where the code is not of one piece; the stock is that of the branch
        """
        if not self.env.su and not self.env["fsm.job"]._has_role({"technician", "accountant"}):
            raise AccessError(self.env._("Your role does not handle parts."))
        branch = self.env["fsm.branch"]._of_caller(branch_id)
        product, lot_sudo = self._scanned(code, branch)
        on_hand, free = branch._stock(product, lot=lot_sudo).get(product, (0.0, 0.0))
        return {
            "product_id": product.id,
            "name": product.display_name,
            "tracking": product.tracking,
            "lot_id": lot_sudo.id,
            "lot": lot_sudo.name or "",
            "on_hand": on_hand,
            "free": free,
        }

    # === BUSINESS METHODS - CODES === #

    @api.model
    def _scanned(self, code, branch, product_id=0):
        """Return the part, and the piece in sudo, that a code belongs to in a branch.

        :param int product_id: which of the parts is meant, where several have the code
        :raise UserError: nothing has this code, or several things have it
        """
        found = self._with_code(code, branch)
        if product_id:
            found = [item for item in found if item[0].id == product_id]
        if not found:
            raise UserError(
                self.env._(
                    "“%s” is no part of your branch: look for it by its name, or have the code "
                    "entered in the catalogue.",
                    code.strip()[:60],
                )
            )
        if len(found) > 1:
            raise UserError(
                self.env._(
                    "Several things have the code “%(code)s”: %(things)s. Read another code of the "
                    "one that is meant, or look for it by its name.",
                    code=code.strip()[:60],
                    things=", ".join(part._called(lot_sudo) for part, lot_sudo in found),
                )
            )
        return found[0]

    @api.model
    def _with_code(self, code, branch):
        """Return ``[(part, piece in sudo)]`` of all that has a code in a branch, a part once.

        A part's own code goes before the number of a piece of it.
        """
        code = code.strip()[:MAX_CODE]
        parts = Domain("type", "=", "consu") & Domain(
            "company_id", "in", [False, branch.company_id.id, branch.organization_id.id]
        )
        none = self.env["stock.lot"].sudo()  # which part a number belongs to is no secret
        found = {}
        for domain in self._code_domains(code) if code else ():
            for part in self.search(parts & domain, limit=MAX_CHOICES):
                found.setdefault(part, none)
        for lot_sudo in none.search(
            [
                ("name", "=", code),
                ("company_id", "in", [False, branch.company_id.id]),
                ("product_id", "any", list(parts)),
            ],
            limit=MAX_CHOICES,
        ):
            found.setdefault(lot_sudo.product_id.with_env(self.env), lot_sudo)
        own = OWN_CODE.fullmatch(code)
        if own and not found:
            part = self.search(parts & Domain("id", "=", int(own[1])))
            return [(part, none)] if part else []
        return list(found.items())

    @api.model
    def _code_domains(self, code):
        """Return by what a part is looked for."""
        yield Domain("barcode", "=", code)
        yield Domain("default_code", "=ilike", escape_psql(code))

    def _called(self, lot_sudo):
        """Return how people are told which part is meant, or which piece of it."""
        return f"{self.display_name} {lot_sudo.name}" if lot_sudo else self.display_name

    def _label_code(self):
        """Return what the codes on the label say: the part's own, else one that we give it."""
        return self.barcode or self.default_code or self._own_code()

    def _own_code(self):
        """Return the code that we give a part: it finds it, whatever else its label says by now."""
        return f"P{self.id:06}"

    def _print_labels(self):
        """Return the stickers of the parts."""
        return [product._print_label() for product in self]

    def _print_label(self, lot=None):
        """Return the sticker of the part, or of one piece of it; no price and no cost.

        :param lot: of `stock.lot`
        """
        self.ensure_one()
        report = self.env["ir.actions.report"]
        code = lot.name if lot else self._label_code()
        ean = check_barcode_encoding(code, "ean13")
        return {
            "number": self.default_code or code,
            "qr": report._fsm_qr(code),
            "code128": report._fsm_ean13(code) if ean else report._fsm_code128(code),
            "device": self.with_context(display_default_code=False).display_name,
            "serial": code if code != self.default_code else "",
            "branch": self.env.company.name,
            "date": "",
        }
