def post_init_hook(env):
    """Give the branches that were there before this addon their warehouses."""
    for branch in env["fsm.branch"].with_context(active_test=False).search([]):
        branch.with_company(branch.company_id)._provision()
