import { registry } from "@web/core/registry";
import { kanbanView } from "@web/views/kanban/kanban_view";

// A trail is read from top to bottom: groups would be columns side by side.
class AuditLogKanbanModel extends kanbanView.Model {
    async load(params = {}) {
        return super.load({ ...params, groupBy: [] });
    }
}

registry.category("views").add("fsm_audit_log_kanban", {
    ...kanbanView,
    Model: AuditLogKanbanModel,
});
