import sys
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class FsmAuditVerify(Command):
    """Verify that the audit trail is as it was sealed.

    Exit code 0: it is; 1: it is not, each finding is told; 2: it could not be verified.
    """

    name = "fsm_audit_verify"

    def run(self, args):
        parser = self.parser
        parser.add_argument("-c", "--config", help="odoo.conf")
        parser.add_argument("-d", "--database", required=True)
        parser.add_argument("--anchors", help="a file of anchors, besides those the server keeps")
        parsed, others = parser.parse_known_args(args)  # --db_host and the like are the server's
        options = ["-d", parsed.database, "--no-http", "--log-level=error", *others]
        config.parse_config(["-c", parsed.config, *options] if parsed.config else options)
        try:
            sys.exit(_verify(parsed))
        except (OSError, ValueError) as error:
            sys.exit(_give_up(error))


def _verify(args):
    with Registry(args.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if "fsm.audit.log" not in env:
            return _give_up(f"The database {args.database} has no FSM Audit.")
        # Not from the top of this file: it is loaded without its addon.
        from odoo.addons.fsm_audit.tools import verify_trail  # pylint: disable=odoo-addons-relative-import

        trail = env["fsm.audit.log"]._whole_trail()
        if args.anchors:
            trail.anchors = [*trail.anchors, *verify_trail.read_anchors(Path(args.anchors))]
        return verify_trail.report(trail.verify())


def _give_up(reason):
    sys.stderr.write(f"It could not be verified: {reason}\n")
    return 2
