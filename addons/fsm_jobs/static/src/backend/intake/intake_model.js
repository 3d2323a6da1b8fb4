import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { KeepLast } from "@web/core/utils/concurrency";
import { reactive } from "@odoo/owl";

const { DateTime } = luxon;

const CLOSING_HOUR = 18; // what "today" and "tomorrow" mean on the counter's buttons
const LAST_START = 16; // nobody is promised "today" later than that

// What a draft keeps when the tab is reloaded: no passcode, no signature, no photo.
const DRAFT = [
    "clientRef", "text", "newCustomer", "another", "kind", "priority", "categoryId", "modelText",
    "number", "faults", "complaint", "accessories", "checks", "promise", "pickedAt", "spendLimit",
    "advance", "siteId", "newSite", "consents",
];

/** Digits of an Indian mobile number, without +91 or 0; "" while it is not complete. */
export function completeMobile(text) {
    if (!/^[+\d\s().\-/]*$/.test(text)) {
        return "";
    }
    const digits = text.replace(/\D/g, "");
    if (text.trim().startsWith("+") || (digits.startsWith("91") && digits.length > 10)) {
        return /^91\d{10}$/.test(digits) ? digits.slice(2) : "";
    }
    if (digits.startsWith("0")) {
        return digits.length === 11 ? digits.slice(1) : "";
    }
    return digits.length === 10 ? digits : "";
}

/** "1,500.50" or "₹ 1500" as a number; NaN for anything else, 0 for nothing. */
export function parseAmount(text) {
    const clean = text.replace(/[₹,\s]/g, "");
    return clean === "" ? 0 : /^\d+(\.\d{1,2})?$/.test(clean) ? Number(clean) : NaN;
}

/** Split "Asus TUF F15" into brand and model: a known brand if it starts with one, else a word. */
export function splitModel(text, brands) {
    const clean = text.trim().replace(/\s+/g, " ");
    const known = brands
        .filter((brand) => clean.toLowerCase().startsWith(`${brand.toLowerCase()} `))
        .sort((a, b) => b.length - a.length)[0];
    const brand = known || clean.split(" ")[0];
    return { brand, model: clean.slice(brand.length).trim(), known: Boolean(known) };
}

/** What stands on the counter's screen. Nothing leaves it until `save`. */
export class IntakeModel {
    constructor(orm) {
        this.orm = orm;
        this.searches = new KeepLast();
        this.clear();
        return reactive(this);
    }

    clear() {
        Object.assign(this, {
            // Made once a screen: the same intake sent twice is one job card.
            clientRef: crypto.randomUUID?.() || `counter-${Date.now()}-${Math.random()}`,
            text: "",
            found: [],
            searched: "",
            customer: null,
            newCustomer: null,
            another: false,
            siteId: 0,
            newSite: null,
            consents: {},
            kind: "carry_in",
            priority: "0",
            deviceId: 0,
            categoryId: this.form?.categories[0]?.id || 0,
            modelText: "",
            number: "",
            numberProblem: "",
            faults: [],
            complaint: "",
            accessories: [],
            checks: {},
            photos: [],
            passcode: { type: "none", value: "" },
            promise: "usual",
            pickedAt: "",
            spendLimit: "",
            advance: "",
            technicianId: undefined,
            termsRead: false,
            signature: null,
            problems: {},
            saving: false,
            done: null,
        });
    }

    async load() {
        this.form = await this.orm.call("fsm.job", "intake_form", []);
        this.categoryId = this.form.categories[0]?.id || 0;
    }

    // === WHO === //

    async search(text) {
        this.text = text;
        this.customer = null;
        this.another = false;
        delete this.problems.customer;
        if (text.replace(/\D/g, "").length < 4 && text.trim().length < 2) {
            this.found = [];
            this.searched = "";
            this.forgetAnswers();
            return;
        }
        const found = await this.searches.add(this.ask("intake_customers", { text }));
        this.searched = text;
        const exact = found.filter((row) => row.exact);
        if (exact.length === 1 && completeMobile(text)) {
            await this.choose(exact[0]);
            return;
        }
        this.found = found;
        if (!found.length && completeMobile(text)) {
            this.openNew();
        } else if (found.length) {
            this.newCustomer = null;
        }
    }

    /** What was asked before the text changed must not choose a customer any more. */
    forgetAnswers() {
        this.searches.add(Promise.resolve());
    }

