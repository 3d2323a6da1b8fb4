import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";

import { scanCode } from "@fsm_jobs/backend/scan/scan_dialog";

/** Of what a bank's slip or app shows as a code, the 12 digits that stand alone. */
const UTR = /(?<!\d)\d{12}(?!\d)/;

/** The reference of a UPI payment: typed, read by a wedge scanner, or by the camera. */
export class UtrField extends CharField {
    static template = "fsm_gst_billing.UtrField";

    setup() {
        super.setup();
        this.notification = useService("notification");
        this.hasCamera = isBarcodeScannerSupported();
    }

    async onScan() {
        try {
            const text = await scanCode(this.env);
            const utr = text.match(UTR)?.[0] || text.trim();
            await this.props.record.update({ [this.props.name]: utr });
        } catch (error) {
            this.notification.add(error.message, { type: "danger" });
        }
    }
}

registry.category("fields").add("fsm_utr", { ...charField, component: UtrField });
