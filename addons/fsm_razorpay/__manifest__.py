{
    "name": "FSM Razorpay",
    "summary": "Customers pay a branch's invoices online, through Odoo's Razorpay",
    "description": "The bridge between FSM GST Billing and Odoo's payment provider Razorpay: what is paid on "
    "the customer's portal lies in the till of the branch that issued the invoice.",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": ["fsm_gst_billing", "account_payment", "payment_razorpay"],
    "auto_install": True,
    "data": [
        "views/fsm_day_close_views.xml",
        "views/fsm_track_templates.xml",
    ],
    "post_init_hook": "post_init_hook",
}