    /** Take the row if there is only one: what Enter does. */
    async takeOnly() {
        if (this.searched !== this.text) {
            await this.search(this.text);
        }
        if (!this.customer && this.found.length === 1) {
            await this.choose(this.found[0]);
        } else if (!this.customer && !this.found.length && this.text.trim()) {
            this.openNew();
        }
    }

    async choose(row) {
        this.customer = await this.searches.add(this.ask("intake_customer", { partner_id: row.id }));
        this.startOver();
        this.newCustomer = null;
        this.found = [];
        this.text = this.customer.phone || this.customer.name;
        const device =
            this.customer.devices.find((each) => each.id === row.device_id) ||
            this.customer.devices.find((each) => !each.open_job) ||
            this.customer.devices[0];
        this.chooseDevice(device ? device.id : 0);
    }

    get textIsPhone() {
        return this.text.replace(/\D/g, "").length >= 4 && !/[a-z]/i.test(this.text);
    }

    openNew(another = false) {
        const isPhone = this.textIsPhone;
        this.forgetAnswers();
        this.customer = null;
        this.another = another;
        this.found = [];
        this.newCustomer = {
            name: isPhone ? "" : this.text.trim(),
            phone: isPhone ? this.text : "",
            email: "",
            vat: "",
            ...(this.newCustomer || {}),
        };
        if (isPhone) {
            this.newCustomer.phone = this.text;
        }
        this.chooseDevice(0);
    }

    changeCustomer() {
        this.forgetAnswers();
        this.customer = null;
        this.newCustomer = null;
        this.another = false;
        this.found = [];
        this.startOver();
        this.text = "";
        this.chooseDevice(0);
    }

    /** What one customer said is not what the next one says. */
    startOver() {
        this.siteId = 0;
        this.newSite = null;
        this.consents = {};
    }

    // === WHERE === //

    /** A device that does not come over the counter stands somewhere. */
    get asksSite() {
        return this.kind !== "carry_in" && Boolean(this.customer || this.newCustomer);
    }

    chooseSite(id) {
        this.siteId = id;
        this.newSite = null;
    }

    openSite() {
        this.siteId = 0;
        this.newSite = { name: "", street: "", city: "", zip: "", notes: "", contact: "", phone: "" };
    }

    get siteArgument() {
        if (!this.asksSite || !(this.siteId || this.newSite)) {
            return {};
        }
        const written = Object.entries(this.newSite || {}).filter(([, text]) => text.trim());
        return { site: this.newSite ? Object.fromEntries(written) : { id: this.siteId } };
    }

    // === MAY WE WRITE === //

    /** What he last said of a purpose, here and now or before: true, false, or undefined. */
    consent(purpose) {
        return this.consents[purpose] ?? this.customer?.consents[purpose];
    }

    toggleConsent(purpose) {
        const said = !this.consent(purpose);
        if (said === this.customer?.consents[purpose]) {
            delete this.consents[purpose];
        } else {
            this.consents[purpose] = said;
        }
    }

    // === WHAT === //

    get device() {
        return this.customer?.devices.find((device) => device.id === this.deviceId);
    }

    get category() {
        const id = this.device?.category_id || this.categoryId;
        return this.form.categories.find((category) => category.id === id);
    }

    chooseDevice(id) {
        const before = this.category;
        this.deviceId = id;
        delete this.problems.device;
        this.keepWhatFits(before);
    }

    chooseCategory(id) {
        const before = this.category;
        this.categoryId = id;
        this.keepWhatFits(before);
    }

    /** Faults and checks belong to a category: those of another one go. */
    keepWhatFits(before) {
        if (before?.id === this.category?.id) {
            return;
        }
        this.faults = this.faults.filter((name) => this.category.faults.includes(name));
        this.accessories = this.accessories.filter(
            (row) => !before?.accessories.includes(row.name) || this.category.accessories.includes(row.name)
        );
        this.checks = Object.fromEntries(
            Object.entries(this.checks).filter(([name]) => this.category.checks.includes(name))
        );
    }

    /** Keys that nobody's field took: a scanner's serial number, or a phone number typed at once. */
    heard(text) {
        const isPhone = completeMobile(text) && !this.customer && !this.newCustomer;
        return isPhone ? this.search(text) : this.scanned(text);
    }

