import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

// Verifies slice by slice: it can be stopped and continued, and nothing waits for a long request.
export class TrailVerification extends Component {
    static template = "fsm_audit.TrailVerification";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({ facts: {}, isRunning: false, isSealing: false, ...this.nothing });
        onWillStart(() => this.loadFacts());
        onWillUnmount(() => (this.state.isRunning = false));
    }

    get nothing() {
        return { after: 0, last: 0, checked: 0, findings: [], isDone: false };
    }

    get percent() {
        const { after, last, isDone } = this.state;
        return isDone || !last ? (isDone ? 100 : 0) : Math.min(99, Math.floor((100 * after) / last));
    }

    get sealedUntil() {
        const until = this.state.facts.sealed_until;
        return until ? formatDateTime(deserializeDateTime(until)) : _t("Nothing was sealed yet.");
    }

    get checked() {
        return formatInteger(this.state.checked);
    }

    get result() {
        const { checked, findings } = this.state;
        return findings.length
            ? _t("The trail is not as it was sealed.")
            : _t("All %s entries are as they were sealed.", formatInteger(checked));
    }

    async loadFacts() {
        this.state.facts = await this.orm.call("fsm.audit.log", "verification_facts", []);
    }

    async onVerify() {
        Object.assign(this.state, this.nothing);
        await this.run();
    }

    async run() {
        this.state.isRunning = true;
        try {
            while (this.state.isRunning && !this.state.isDone) {
                const slice = await this.orm.call("fsm.audit.log", "verify_slice", [this.state.after]);
                this.state.after = slice.after;
                this.state.last = slice.last;
                this.state.checked += slice.checked;
                this.state.findings.push(...slice.findings);
                this.state.isDone = slice.done;
            }
        } finally {
            this.state.isRunning = false;
        }
    }

    onStop() {
        this.state.isRunning = false;
    }

    async onSeal() {
        this.state.isSealing = true;
        try {
            const sealed = await this.orm.call("fsm.audit.seal", "seal_now", []);
            const text = sealed.entries
                ? _t("%s entries were sealed.", formatInteger(sealed.entries))
                : _t("There was nothing to seal.");
            this.notification.add(text, { type: "success" });
            await this.loadFacts();
        } finally {
            this.state.isSealing = false;
        }
    }
}

registry.category("actions").add("fsm_audit.trail_verification", TrailVerification);
