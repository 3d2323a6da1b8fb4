import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ScanInput } from "./scan_input";

const MIN_REASON = 10; // characters, as the server asks for

/** What a caller's reference is made of: a count that is sent twice is done once. */
function newRef() {
    return `count-${Date.now()}-${Math.random().toString(36).slice(2, 10)}`;
}

/**
 * The store, for a thumb: scan a part and hand it out to who waits for it, or count what lies here.
 *
 * A count stays in this page until it is sent; the server does all of it or nothing.
 */
export class FsmStoreScreen extends Component {
    static template = "fsm_inventory_ext.StoreScreen";
    static components = { ScanInput };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            mode: this.props.action.params?.mode || "issue",
            part: false,
            waiting: [],
            counts: [],
            results: [],
            reason: "",
            error: "",
            done: "",
            busy: false,
        });
        this.ref = newRef();
        this.canCount = false;
        onWillStart(async () => {
            this.canCount = await user.hasGroup("fsm_jobs.group_fsm_manager");
            if (!this.canCount) {
                this.state.mode = "issue";
            }
            await this.loadWaiting();
        });
    }

    get canSend() {
        return this.state.counts.length && this.state.reason.trim().length >= MIN_REASON;
    }

    get reasonHint() {
        const missing = MIN_REASON - this.state.reason.trim().length;
        return missing > 0 ? _t("%s more characters", missing) : "";
    }

    setMode(mode) {
        Object.assign(this.state, { mode, error: "", done: "" });
    }

    promised(row) {
        return row.promised_at ? toLocaleDateTimeString(deserializeDateTime(row.promised_at)) : "";
    }

    onError(error) {
        this.state.error = error.data?.message || error.message;
    }

    /** Call the server once at a time; what it refuses is said on the page. */
    async ask(call) {
        if (this.state.busy) {
            return;
        }
        Object.assign(this.state, { error: "", done: "", busy: true });
        try {
            return await call();
        } catch (error) {
            this.onError(error);
        } finally {
            this.state.busy = false;
        }
    }

    async onScanned(code) {
        const part = await this.ask(() =>
            this.orm.call("product.product", "fsm_find_part", [code])
        );
        if (!part) {
            return;
        }
        if (this.state.mode === "count") {
            this.count(part);
        } else {
            this.state.part = part;
            await this.loadWaiting();
        }
    }

    // Issue

    async loadWaiting() {
        const rows = await this.ask(() =>
            this.orm.call("fsm.part.usage", "waiting_for", [], {
                product_id: this.state.part ? this.state.part.product_id : 0,
            })
        );
        this.state.waiting = rows || [];
    }

    async onIssue(row) {
        const answer = await this.ask(() => this.orm.call("fsm.part.usage", "issue", [[row.id]]));
        if (answer) {
            await this.loadWaiting();
            this.state.done = _t("%(part)s is laid out for %(job)s", row);
        }
    }

    async showAll() {
        this.state.part = false;
        await this.loadWaiting();
    }

    // Count

    count(part) {
        const known = this.state.counts.find(
            (row) => row.product_id === part.product_id && row.lot === part.lot
        );
        this.state.results = [];
        if (!known) {
            this.state.counts.unshift({ ...part, counted: 1 });
        } else if (part.tracking !== "serial") {
            known.counted += 1;
        }
    }

    onCounted(row, ev) {
        row.counted = Math.max(Number.parseFloat(ev.target.value) || 0, 0);
    }

    step(row, by) {
        row.counted = Math.max(row.counted + by, 0);
    }

    drop(row) {
        this.state.counts = this.state.counts.filter((known) => known !== row);
    }

    async onSend() {
        const counts = this.state.counts.map((row) => ({
            product_id: row.product_id,
            quantity: row.counted,
            lot: row.lot,
        }));
        const results = await this.ask(() =>
            this.orm.call("product.product", "fsm_count", [], {
                counts,
                reason: this.state.reason,
                client_ref: this.ref,
            })
        );
        if (results) {
            this.ref = newRef();
            Object.assign(this.state, { counts: [], reason: "", results });
        }
    }
}

registry.category("actions").add("fsm_store", FsmStoreScreen);
