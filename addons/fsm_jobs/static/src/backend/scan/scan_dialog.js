import { BarcodeDialog } from "@web/core/barcode/barcode_dialog";
import { BarcodeVideoScanner } from "@web/core/barcode/barcode_video_scanner";

/** The camera reads all it sees: a sticker's QR code is higher than the strip of a bar code. */
export class WholeViewScanner extends BarcodeVideoScanner {
    static template = "fsm_jobs.WholeViewScanner";
    static components = {};
}

export class ScanDialog extends BarcodeDialog {
    static components = { ...BarcodeDialog.components, BarcodeVideoScanner: WholeViewScanner };
}

/**
 * Ask the camera for one code.
 *
 * @returns {Promise<string>} its text; never if the dialog is closed before
 */
export function scanCode(env) {
    return new Promise((resolve, reject) => {
        env.services.dialog.add(ScanDialog, {
            facingMode: "environment",
            onResult: resolve,
            onError: reject,
        });
    });
}
