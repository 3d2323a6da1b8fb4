import re

from odoo import api, fields, models, tools
from odoo.tools import SQL

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT

from .. import context

_A_KEY = re.compile(r"[0-9a-f]{40}")


class ResUsersApikeys(models.Model):
    _inherit = "res.users.apikeys"
    _audit_class = "access"
    _audit_kind = "config"
    _audit_table = True  # core makes it by hand, for the hash of the key, which is no field
    _audit_columns = ("key",)

    name = fields.Char(audit=True)
    user_id = fields.Many2one(audit=True)
    scope = fields.Char(audit=True)
    expiration_date = fields.Datetime(audit=True)

    def _generate(self, scope, name, expiration_date):
        """Override of `base`, which makes the key by SQL, to tell PostgreSQL who does."""
        context.tell(self.env)
        return super()._generate(scope, name, expiration_date)

    @api.autovacuum
    def _gc_user_apikeys(self):
        """Override of `base`, which deletes by SQL, to tell PostgreSQL who does."""
        context.tell(self.env)
        return super()._gc_user_apikeys()

    @api.model
    @tools.ormcache("uid", "key[:8]")
    def _id_of(self, uid, key):
        """Return the id of a key of this user that was found to be right; of a password, none."""
        if not _A_KEY.fullmatch(key):
            return None
        self.env.cr.execute(
            SQL(
                "SELECT min(id) FROM res_users_apikeys WHERE user_id = %s AND index = %s"
                " HAVING count(*) = 1",
                uid,
                key[:INDEX_SIZE],
            )
        )
        [key_id] = self.env.cr.fetchone() or [None]
        return key_id

    @api.model
    def _expired(self, key):
        """Return the key that this was before it expired."""
        self.env.cr.execute(
            SQL(
                "SELECT id, key FROM res_users_apikeys"
                " WHERE index = %s AND expiration_date < now() AT TIME ZONE 'UTC'",
                key[:INDEX_SIZE],
            )
        )
        ids = [key_id for key_id, hashed in self.env.cr.fetchall() if _verify(key, hashed)]
        return self.sudo().browse(ids[:1])  # nobody is signed in


def _verify(key, hashed):
    return KEY_CRYPT_CONTEXT.verify(key, hashed)
