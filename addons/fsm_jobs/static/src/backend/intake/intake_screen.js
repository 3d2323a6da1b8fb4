import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { browser } from "@web/core/browser/browser";
import { deserializeDate, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { NameAndSignature } from "@web/core/signature/name_and_signature";
import { user } from "@web/core/user";
import { useAutofocus, useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import {
    Component,
    onWillStart,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";

import { scanCode } from "../scan/scan_dialog";
import { rupees } from "../words";
import { completeMobile, IntakeModel } from "./intake_model";
import { PasscodeField } from "./passcode_field";
import { PhotoStrip } from "./photo_strip";
import { printReport } from "./print_report";

const SEARCH_DELAY = 200; // ms after the last key, until ten digits are there
const DRAFT_DELAY = 400; // ms

/** The counter's screen: the phone number first, everything on one page, stored by one call. */
export class IntakeScreen extends Component {
    static template = "fsm_jobs.IntakeScreen";
    static components = { AutoComplete, Layout, NameAndSignature, PasscodeField, PhotoStrip };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.root = useRef("root");
        // Whenever it is shown: also after “Change” and for the next job.
        this.phone = useAutofocus({ refName: "phone", mobile: true });
        this.model = useState(new IntakeModel(this.orm));
        this.state = useState({
            checklist: false,
            signing: false,
            termsShown: false,
            ownAccessory: "",
            printed: false,
            labelsPrinted: false,
            restored: false,
        });
        this.display = { controlPanel: this.env.isSmall ? false : {} };
        this.canScan = isBarcodeScannerSupported();
        this.searchLater = useDebounced((text) => this.model.search(text), SEARCH_DELAY);
        this.keepDraft = useDebounced(() => this.storeDraft(), DRAFT_DELAY, {
            execBeforeUnmount: true,
        });
        this.conditions = [
            ["good", _t("Good")],
            ["worn", _t("Worn")],
            ["damaged", _t("Damaged")],
            ["missing", _t("Missing")],
        ];
        this.results = [
            ["ok", _t("OK"), "fa-check"],
            ["fault", _t("Fault"), "fa-times"],
            ["untestable", _t("Not testable"), "fa-ban"],
        ];
        onWillStart(async () => {
            await this.model.load();
            await this.begin(this.props.action.context || {});
        });
        onWillUnmount(() => {
            this.model.passcode.value = "";
        });
        useEffect(
            () => {
                this.keepDraft();
            },
            () => [JSON.stringify(this.model.draft())]
        );
        useEffect(
            (isNew) => {
                if (isNew && document.activeElement === this.phone.el) {
                    this.focus("name");
                }
            },
            () => [Boolean(this.model.newCustomer)]
        );
        useExternalListener(window, "keydown", this.onKeydown);
        useBus(this.env.services.barcode.bus, "barcode_scanned", (ev) =>
            this.model.heard(ev.detail.barcode)
        );
    }

    /** Start with who was on the phone at the front desk, or with what was left in this tab. */
    async begin({ fsm_partner_id: partnerId, fsm_text: text }) {
        // A caller has a draft of his own: what was half typed before he rang stays.
        this.caller = partnerId || text || "";
        const isHis = (draft) =>
            partnerId ? draft.customerId === partnerId : !text || draft.text === text;
        if (await this.restoreDraft(isHis)) {
            return;
        }
        if (partnerId) {
            await this.model.choose({ id: partnerId });
        } else if (text) {
            await this.model.search(text);
        }
    }

    // === DRAFT === //

    get draftKey() {
        const caller = this.caller ? `-${this.caller}` : "";
        return `fsm_intake-${user.userId}-${this.model.form.branch.id}${caller}`;
    }

    storeDraft() {
        if (this.model.done || this.model.isEmpty) {
            browser.sessionStorage.removeItem(this.draftKey);
        } else {
            browser.sessionStorage.setItem(this.draftKey, JSON.stringify(this.model.draft()));
        }
    }

    /** Show the draft that was kept, if `isHis` says that it is the right one; tell whether it is. */
    async restoreDraft(isHis) {
        const draft = JSON.parse(browser.sessionStorage.getItem(this.draftKey));
        if (draft && isHis(draft)) {
            await this.model.restore(draft);
            this.state.restored = true;
        }
        return this.state.restored;
    }

    startAfresh() {
        this.model.clear();
        Object.assign(this.state, {
            checklist: false, signing: false, printed: false, labelsPrinted: false, restored: false,
            ownAccessory: "",
        });
        browser.sessionStorage.removeItem(this.draftKey);
    }

    // === WHO === //

    onSearchInput(ev) {
        const text = ev.target.value;
        this.model.text = text;
        this.model.forgetAnswers();
        if (completeMobile(text)) {
            this.searchLater.cancel();
            this.model.search(text);
        } else {
            this.searchLater(text);
        }
    }

    onSearchKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.searchLater.cancel();
            this.model.takeOnly();
        } else if (ev.key === "ArrowDown") {
            ev.preventDefault();
            this.root.el.querySelector(".o_fsm_found button")?.focus();
        }
    }

    onFoundKeydown(ev) {
        const way = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[ev.key];
        if (way) {
            ev.preventDefault();
            (ev.currentTarget[way] || this.phone.el).focus();
        }
    }

    get sites() {
        const known = this.model.customer?.sites || [];
        return [{ id: 0, name: _t("At the customer's own address") }, ...known];
    }

    // === WHAT === //

    get modelSources() {
        return [
            {
                options: async (text) =>
                    (await this.model.models(text)).map((row) => ({
                        label: `${row.brand} ${row.model}`,
                        onSelect: () => {
                            this.model.modelText = `${row.brand} ${row.model}`;
                            this.model.chooseCategory(row.category_id);
                        },
                    })),
            },
        ];
    }

    onModelInput({ inputValue }) {
        this.model.modelText = inputValue;
        delete this.model.problems.device;
    }

    async scan() {
        const number = await scanCode(this.env);
        if (number) {
            await this.model.scanned(number);
        }
    }

    onNumberChange(ev) {
        if (ev.target.value.trim()) {
            this.model.scanned(ev.target.value);
        } else {
            this.model.numberProblem = "";
        }
    }

    addOwnAccessory() {
        const name = this.state.ownAccessory.trim();
        if (name && !this.model.accessory(name)) {
            this.model.toggleAccessory(name);
        }
        this.state.ownAccessory = "";
    }

    onOwnAccessoryKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.addOwnAccessory();
        }
    }

    addQuantity(row, more) {
        row.quantity = Math.max(1, row.quantity + more);
    }

    chooseTechnician(ev) {
        this.model.technicianId = Number(ev.target.value);
    }

    // === TERMS === //

    sign() {
        this.state.signing = true;
        this.signature = { name: "", isSignatureEmpty: true };
    }

    onSignatureChange() {
        const { isSignatureEmpty, getSignatureImage } = this.signature;
        const image = isSignatureEmpty || !getSignatureImage ? "" : getSignatureImage();
        this.model.signature = image ? image.slice(image.indexOf(",") + 1) : null;
        if (this.model.signature) {
            this.model.termsRead = true;
        }
    }

    // === SAVE === //

    onKeydown(ev) {
        if (ev.key === "F9") {
            ev.preventDefault();
            this.save(true);
        }
    }

    async save(print) {
        // F9 is pressed in the middle of a word, too.
        document.activeElement?.dispatchEvent(new Event("change", { bubbles: true }));
        const saved = await this.model.save();
        if (!saved) {
            setTimeout(() => this.root.el?.querySelector(".o_fsm_problem")?.scrollIntoView({ block: "center" }));
            return;
        }
        browser.sessionStorage.removeItem(this.draftKey);
        this.state.signing = false;
        if (print) {
            await this.print();
        }
    }

    async print() {
        this.state.printed = (await this.printPaper("receipt")) || this.state.printed;
    }

    async printLabels() {
        this.state.labelsPrinted = (await this.printPaper("labels")) || this.state.labelsPrinted;
    }

    /** Print a paper of the job card that was saved; false if there is no such paper. */
    async printPaper(paper) {
        const job_id = this.model.done.id;
        const report = await this.orm.call("fsm.job", "intake_report", [], { job_id, paper });
        if (report) {
            await printReport(`/report/html/${report}/${job_id}`);
        }
        return Boolean(report);
    }

    openJob() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "fsm.job",
            res_id: this.model.done.id,
            views: [[false, "form"]],
        });
    }

    discard() {
        this.startAfresh();
        this.keepDraft.cancel();
        this.env.config.historyBack();
    }

    // === WORDS === //

    when(text) {
        return text ? this.moment(deserializeDateTime(text)) : "";
    }

    moment(at) {
        return at ? at.toFormat("d LLL, h:mm a").replace("AM", "am").replace("PM", "pm") : "";
    }

    day(text) {
        const parse = text?.includes(" ") ? deserializeDateTime : deserializeDate;
        return text ? parse(text).toFormat("d LLL yyyy") : "";
    }

    rupees(amount) {
        return rupees(amount);
    }

    focus(name) {
        this.root.el?.querySelector(`[data-fsm=${name}]`)?.focus();
    }
}

registry.category("actions").add("fsm_jobs.intake", IntakeScreen);
