from odoo import models


class ResPartner(models.Model):
    """Every customer field searches these for a fragment: without an index each, all is read.

    Odoo has the one of the phone numbers. Half of the columns are mostly empty, so they cost little.
    """

    _inherit = "res.partner"

    _fsm_complete_name_idx = models.Index("USING gin (complete_name gin_trgm_ops)")
    _fsm_email_idx = models.Index("USING gin (email gin_trgm_ops) WHERE email IS NOT NULL")
    _fsm_ref_idx = models.Index("USING gin (ref gin_trgm_ops) WHERE ref IS NOT NULL")
    _fsm_vat_idx = models.Index("USING gin (vat gin_trgm_ops) WHERE vat IS NOT NULL")
    _fsm_registry_idx = models.Index(
        "USING gin (company_registry gin_trgm_ops) WHERE company_registry IS NOT NULL"
    )
