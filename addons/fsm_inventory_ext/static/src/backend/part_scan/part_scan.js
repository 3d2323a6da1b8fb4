import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const WORKING = ["approved", "parts", "repair"]; // states in which parts are asked for

const TIME_TO_READ = 10000; // milliseconds until what was said goes: a hand is busy with the part

/** Several things have the code that was read: which one does he hold in his hand? */
export class FsmPartChoice extends Component {
    static template = "fsm_inventory_ext.PartChoice";
    static components = { Dialog };
    static props = { choices: Array, choose: Function, close: Function };

    async choose(productId) {
        this.props.close();
        await this.props.choose(productId);
    }
}

/** On a job card: a part that is read, by camera or wedge scanner, is asked for. */
export class FsmPartScan extends Component {
    static template = "fsm_inventory_ext.PartScan";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.dialog = useService("dialog");
        this.hasCamera = isBarcodeScannerSupported();
        this.busy = false;
        useBus(this.env.services.barcode.bus, "barcode_scanned", (ev) =>
            this.read(ev.detail.barcode)
        );
    }

    get isOpen() {
        return Boolean(this.props.record.resId) && WORKING.includes(this.props.record.data.state);
    }

    async onCamera() {
        try {
            await this.read(await scanBarcode(this.env));
        } catch (error) {
            this.notification.add(error.data?.message || error.message, { type: "danger" });
        }
    }

    async read(code, productId = 0) {
        if (!this.isOpen || this.busy || /\/fsm\/|\/t\//.test(code)) {
            return; // stickers of devices are read elsewhere
        }
        this.busy = true;
        try {
            if (await this.props.record.save()) {
                await this.request(code, productId);
            }
        } catch (error) {
            this.notification.add(error.data?.message || error.message, { type: "danger" });
        } finally {
            this.busy = false;
        }
    }

    async request(code, productId) {
        const answer = await this.orm.call(
            "fsm.job",
            "scan_part",
            [[this.props.record.resId], code],
            { product_id: productId }
        );
        if (answer.state === "choose") {
            this.dialog.add(FsmPartChoice, {
                choices: answer.choices,
                choose: (chosen) => this.read(code, chosen),
            });
            return;
        }
        await this.props.record.load();
        const said = {
            reserved: _t("%s is laid out for this job card", answer.name),
            requested: _t("%s is not there: this job card waits for it", answer.name),
            used: _t("%s is used on this job card", answer.name),
        };
        this.notification.add(said[answer.state], {
            type: answer.available ? "success" : "warning",
            autocloseDelay: TIME_TO_READ,
            buttons:
                answer.state === "reserved"
                    ? [
                          {
                              name: _t("Use Now"),
                              primary: true,
                              onClick: () => this.use(answer.part_usage_id),
                          },
                      ]
                    : [],
        });
    }

    async use(usageId) {
        try {
            await this.orm.call("fsm.part.usage", "use", [[usageId]]);
            await this.props.record.load();
        } catch (error) {
            this.notification.add(error.data?.message || error.message, { type: "danger" });
        }
    }
}

registry.category("view_widgets").add("fsm_part_scan", { component: FsmPartScan });
