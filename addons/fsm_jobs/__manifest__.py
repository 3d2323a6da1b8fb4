{
    "name": "FSM Jobs",
    "summary": "Job cards for service centres, from the counter to the delivery",
    "description": "Branches, customers, devices, technicians and the job card: intake, diagnosis, "
    "estimate, approval, repair, quality check and delivery, with an immutable status history.",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "application": True,
    "depends": [
        "fsm_audit",
        "calendar",
        "mail",
        "phone_validation",
        "portal",
        "product",
        "rating",
        "resource",
        "sms",
    ],
    "external_dependencies": {"python": ["phonenumbers"]},
    "data": [
        # Groups first, then what they may touch.
        "security/fsm_jobs_groups.xml",
        "security/ir.model.access.csv",
        "security/fsm_jobs_security.xml",
        "data/fsm_device_category_data.xml",
        "data/mail_template_data.xml",
        "views/fsm_device_views.xml",
        "views/fsm_technician_views.xml",
        "views/res_partner_views.xml",
        "views/fsm_track_templates.xml",
        "wizard/fsm_intake_views.xml",
        # Opens the intake.
        "views/fsm_job_views.xml",
        "wizard/fsm_job_move_views.xml",
        "wizard/fsm_job_answer_views.xml",
        "wizard/fsm_job_deliver_views.xml",
        "wizard/fsm_new_organization_views.xml",
        # Opens the new organisation.
        "views/fsm_branch_views.xml",
        # Depends on the actions in the views.
        "views/fsm_jobs_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["fsm_jobs/static/src/backend/**/*"],
        "fsm_jobs.assets_track": ["fsm_jobs/static/src/track/**/*"],
    },
}
