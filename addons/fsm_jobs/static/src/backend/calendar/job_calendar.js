import { registry } from "@web/core/registry";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { calendarView } from "@web/views/calendar/calendar_view";

/** Job cards in a calendar: whose device is promised when, not a number alone. */
export class FsmJobCalendarModel extends CalendarModel {
    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        const names = [rawRecord.partner_id, rawRecord.device_id].map((value) => value?.[1]);
        return { ...record, title: [...names, record.title].filter(Boolean).join(" · ") };
    }
}

registry.category("views").add("fsm_job_calendar", { ...calendarView, Model: FsmJobCalendarModel });
