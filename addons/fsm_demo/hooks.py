from odoo.exceptions import UserError

from .story import codes, jobs, people, places, shelf


def post_init_hook(env):
    """Tell the story, once, in an empty database."""
    if env["fsm.branch"].with_context(active_test=False).search_count([], limit=1):
        raise UserError(
            env._(
                "The demo story is only told in a database without an organisation: its users have "
                "passwords that everybody knows."
            )
        )
    # Whoever tries the demo signs in as its users, from programs too.
    env["ir.config_parameter"].set_param("fsm_audit.rpc_passwords", "True")
    env["res.lang"]._activate_lang("en_IN")
    env = env(context={**env.context, "lang": "en_IN", "tz": "Asia/Kolkata"})
    with people.short_passwords(env):
        branches = places.found(env)
        users = people.hire(env, branches)
    places.furnish(env, branches, users)
    products = shelf.fill(env, branches, users)
    codes.print_codes(env, branches, users, products)
    jobs.tell(env, branches, users, products)
