import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { downloadFile } from "@web/core/network/download";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { PERIODS, periodOf } from "./periods";

const LIMIT = 500; // rows on the page; the spreadsheet has all
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const KEPT = "fsm_jobs.report"; // what was looked at last, kept in the browser

// What a column holds → how it is written in India.
const NUMBERS = {
    integer: { maximumFractionDigits: 0 },
    number: { maximumFractionDigits: 2 },
    average: { minimumFractionDigits: 1, maximumFractionDigits: 1 },
    percent: { minimumFractionDigits: 1, maximumFractionDigits: 1 },
    days: { maximumFractionDigits: 0 },
    price: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
    money: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
};

/** The figures of the branches: any report of `fsm.report`, as a table and as a spreadsheet. */
export class FsmReportScreen extends Component {
    static template = "fsm_jobs.ReportScreen";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.periods = PERIODS;
        this.state = useState({
            name: this.props.action.params?.name || browser.localStorage.getItem(KEPT),
            branchId: 0,
            period: "",
            from: "",
            to: "",
            report: false,
            sort: { column: -1, down: false },
            error: "",
            busy: false,
        });
        onWillStart(async () => {
            [this.catalogue, this.branches] = await Promise.all([
                this.orm.call("fsm.report", "catalogue", []),
                this.orm.searchRead("fsm.branch", [], ["display_name"]),
            ]);
            if (!this.chosen) {
                this.state.name = this.catalogue[0].name;
            }
            this.setPeriod(this.chosen.period);
            await this.load();
        });
    }

    get display() {
        return { controlPanel: {} };
    }

    get chosen() {
        return this.catalogue.find((report) => report.name === this.state.name);
    }

    /** Return the reports as they stand in the choice: a list a section. */
    get sections() {
        const sections = new Map();
        for (const report of this.catalogue) {
            sections.set(report.section, [...(sections.get(report.section) || []), report]);
        }
        return [...sections].map(([title, reports]) => ({ title, reports }));
    }

    get columns() {
        return this.state.report.columns;
    }

    /** The places of the columns to show: the branch is no news where there is but one. */
    get places() {
        const places = this.columns.map((_column, place) => place);
        const one = this.state.branchId || this.branches.length === 1;
        const named = this.columns[0].key === "branch_id" && !this.isNumber(this.columns[1]);
        return one && named ? places.slice(1) : places;
    }

    get rows() {
        const { column, down } = this.state.sort;
        const rows = [...this.state.report.rows];
        if (column >= 0) {
            const compare = (a, b) =>
                typeof a === "string" ? a.localeCompare(b || "") : (a || 0) - (b || 0);
            rows.sort((a, b) => compare(a[column], b[column]) * (down ? -1 : 1));
        }
        return rows;
    }

    get hidden() {
        return this.state.report.count - this.state.report.rows.length;
    }

    get arguments() {
        return {
            name: this.state.name,
            ...(this.chosen.period && { date_from: this.state.from, date_to: this.state.to }),
            // All of them, whatever is ticked in the menu of companies.
            branch_ids: this.state.branchId
                ? [this.state.branchId]
                : this.branches.map((branch) => branch.id),
        };
    }

    isNumber(column) {
        return column.type in NUMBERS;
    }

    cellClass(column) {
        const shapes = { date: "text-nowrap", char: "o_fsm_report_text" };
        return shapes[column.type] || "text-end text-nowrap";
    }

    /** Days that a period names already are not shown where there is no room. */
    get daysClass() {
        return this.state.period ? "d-none d-md-block" : "";
    }

    text(value, column) {
        if (this.isNumber(column)) {
            return value === false ? "–" : value.toLocaleString("en-IN", NUMBERS[column.type]);
        }
        return column.type === "date" && value ? value.split("-").reverse().join("-") : value || "";
    }

    total(column) {
        const total = this.state.report.totals[column.key];
        return total === undefined ? "" : this.text(total, column);
    }

    /** Call the server once at a time; what it refuses is said on the page. */
    async ask(call) {
        Object.assign(this.state, { error: "", busy: true });
        try {
            return await call();
        } catch (error) {
            this.state.error = error.data?.message || error.message;
        } finally {
            this.state.busy = false;
        }
    }

    async load() {
        const asked = JSON.stringify(this.arguments);
        const report = await this.ask(() =>
            this.orm.call("fsm.report", "get", [], { ...this.arguments, limit: LIMIT })
        );
        // An answer that comes late belongs to a question nobody asks any more.
        if (report && asked === JSON.stringify(this.arguments)) {
            Object.assign(this.state, { report, sort: { column: -1, down: false } });
        }
    }

    async onReport(ev) {
        const before = this.chosen.period;
        this.state.name = ev.target.value;
        // The days stay, but where the question is another: who owes us is not asked of a month.
        if (this.chosen.period !== before) {
            this.setPeriod(this.chosen.period);
        }
        browser.localStorage.setItem(KEPT, this.state.name);
        await this.load();
    }

    async onBranch(ev) {
        this.state.branchId = Number(ev.target.value);
        await this.load();
    }

    async onPeriod(ev) {
        this.setPeriod(ev.target.value);
        await this.load();
    }

    setPeriod(period) {
        Object.assign(this.state, period ? periodOf(period) : {}, { period });
    }

    async onDay(end, ev) {
        Object.assign(this.state, { [end]: ev.target.value, period: "" });
        await this.load();
    }

    onSort(column) {
        const { sort } = this.state;
        const down = sort.column === column ? !sort.down : this.isNumber(this.columns[column]);
        this.state.sort = { column, down };
    }

    async onExcel() {
        const file = await this.ask(() =>
            this.orm.call("fsm.report", "export_xlsx", [], this.arguments)
        );
        if (file) {
            const bytes = Uint8Array.from(atob(file.content), (letter) => letter.charCodeAt(0));
            downloadFile(new Blob([bytes], { type: XLSX }), file.filename, XLSX);
        }
    }
}

registry.category("actions").add("fsm_report", FsmReportScreen);
