{
    "name": "FSM Purchase",
    "summary": "Parts that are missing are ordered for the job cards that wait for them",
    "description": "Missing parts become lines of Odoo's requests for quotation, one a vendor and "
    "branch; the day they are expected feeds the promise, and what comes is for who waits.",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": ["fsm_inventory_ext", "purchase_stock"],
    "data": [
        "security/fsm_purchase_groups.xml",
        "security/ir.model.access.csv",
        "security/fsm_supplier_report_security.xml",
        "wizard/fsm_order_receive_views.xml",
        "views/fsm_part_usage_views.xml",
        "views/fsm_job_views.xml",
        "views/fsm_low_stock_views.xml",
        "views/purchase_order_views.xml",
        "views/stock_picking_views.xml",
        "views/fsm_supplier_claim_views.xml",
        "views/fsm_supplier_report_views.xml",
        # Depends on the actions in the views.
        "views/fsm_purchase_menus.xml",
    ],
}
