import { Component, onWillDestroy, useState } from "@odoo/owl";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const DOTS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Asks why, shows the passcode, and forgets it when its time is over. It is in this component
 * only: not in the URL, not in a record, not in any cache.
 */
export class PasscodeDialog extends Component {
    static template = "fsm_jobs.PasscodeDialog";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.reason = useAutofocus({ refName: "reason" });
        this.state = useState({ reason: "", error: "", busy: false, shown: null, left: 0 });
        this.minLength = this.props.action.params.reason_min_length;
        onWillDestroy(() => this.forget());
    }

    get missing() {
        return Math.max(0, this.minLength - this.state.reason.trim().length);
    }

    get hint() {
        return this.missing
            ? _t("%s more characters. The customer can read it.", this.missing)
            : _t("The customer can read it.");
    }

    /** The dots of a pattern in their order, each with its place on the grid. */
    get dots() {
        const order = [...this.state.shown.value].map(Number);
        return DOTS.map((dot) => ({
            id: dot,
            x: 30 + ((dot - 1) % 3) * 60,
            y: 30 + Math.floor((dot - 1) / 3) * 60,
            nth: order.indexOf(dot) + 1,
        }));
    }

    get line() {
        const place = Object.fromEntries(this.dots.map((dot) => [dot.id, `${dot.x},${dot.y}`]));
        return [...this.state.shown.value].map((dot) => place[dot]).join(" ");
    }

    async show() {
        if (this.missing || this.state.busy) {
            return;
        }
        this.state.busy = true;
        this.state.error = "";
        try {
            const job = this.props.action.params.job_id;
            const args = [[job], this.state.reason.trim()];
            this.state.shown = await this.orm.silent.call("fsm.job", "reveal_passcode", args);
            this.countDown();
        } catch (error) {
            this.state.error = error.data?.message || _t("There is no connection. Try again.");
        } finally {
            this.state.busy = false;
        }
    }

    countDown() {
        this.state.left = this.state.shown.expires_in;
        this.timer = setInterval(() => {
            this.state.left -= 1;
            if (this.state.left <= 0) {
                this.close();
            }
        }, 1000);
    }

    forget() {
        clearInterval(this.timer);
        this.state.shown = null;
    }

    close() {
        this.forget();
        this.action.doAction({ type: "ir.actions.act_window_close" });
    }
}

registry.category("actions").add("fsm_jobs.passcode", PasscodeDialog);
