{
    "name": "FSM Sign-in",
    "summary": "Two factors for the roles that need them, passkeys, passwords, time-outs, OAuth",
    "description": "Who signs in proves it as his role asks: an owner says for which roles a password is "
    "not enough. All of it is Odoo's own: authenticator apps and codes by e-mail, passkeys, password "
    "policy, screen lock and single sign-on.",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "FSM for Odoo contributors",
    "license": "LGPL-3",
    "depends": [
        "fsm_jobs",
        "auth_oauth",
        "auth_passkey",
        "auth_password_policy",
        "auth_timeout",
        "auth_totp",
        "auth_totp_mail",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/fsm_signin_security.xml",
        "data/signin_data.xml",
        "views/fsm_signin_policy_views.xml",
    ],
}
