import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const MIN_DIGITS = 4;

/** What `text` finds: customers by phone, name or device, job cards by number. */
async function find(env, text, category) {
    const rows = await env.services.orm.call("fsm.job", "palette", [], { text });
    return rows.map((row) => ({
        name: row.name,
        category,
        action: () =>
            env.services.action.doAction({
                type: "ir.actions.act_window",
                res_model: row.model,
                res_id: row.id,
                views: [[false, "form"]],
            }),
    }));
}

registry.category("command_categories").add("fsm", { namespace: "!" }, { sequence: 5 });

registry.category("command_setup").add("!", {
    debounceDelay: 200,
    emptyMessage: _t("No customer and no job card found"),
    name: _t("customers and jobs"),
    placeholder: _t("Phone, name, serial number or job card number..."),
});

registry.category("command_provider").add("fsm", {
    namespace: "!",
    provide: (env, { searchValue }) => (searchValue.trim().length > 1 ? find(env, searchValue, "fsm") : []),
});

// A phone number is no command: typed without the “!” it finds the customer, too.
registry.category("command_provider").add("fsm_phone", {
    provide: (env, { searchValue = "" }) =>
        searchValue.replace(/\D/g, "").length >= MIN_DIGITS ? find(env, searchValue, "default") : [],
});
