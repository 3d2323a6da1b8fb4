import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

/** Alt+Shift+I opens the counter's screen from anywhere. */
registry.category("services").add("fsm_jobs.intake_hotkey", {
    dependencies: ["action", "command"],
    async start(env, { action, command }) {
        if (await user.hasGroup("fsm_jobs.group_fsm_receptionist")) {
            command.add(
                _t("New Job"),
                () => action.doAction("fsm_jobs.fsm_intake_client_action"),
                {
                    category: "default",
                    hotkey: "alt+shift+i",
                    hotkeyOptions: { bypassEditableProtection: true },
                    global: true,
                }
            );
        }
    },
});
