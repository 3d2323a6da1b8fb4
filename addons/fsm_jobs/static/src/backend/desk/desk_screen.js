import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";

import { rupees } from "../words";

const { DateTime } = luxon;

const SEARCH_DELAY = 250; // ms after the last key
const REFRESH_EVERY = 60_000; // ms, while somebody looks
const FRESH_FOR = 10_000; // ms: coming back sooner asks nothing

/** The receptionist's home: whom to call, what is ready to be fetched, and who is on the phone. */
export class DeskScreen extends Component {
    static template = "fsm_jobs.DeskScreen";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: this.env.isSmall ? false : {} };
        this.state = useState({ desk: null, text: "", searched: "", found: [], caller: null });
        this.searches = new KeepLast();
        this.findLater = useDebounced(() => this.find(), SEARCH_DELAY);
        this.counters = [
            { key: "to_call", label: _t("To call"), icon: "fa-phone" },
            { key: "awaiting_approval", label: _t("Awaiting approval"), icon: "fa-hourglass-half" },
            { key: "ready", label: _t("Ready"), icon: "fa-check-circle" },
            { key: "due_today", label: _t("Due today"), icon: "fa-calendar-check-o" },
            { key: "late", label: _t("Late"), icon: "fa-exclamation-triangle" },
        ];
        onWillStart(() => this.load());
        const timer = browser.setInterval(() => this.refresh(), REFRESH_EVERY);
        onWillUnmount(() => browser.clearInterval(timer));
        useExternalListener(window, "focus", () => this.refresh());
        useExternalListener(document, "visibilitychange", () => this.refresh());
        useBus(this.env.services.barcode.bus, "barcode_scanned", (ev) => this.heard(ev.detail.barcode));
    }

    // === FIGURES === //

    async load() {
        this.loadedAt = Date.now();
        this.state.desk = await this.orm.silent.call("fsm.job", "desk", []);
    }

    /** Ask again, if somebody looks and the figures are not of this moment. */
    async refresh() {
        if (!document.hidden && Date.now() - this.loadedAt > FRESH_FOR) {
            await this.load();
        }
    }

    get today() {
        return DateTime.now().toFormat("ccc d LLL");
    }

    rupees(amount) {
        return rupees(amount);
    }

    // === WHO IS ON THE PHONE === //

    onInput(ev) {
        this.state.text = ev.target.value;
        this.findLater();
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.findLater.cancel();
            this.find();
        } else if (ev.key === "Escape") {
            this.forget();
        }
    }

    heard(text) {
        this.state.text = text;
        return this.find();
    }

    async find() {
        const text = this.state.text.trim();
        if (text.length < 2) {
            return this.forget(this.state.text);
        }
        const { found, caller } = await this.searches.add(
            this.orm.silent.call("fsm.job", "desk_find", [], { text })
        );
        Object.assign(this.state, { searched: text, found, caller });
    }

    forget(text = "") {
        this.findLater.cancel();
        this.searches.add(Promise.resolve({ found: [], caller: false }));
        Object.assign(this.state, { text, searched: "", found: [], caller: null });
    }

    async take(row) {
        if (row.model === "fsm.job") {
            return this.open("fsm.job", row.id);
        }
        this.state.caller = await this.searches.add(
            this.orm.silent.call("fsm.job", "desk_caller", [], { partner_id: row.id })
        );
    }

    // === WHAT IS DONE === //

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    /** Open the list that a counter counts: the filter of its name, in this branch. */
    list(key) {
        return this.action.doAction("fsm_jobs.fsm_job_action_desk", {
            additionalContext: {
                search_default_branch_id: this.state.desk.branch.id,
                [`search_default_${key}`]: 1,
            },
        });
    }

    newJob(context = {}) {
        return this.action.doAction("fsm_jobs.fsm_intake_client_action", {
            additionalContext: context,
        });
    }

    newJobForText() {
        return this.newJob({ fsm_text: this.state.searched });
    }

    async deliver(job) {
        const context = { fsm_wizard: "fsm.job.deliver" };
        const dialog = await this.orm.call("fsm.job", "action_open_wizard", [[job.id]], { context });
        await this.action.doAction(
            { ...dialog, views: [[false, "form"]] },
            { onClose: () => this.load() }
        );
    }
}

registry.category("actions").add("fsm_jobs.desk", DeskScreen);
