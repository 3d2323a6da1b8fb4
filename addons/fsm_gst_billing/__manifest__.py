{
    "name": "FSM GST Billing",
    "summary": "GST invoices and payments from job cards, a series for each branch",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": ["fsm_jobs", "account", "l10n_in"],
    "external_dependencies": {"python": ["num2words", "openpyxl"]},
    "data": [
        # Groups first, then what they may touch.
        "security/fsm_gst_billing_groups.xml",
        "security/ir.model.access.csv",
        "security/fsm_gst_billing_security.xml",
        "security/fsm_gst_return_security.xml",
        "report/report_tax_document.xml",
        "wizard/fsm_gst_filing_views.xml",
        "wizard/fsm_payment_views.xml",
        "views/account_move_views.xml",
        "views/fsm_job_views.xml",
        "views/fsm_branch_views.xml",
        "views/fsm_gst_return_views.xml",
        # Depends on the actions in the views.
        "views/fsm_gst_billing_menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
