{
    "name": "FSM Audit",
    "summary": "A trail that nobody rewrites, and a sealed store for secrets",
    "description": """
What is audited is said on the field, ``audit=True`` or ``audit="masked"``, on any model.
PostgreSQL writes the entry, so neither ``sudo()`` nor a context key nor raw SQL goes around it.
""",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": ["base", "web"],
    "data": [
        "security/fsm_audit_groups.xml",
        "security/ir.model.access.csv",
        "security/fsm_audit_log_security.xml",
        "data/ir_config_parameter_data.xml",
        "data/ir_cron_data.xml",
        "views/fsm_audit_log_views.xml",
        "wizard/fsm_audit_erasure_views.xml",
        "wizard/fsm_audit_export_views.xml",
        "views/res_config_settings_views.xml",
        # Depends on the action in the views.
        "views/fsm_audit_menus.xml",
        # Depends on the menu and the wizard.
        "views/fsm_audit_verification_views.xml",
        "views/fsm_audit_health_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["fsm_audit/static/src/**/*"],
    },
    "uninstall_hook": "uninstall_hook",
}