    async scanned(number) {
        const answer = await this.ask("intake_device", { number });
        this.numberProblem = answer.problem || "";
        if (answer.partner_id && answer.partner_id !== this.customer?.id && !this.newCustomer) {
            await this.choose({ id: answer.partner_id, device_id: answer.device.id });
        } else if (answer.device && answer.partner_id === this.customer?.id) {
            this.chooseDevice(answer.device.id);
        } else {
            this.deviceId = 0;
            this.number = answer.number;
            if (answer.device) {
                this.modelText = answer.device.name;
                this.chooseCategory(answer.device.category_id);
            }
        }
    }

    models(text) {
        return text.trim() ? this.ask("intake_models", { text }) : [];
    }

    get brandAndModel() {
        return splitModel(this.modelText, this.form.brands);
    }

    toggleFault(name) {
        this.toggle(this.faults, name);
        delete this.problems.problem;
    }

    toggle(list, item) {
        const place = list.indexOf(item);
        place < 0 ? list.push(item) : list.splice(place, 1);
    }

    accessory(name) {
        return this.accessories.find((row) => row.name === name);
    }

    toggleAccessory(name) {
        const row = this.accessory(name);
        row
            ? this.toggle(this.accessories, row)
            : this.accessories.push({ name, quantity: 1, condition: "good" });
    }

    get accessoryNames() {
        const own = this.accessories.map((row) => row.name);
        return [...new Set([...(this.category?.accessories || []), ...own])];
    }

    // === CONDITION === //

    setCheck(name, result) {
        const before = this.checks[name];
        if (before?.result === result) {
            delete this.checks[name];
        } else {
            this.checks[name] = { result, note: before?.note || "" };
        }
    }

    setAllChecks(result) {
        for (const name of this.category.checks) {
            this.checks[name] = { result, note: "" };
        }
    }

    get dead() {
        const checks = this.category?.checks || [];
        return (
            checks.length > 0 && checks.every((name) => this.checks[name]?.result === "untestable")
        );
    }

    // === PLAN === //

    get promises() {
        const now = DateTime.now();
        const at = (days) => now.plus({ days }).set({ hour: CLOSING_HOUR, minute: 0, second: 0 });
        return [
            {
                key: "usual",
                label: _t("Usual"),
                at: this.category ? deserializeDateTime(this.category.promised_at) : now,
            },
            ...(now.hour < LAST_START ? [{ key: "today", label: _t("Today"), at: at(0) }] : []),
            { key: "tomorrow", label: _t("Tomorrow"), at: at(1) },
            { key: "days", label: _t("In 3 days"), at: at(3) },
        ];
    }

    get promisedAt() {
        if (this.promise === "pick") {
            const picked = DateTime.fromISO(this.pickedAt);
            return picked.isValid ? picked : null;
        }
        return (this.promises.find((each) => each.key === this.promise) || this.promises[0]).at;
    }

    get promiseIsLong() {
        return Boolean(
            this.category && this.promisedAt > deserializeDateTime(this.category.sla_at)
        );
    }

    get technicians() {
        return this.form.technicians.filter(
            (each) => !each.skill_ids.length || each.skill_ids.includes(this.category?.id)
        );
    }

    get chosenTechnicianId() {
        return this.technicianId === undefined ? this.technicians[0]?.id || 0 : this.technicianId;
    }

    // === SAVE === //

    /** What is missing, a sentence beside the part of the screen it is about. */
    check() {
        const problems = {};
        if (!this.customer && !this.newCustomer) {
            problems.customer = _t("Type the customer's phone number, then choose him or add him.");
        } else if (this.newCustomer && !this.newCustomer.name.trim()) {
            problems.customer = _t("A new customer needs a name.");
        } else if (this.newCustomer && !completeMobile(this.newCustomer.phone) && !/^\+/.test(this.newCustomer.phone)) {
            problems.customer = _t("A mobile number has ten digits.");
        }
        if (this.asksSite && this.newSite && !this.newSite.name.trim()) {
            problems.customer = _t("Give the site a name, such as “Shop on MG Road”.");
        }
        const { brand, model } = this.brandAndModel;
        if (!this.deviceId && !(brand && model)) {
            problems.device = _t("Type brand and model, such as “Dell Inspiron 3520”.");
        } else if (!this.deviceId && this.numberProblem) {
            problems.device = this.numberProblem;
        }
        if (!this.complaint.trim() && !this.faults.length) {
            problems.problem = _t("Say what is wrong: tap a fault, or write the customer's words.");
        }
        for (const amount of [this.spendLimit, this.advance]) {
            if (Number.isNaN(parseAmount(amount))) {
                problems.plan = _t("Write an amount in rupees, such as 1500 or 1,500.50.");
            }
        }
        if (this.promise === "pick" && !(this.promisedAt > DateTime.now())) {
            problems.plan = _t("Promise a moment that is still to come.");
        }
        if (this.passcode.type !== "none" && !this.passcode.value) {
            problems.unlock = _t("Enter the passcode, or choose “Not needed”.");
        } else if (this.passcode.type === "pattern" && this.passcode.value.length < 4) {
            problems.unlock = _t("A pattern joins at least four dots.");
        }
        this.problems = problems;
        return !Object.keys(problems).length;
    }

