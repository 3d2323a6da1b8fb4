"""Makes an API key for each internal user of a test database and writes them to $FSM_KEYS.

For `odoo shell`. The tests outside Odoo use them as JSON-2 bearer keys.
"""

import json
import os
from datetime import timedelta
from pathlib import Path

from odoo import fields

tomorrow = fields.Datetime.now() + timedelta(days=1)
keys = {}
for user in env["res.users"].search([("share", "=", False)]):  # noqa: F821  the shell's
    own = env(user=user.id)["res.users.apikeys"].sudo()  # noqa: F821  no form asks for a password here
    keys[user.login] = own._generate("rpc", "tests", tomorrow)
env.cr.commit()  # noqa: F821
path = Path(os.environ["FSM_KEYS"])
path.touch(0o600)
path.write_text(json.dumps(keys))
