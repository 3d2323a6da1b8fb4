import { Component, onMounted, useRef } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { useBus } from "@web/core/utils/hooks";

/**
 * A field into which a scanner types, a person types, or a camera reads.
 *
 * A wedge scanner is heard wherever the cursor is, unless it is in another field.
 */
export class ScanInput extends Component {
    static template = "fsm_inventory_ext.ScanInput";
    static props = { onScanned: Function, onError: Function, label: String };

    setup() {
        this.input = useRef("input");
        this.hasCamera = isBarcodeScannerSupported();
        useBus(this.env.services.barcode.bus, "barcode_scanned", (ev) =>
            this.props.onScanned(ev.detail.barcode)
        );
        onMounted(() => this.input.el.focus());
    }

    async onKeydown(ev) {
        if (ev.key !== "Enter") {
            return;
        }
        const code = this.input.el.value.trim();
        this.input.el.value = "";
        if (code) {
            await this.props.onScanned(code);
            this.input.el?.focus();
        }
    }

    async onCamera() {
        try {
            await this.props.onScanned(await scanBarcode(this.env));
        } catch (error) {
            this.props.onError(error);
        }
    }
}