    async save() {
        if (this.saving || this.done || !this.check()) {
            return false;
        }
        this.saving = true;
        try {
            const answer = await this.orm.call("fsm.job", "intake", [], this.arguments);
            this.done = { ...answer, passcode: this.passcode.type };
            this.passcode = { type: "none", value: "" };
            return true;
        } catch (error) {
            this.refused(error);
            return false;
        } finally {
            this.saving = false;
        }
    }

    refused(error) {
        if (error instanceof ConnectionLostError) {
            this.problems.save = _t(
                "There is no connection. Nothing is lost: press Save again when it is back."
            );
            return;
        }
        if (!error.data?.message) {
            throw error;
        }
        this.problems[error.data.context?.fsm_section || "save"] = error.data.message;
    }

    get arguments() {
        const args = {
            branch_id: this.form.branch.id,
            client_ref: this.clientRef,
            customer: this.customer
                ? { id: this.customer.id }
                : Object.fromEntries(Object.entries(this.newCustomer).filter(([, text]) => text)),
            device: this.deviceArgument,
            complaint: this.complaint,
            faults: this.faults,
            kind: this.kind,
            priority: this.priority,
            accessories: this.accessories,
            checklist: Object.entries(this.checks).map(([name, check]) => ({ name, ...check })),
            photos: this.photos.map(({ name, content }) => ({ name, content })),
            spend_limit: parseAmount(this.spendLimit),
            advance: parseAmount(this.advance),
            ...this.siteArgument,
            consents: { ...this.consents },
            allow_duplicate: this.another,
        };
        if (this.promise !== "usual") {
            args.promised_at = serializeDateTime(this.promisedAt);
        }
        if (this.passcode.type !== "none") {
            args.passcode = { ...this.passcode };
        }
        if (this.form.may_assign && this.chosenTechnicianId) {
            args.technician_ids = [this.chosenTechnicianId];
        }
        if (this.form.terms && (this.termsRead || this.signature)) {
            args.terms = { version: this.form.terms.version };
            if (this.signature) {
                args.terms.signature = this.signature;
            }
        }
        return args;
    }

    get deviceArgument() {
        if (this.deviceId) {
            return { id: this.deviceId };
        }
        const { brand, model } = this.brandAndModel;
        const number = this.number.replace(/\s/g, "");
        return {
            category: this.category.name,
            brand,
            model,
            ...(number ? { [/^\d{15}$/.test(number) ? "imei" : "serial"]: number } : {}),
        };
    }

    ask(verb, args) {
        return this.orm.call("fsm.job", verb, [], { ...args, branch_id: this.form.branch.id });
    }

    // === DRAFT === //

    get isEmpty() {
        return !(this.text || this.modelText || this.complaint || this.faults.length);
    }

    draft() {
        const kept = Object.fromEntries(DRAFT.map((name) => [name, this[name]]));
        return { ...kept, customerId: this.customer?.id || 0, chosenDeviceId: this.deviceId };
    }

    async restore(draft) {
        for (const name of DRAFT) {
            if (draft[name] !== undefined) {
                this[name] = draft[name];
            }
        }
        if (draft.customerId) {
            await this.choose({ id: draft.customerId, device_id: draft.chosenDeviceId });
            this.deviceId = draft.chosenDeviceId;
            const { siteId = 0, newSite = null, consents = {} } = draft;
            Object.assign(this, { siteId, newSite, consents });
        }
    }
}
