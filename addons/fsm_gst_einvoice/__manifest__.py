{
    "name": "FSM GST e-Invoice",
    "summary": "e-Invoices without a provider: JSON out, the portal's signed answer in; e-way data",
    "description": "The bridge between FSM GST Billing and Odoo's Indian e-invoicing: documents go to the "
    "Invoice Registration Portal as a file, and its answer comes back as one, verified by its signature.",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": ["fsm_gst_billing", "l10n_in_edi"],
    "external_dependencies": {"python": ["cryptography"]},
    "auto_install": True,
    "data": [
        "security/ir.model.access.csv",
        "report/report_tax_document.xml",
        "wizard/fsm_einvoice_file_views.xml",
        "wizard/fsm_irn_cancel_views.xml",
        "views/account_move_views.xml",
        "views/fsm_branch_views.xml",
        "views/fsm_challan_views.xml",
    ],
}
