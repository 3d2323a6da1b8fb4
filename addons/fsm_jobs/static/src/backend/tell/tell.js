import { registry } from "@web/core/registry";
import { displayNotificationAction } from "@web/webclient/actions/client_actions";

/** Say what was done and read the open dialog anew: Odoo's own notification leaves it as it was. */
async function tell(env, action, options) {
    displayNotificationAction(env, action);
    await options.onClose?.();
}

registry.category("actions").add("fsm_tell", tell);
