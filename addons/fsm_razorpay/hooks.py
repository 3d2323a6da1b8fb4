def post_init_hook(env):
    """Give the branches that are there already their till for online payments."""
    for branch in env["fsm.branch"].with_context(active_test=False).search([]):
        branch.with_company(branch.company_id)._create_online_till()
