import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

const MAX_SIDE = 1600; // pixels
const QUALITY = 0.82; // of a JPEG
const MAX_PHOTOS = 12;

/** Return a picture as a JPEG of at most 1600 pixels a side: `{url, content}`, content in base64. */
export async function shrink(source) {
    const bitmap = await createImageBitmap(source);
    const ratio = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * ratio);
    canvas.height = Math.round(bitmap.height * ratio);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const url = canvas.toDataURL("image/jpeg", QUALITY);
    return { url, content: url.slice(url.indexOf(",") + 1) };
}

/** The camera of the counter's computer; a phone opens its own. */
export class CameraDialog extends Component {
    static template = "fsm_jobs.CameraDialog";
    static components = { Dialog };
    static props = { close: Function, onPhoto: Function };

    setup() {
        this.video = useRef("video");
        this.state = useState({ ready: false, problem: "", taken: 0 });
        this.open();
        onWillUnmount(() => this.stop());
    }

    async open() {
        try {
            this.stream = await navigator.mediaDevices.getUserMedia({
                video: { facingMode: "environment", width: { ideal: MAX_SIDE } },
            });
        } catch {
            this.state.problem = _t(
                "There is no camera, or the browser may not use it. Choose a file instead."
            );
            return;
        }
        if (!this.video.el) {
            this.stop();
            return;
        }
        this.video.el.srcObject = this.stream;
        await this.video.el.play();
        this.state.ready = true;
    }

    stop() {
        this.stream?.getTracks().forEach((track) => track.stop());
    }

    async take() {
        await this.props.onPhoto(this.video.el);
        this.state.taken++;
    }
}

/** Photos of the device as it came in. */
export class PhotoStrip extends Component {
    static template = "fsm_jobs.PhotoStrip";
    static props = { photos: Array };

    setup() {
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.nextId = 1;
    }

    get isFull() {
        return this.props.photos.length >= MAX_PHOTOS;
    }

    openCamera() {
        this.dialog.add(CameraDialog, { onPhoto: (source) => this.add(source) });
    }

    async onFiles(ev) {
        for (const file of ev.target.files) {
            await this.add(file);
        }
        ev.target.value = "";
    }

    async add(source) {
        if (this.isFull) {
            this.notification.add(_t("%s photos are enough.", MAX_PHOTOS), { type: "warning" });
            return;
        }
        try {
            const picture = await shrink(source);
            const id = this.nextId++;
            this.props.photos.push({ id, name: `intake-${id}.jpg`, ...picture });
        } catch {
            this.notification.add(_t("“%s” is no picture.", source.name || ""), { type: "danger" });
        }
    }

    remove(photo) {
        this.props.photos.splice(this.props.photos.indexOf(photo), 1);
    }
}
