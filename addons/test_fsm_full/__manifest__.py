{
    "name": "Test: FSM, all addons together",
    "summary": "Journeys across the addons of the suite",
    "description": "Tests only: what no addon can test alone, because it crosses several.",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": ["fsm_inventory_ext", "fsm_purchase", "fsm_gst_billing", "fsm_signin", "fsm_demo"],
}
