from odoo.fields import Command

from . import issued


def post_init_hook(env):
    """Give the branches that are there already what `fsm.branch.create` gives new ones."""
    for branch in env["fsm.branch"].with_context(active_test=False).search([]):
        branch.with_company(branch.company_id)._provision()
    env["fsm.gst.number"]._issue_existing()
    # From now on an estimate knows its tax.
    jobs = env["fsm.job"].search([("is_open", "=", True)])
    env.add_to_compute(jobs._fields["amount_estimate"], jobs)


def uninstall_hook(env):
    """Unlock what was issued, and take back the accounting rights that came with this addon."""
    issued.unlock(env.cr)
    env.ref("fsm_jobs.group_fsm_accountant").implied_ids = [
        Command.unlink(env.ref("account.group_account_invoice").id)
    ]
