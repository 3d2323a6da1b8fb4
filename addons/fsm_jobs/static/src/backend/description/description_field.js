import { CharField, charField } from "@web/views/fields/char/char_field";
import { registry } from "@web/core/registry";

/** What a customer reads of a line. It is left out of a list where it only repeats the product. */
export class DescriptionField extends CharField {
    get formattedValue() {
        const text = super.formattedValue;
        const product = this.props.record.data.product_id?.display_name || "";
        return this.props.readonly && product.endsWith(text) ? "" : text;
    }
}

registry.category("fields").add("fsm_description", { ...charField, component: DescriptionField });
