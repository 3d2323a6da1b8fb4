import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/** The first day of the financial year that `day` is in: 1 April. */
function yearStart(day) {
    return DateTime.local(day.month < 4 ? day.year - 1 : day.year, 4, 1);
}

// What is asked for with one tap, and its days, counted from today.
export const PERIODS = [
    { name: "today", title: _t("Today"), days: (now) => [now, now] },
    { name: "week", title: _t("Last 7 Days"), days: (now) => [now.minus({ days: 6 }), now] },
    { name: "month", title: _t("This Month"), days: (now) => [now.startOf("month"), now] },
    {
        name: "last_month",
        title: _t("Last Month"),
        days: (now) => {
            const before = now.minus({ months: 1 });
            return [before.startOf("month"), before.endOf("month")];
        },
    },
    { name: "year", title: _t("This Financial Year"), days: (now) => [yearStart(now), now] },
    {
        name: "last_year",
        title: _t("Last Financial Year"),
        days: (now) => [yearStart(now).minus({ years: 1 }), yearStart(now).minus({ days: 1 })],
    },
    { name: "all", title: _t("All Days"), days: () => [] },
];

/** Return the days of a period as the server reads them: `{from, to}`, empty where it is open. */
export function periodOf(name) {
    const period = PERIODS.find((period) => period.name === name);
    const [from, to] = period.days(DateTime.local()).map((day) => day.toISODate());
    return { from: from || "", to: to || "" };
}
