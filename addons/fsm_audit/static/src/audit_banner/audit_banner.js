import { Component } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { session } from "@web/session";
import { WebClient } from "@web/webclient/webclient";

// Only owners and system administrators are told; the server tells nobody else.
export class AuditBanner extends Component {
    static template = "fsm_audit.AuditBanner";
    static props = {};

    setup() {
        this.action = useService("action");
        this.alarms = session.fsm_audit_alarms || [];
    }

    open() {
        return this.action.doAction("fsm_audit.fsm_audit_health_action");
    }
}

WebClient.components = { ...WebClient.components, AuditBanner };
