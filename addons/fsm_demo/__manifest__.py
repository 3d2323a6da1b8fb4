{
    "name": "FSM Demo",
    "summary": "The demo story: FixMyLap, its branches, people, devices and job cards",
    "description": "Told through the verbs themselves, by the people who do the work, so that the "
    "demo is also a rehearsal. Never part of a production install: it refuses a database that "
    "already has an organisation.",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": ["fsm_inventory_ext", "fsm_purchase", "fsm_gst_billing", "fsm_signin"],
    "post_init_hook": "post_init_hook",
}
