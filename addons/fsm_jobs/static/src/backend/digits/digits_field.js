import { CharField, charField } from "@web/views/fields/char/char_field";
import { onMounted } from "@odoo/owl";
import { registry } from "@web/core/registry";

/** A text of digits: a phone shows its number pad, and fills in a code that has just arrived. */
export class DigitsField extends CharField {
    setup() {
        super.setup();
        onMounted(() => {
            this.input.el?.setAttribute("inputmode", "numeric");
            this.input.el?.setAttribute("autocomplete", "one-time-code");
        });
    }
}

registry.category("fields").add("fsm_digits", { ...charField, component: DigitsField });
