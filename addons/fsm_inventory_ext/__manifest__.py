{
    "name": "FSM Inventory",
    "summary": "Parts on job cards, from the branch's stock that never goes below zero",
    "description": "A part's way through a job card: requested, reserved, used, returned. Each use "
    "is a stock move of the branch, and no move takes what is not there.",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": ["fsm_jobs", "stock"],
    "data": [
        "security/fsm_inventory_groups.xml",
        "security/ir.model.access.csv",
        "security/fsm_part_usage_security.xml",
        "security/product_supplierinfo_security.xml",
        "security/stock_quant_security.xml",
        "wizard/fsm_part_request_views.xml",
        "wizard/fsm_part_return_views.xml",
        "wizard/fsm_stock_change_views.xml",
        "views/fsm_part_usage_views.xml",
        "views/fsm_job_views.xml",
        "views/fsm_branch_views.xml",
        "views/product_views.xml",
        "views/stock_quant_views.xml",
        "views/stock_scrap_views.xml",
        # Depends on the actions in the views.
        "views/fsm_inventory_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["fsm_inventory_ext/static/src/backend/**/*"],
    },
    "post_init_hook": "post_init_hook",
}
