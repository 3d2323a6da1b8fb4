from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..verbs import verb


class ResPartner(models.Model):
    """A site: an address of a customer where a crew works, with how to get in."""

    _inherit = "res.partner"

    fsm_is_site = fields.Boolean(string="Site", copy=False)
    fsm_access_notes = fields.Text(
        string="Access", help="Gate, floor, parking, security desk, working hours."
    )
    fsm_site_contact = fields.Char(string="Contact on Site")
    fsm_site_ids = fields.One2many(
        string="Sites",
        comodel_name="res.partner",
        inverse_name="parent_id",
        domain=[("fsm_is_site", "=", True)],
    )
    fsm_site_job_ids = fields.One2many(
        string="Job Cards Here", comodel_name="fsm.job", inverse_name="site_id"
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("fsm_is_site", "parent_id", "company_id")
    def _check_fsm_site(self):
        for site in self.filtered("fsm_is_site"):
            if not site.parent_id or site.parent_id.company_id != site.company_id:
                raise ValidationError(
                    self.env._("A site is an address of a customer of the same branch.")
                )

    @api.constrains("partner_latitude", "partner_longitude")
    def _check_fsm_coordinates(self):
        for partner in self:
            if abs(partner.partner_latitude) > 90 or abs(partner.partner_longitude) > 180:
                raise ValidationError(
                    self.env._("A latitude is -90 to 90 degrees, a longitude -180 to 180.")
                )

    # === BUSINESS METHODS - VERBS === #

    @verb
    def fsm_add_site(
        self,
        name: str,
        street: str = "",
        city: str = "",
        zip: str = "",
        state_id: int = 0,
        notes: str = "",
        contact: str = "",
        phone: str = "",
        latitude: float = 0.0,
        longitude: float = 0.0,
        *,
        client_ref: str = "",
    ):
        """Add a site to a customer.

        :param str notes: how to get in
        :param str contact: who opens, `phone` his number
        :param float latitude: degrees north; `longitude` degrees east
        :return: id of the site
        """
        if not self.env["fsm.job"]._has_role({"receptionist"}):
            raise AccessError(self.env._("Only the counter adds sites."))
        self.check_access("read")
        state = self.env["res.country.state"].browse(state_id).exists()
        if state_id and not state:
            raise UserError(self.env._("“state_id” must be the id of a state."))
        asked = {"name": name, "street": street, "city": city, "zip": zip, "state_id": state_id}
        asked |= {"notes": notes, "contact": contact, "phone": phone}
        asked |= {"latitude": latitude, "longitude": longitude}
        return self.env["fsm.client.ref"]._once_each(
            self,
            "fsm_add_site",
            client_ref,
            asked,
            lambda customer: self.create(customer._site_values(asked, state)).id,
        )

    def _site_values(self, asked, state):
        """Return the values of a new site of one customer.

        :param dict asked: the arguments of `fsm_add_site`
        """
        state = state or self.state_id
        return {
            "name": asked["name"].strip(),
            "parent_id": self.id,
            "company_id": self.company_id.id,
            "type": "other",
            "fsm_is_site": True,
            "street": asked["street"],
            "city": asked["city"],
            "zip": asked["zip"],
            "state_id": state.id,
            "country_id": state.country_id.id or self.country_id.id,
            "phone": self._fsm_format_phone(asked["phone"]) if asked["phone"] else False,
            "fsm_access_notes": asked["notes"],
            "fsm_site_contact": asked["contact"],
            "partner_latitude": asked["latitude"],
            "partner_longitude": asked["longitude"],
        }
