import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { scanCode } from "./scan_dialog";

/**
 * Devices first, then the place: what was scanned waits in a list until a place is scanned.
 *
 * A wedge scanner types into the field and ends with Enter; a phone reads with its camera.
 */
export class FsmScan extends Component {
    static template = "fsm_jobs.Scan";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.input = useRef("input");
        this.state = useState({ jobs: [], place: false, error: "", done: "", busy: false });
        this.hasCamera = isBarcodeScannerSupported();
        onMounted(() => this.input.el.focus());
    }

    async onKeydown(ev) {
        if (ev.key === "Enter") {
            const code = this.input.el.value;
            this.input.el.value = "";
            await this.read(code);
        }
    }

    async onCamera() {
        try {
            await this.read(await scanCode(this.env));
        } catch (error) {
            this.state.error = error.message;
        }
    }

    /** Ask the server what was read; a place takes the devices that wait. */
    async read(code) {
        if (!code.trim() || this.state.busy) {
            return;
        }
        Object.assign(this.state, { error: "", done: "", busy: true });
        try {
            const found = await this.orm.call("fsm.job", "scan", [code]);
            if (found.kind === "job") {
                this.add(found);
            } else {
                await this.moveTo(found);
            }
        } catch (error) {
            this.state.error = error.data?.message || error.message;
        } finally {
            this.state.busy = false;
            this.input.el?.focus();
        }
    }

    add(job) {
        if (!this.state.jobs.some((known) => known.id === job.id)) {
            this.state.jobs.push(job);
        }
    }

    async moveTo(place) {
        const ids = this.state.jobs.map((job) => job.id);
        if (!ids.length) {
            this.state.error = _t("Scan the devices first, then the place.");
            return;
        }
        await this.orm.call("fsm.job", "move_device", [ids], { place_id: place.id });
        this.state.done = _t("%(count)s moved to %(place)s", {
            count: ids.length,
            place: place.name,
        });
        this.state.jobs = [];
    }

    remove(job) {
        this.state.jobs = this.state.jobs.filter((known) => known.id !== job.id);
    }

    open(job) {
        this.action.doAction("fsm_jobs.fsm_job_action", {
            viewType: "form",
            props: { resId: job.id },
        });
    }

    /** For where nothing can be scanned: a lab, a courier, another branch. */
    async onElsewhere() {
        const ids = this.state.jobs.map((job) => job.id);
        await this.action.doAction("fsm_jobs.fsm_device_move_action", {
            additionalContext: {
                active_model: "fsm.job",
                active_ids: ids,
                active_id: ids[0],
                default_job_id: ids[0],
            },
            onClose: () => {
                this.state.jobs = [];
            },
        });
    }
}

registry.category("actions").add("fsm_scan", FsmScan);
