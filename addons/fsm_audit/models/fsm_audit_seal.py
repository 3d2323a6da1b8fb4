import logging
import os
import time
from base64 import b64encode
from pathlib import Path

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import config
from odoo.tools.mail import email_normalize_all

from .. import seal, vault
from ..anchor import FileAnchor
from ..tools.verify_trail import Trail, check_waiting, key_id, read_keys, read_seals

_logger = logging.getLogger(__name__)

RUN_SECONDS = 45  # a run of the cron; what is left is sealed by the next, a minute later
READERS = "fsm_audit.group_fsm_audit_reader"


class FsmAuditSeal(models.AbstractModel):
    """Seals the trail each minute, and keeps the heads of the seals outside the database.

    How: `seal.py`. Where heads are kept: `anchor.py`. Whether all is well: `_problems`.
    """

    _name = "fsm.audit.seal"
    _description = "Audit Seal"

    # === BUSINESS METHODS - SEALING === #

    @api.model
    def _cron_seal(self):
        """Seal what can be sealed. Never fails, so that Odoo never switches it off: what hinders it
        is told by `_problems`, and is sealed when that is over."""
        try:
            self._seal()
        except (UserError, psycopg2.Error) as error:  # no key; a full disk, a restarted database
            _logger.warning("The audit trail is not sealed: %s", error)

    @api.model
    def seal_now(self):
        """Seal what has ended by now.

        :return: `{"entries", "seals"}`, how many were made
        """
        self.env["fsm.audit.log"].check_access("read")
        return self._seal()

    @api.model
    def _seal(self):
        """Seal in transactions of their own, a batch each: killed, it leaves the last whole one.

        :raise UserError: there is no key, or not that of the seals before
        """
        keys = self._keys()
        done, end = {"entries": 0, "seals": 0}, time.monotonic() + RUN_SECONDS
        with self.pool.cursor() as cr, seal.alone(cr) as is_alone:
            horizon = seal.horizon(cr)  # what is written from now on is for the next run
            while is_alone and time.monotonic() < end:
                batch = self._seal_batch(cr, keys, horizon)
                cr.commit()  # pylint: disable=invalid-commit
                if not batch:
                    break
                done = {"entries": done["entries"] + batch.n, "seals": done["seals"] + 1}
            self._anchor(cr)
        return done

    @api.model
    def _seal_batch(self, cr, keys, horizon):
        try:
            return seal.seal_batch(cr, keys, horizon)
        except seal.UnknownKey as error:
            raise self._explain(error) from None

    # === BUSINESS METHODS - ANCHORS === #

    @api.model
    def _anchors(self):
        """Return where heads are kept; another addon may add its own, see `anchor.py`."""
        return [FileAnchor(self._anchor_path())]

    @api.model
    def _anchor_path(self):
        """Name the file: in the folder that `FSM_AUDIT_ANCHORS` or the option `fsm_audit_anchors`
        of odoo.conf tells, by default below the data folder."""
        folder = os.environ.get("FSM_AUDIT_ANCHORS") or config.get("fsm_audit_anchors")
        default = Path(config["data_dir"]) / "fsm_audit"
        return Path(folder or default) / f"{self.env.cr.dbname}.jsonl"

    @api.model
    def _anchor(self, cr):
        """Keep the newest head wherever it is not kept yet; those before hang on it."""
        fact = self._head(cr)
        for anchor in self._anchors() if fact else ():
            try:
                if anchor.last() != fact["head"]:
                    anchor.append(fact)
            except (OSError, ValueError) as error:
                _logger.warning("The head of the audit trail could not be kept: %s", error)

    @api.model
    def _head(self, cr):
        """Return what an anchor keeps of the newest seal, `None` if there is none."""
        seals = read_seals(cr, "id = (SELECT max(id) FROM fsm_audit.seal)", [])
        if not seals:
            return None
        [last] = seals
        return {"seal": last.id, "head": last.head.hex(), "at": last.at[:19], "n": last.n}

    @api.model
    def _cron_mail_anchor(self):
        """Mail the newest head to those who answer for the trail: an anchor in their mailboxes."""
        fact = self._head(self.env.cr)
        server = self.env["ir.mail_server"].sudo()  # whoever runs the cron
        for recipient in self._anchor_recipients() if fact else ():
            try:
                server.send_email(self._anchor_mail(server, fact, recipient))
            except (OSError, UserError, AssertionError) as error:
                # Health says how old the last anchor is; a shop without a mail server is no fault.
                _logger.info("The head of the audit trail was not mailed: %s", error)

    @api.model
    def _anchor_recipients(self):
        """Return the addresses of the readers of the trail, and of their auditors.

        Auditors are in the system parameter `fsm_audit.anchor_to`, with commas between them.
        """
        readers_sudo = self.env.ref(READERS).sudo().all_user_ids  # whoever runs the cron
        get_param = self.env["ir.config_parameter"].sudo().get_param  # as above
        texts = [get_param("fsm_audit.anchor_to"), *readers_sudo.mapped("email")]
        return sorted({address for text in texts for address in email_normalize_all(text)})

    @api.model
    def _anchor_mail(self, server, fact, recipient):
        facts = {**fact, "database": self.env.cr.dbname}
        subject = self.env._("Audit trail of %(database)s: seal %(seal)s", **facts)
        body = self.env._(
            "Keep this mail: whoever rewrites the audit trail later cannot rewrite it.\n\n"
            "Seal: %(seal)s\nHead: %(head)s\nSealed on: %(at)s (UTC)\n",
            **facts,
        )
        sender = server._get_default_from_address() or recipient
        return server._build_email__(sender, [recipient], subject, body)

    # === GETTERS === #

    @api.model
    def _keys(self):
        """Read what signs: the key ring `FSM_AUDIT_SIGNING_KEY`, and the public keys of former ones
        in `FSM_AUDIT_PUBLIC_KEYS` or the option `fsm_audit_public_keys` of odoo.conf."""
        former = os.environ.get("FSM_AUDIT_PUBLIC_KEYS") or config.get("fsm_audit_public_keys")
        try:
            ring = vault.KeyRing.load("FSM_AUDIT_SIGNING_KEY")
            if not ring:
                raise vault.Locked(None)
            return seal.Keys.of(ring, read_keys(former) if former else ())
        except (OSError, ValueError, vault.BadKeyRing, vault.Locked) as error:
            raise self._explain(error) from None

    @api.model
    def _known_keys(self):
        """Return the public keys whose signatures are known: none without a key ring."""
        try:
            return self._keys().known
        except UserError:
            return frozenset()

    @api.model
    def _problems(self):
        """Return, in sentences, what hinders the sealing or the anchors; nothing if all is well.

        For a health check: it costs a few milliseconds.
        """
        problems = []
        try:
            keys = self._keys()
            last = read_seals(self.env.cr, "id = (SELECT max(id) FROM fsm_audit.seal)", [])
            if last and last[0].public_key not in keys.known:
                raise self._explain(seal.UnknownKey(key_id(last[0].public_key)))
        except UserError as error:
            problems.append(str(error))
        return problems + self._late() + self._unanchored()

    @api.model
    def _late(self):
        return [self._sentence(finding) for finding in check_waiting(Trail(self.env.cr))]

    @api.model
    def _unanchored(self):
        fact = self._head(self.env.cr)
        try:
            behind = [a for a in self._anchors() if fact and a.last() != fact["head"]]
        except (OSError, ValueError):
            behind = True
        if not behind:
            return []
        return [
            self.env._(
                "The head of the audit trail is not kept outside the database. "
                "Ask whoever runs the server whether the folder of the anchors can be written."
            )
        ]

    @api.model
    def _sentence(self, finding):
        return self.env._(finding.text, **finding.args)  # pylint: disable=gettext-variable

    @api.model
    def _public_key(self):
        """Return the public key for the auditor, base64; `False` without a key."""
        try:
            return b64encode(self._keys().public).decode()
        except UserError:
            return False

    @api.model
    def _explain(self, error):
        """Return the UserError for what went wrong: a sentence, and never a key."""
        if isinstance(error, seal.UnknownKey):
            return UserError(
                self.env._(
                    "The last seal was made with the key %s, which is not in the key ring. Ask "
                    "whoever runs the server to put it back; if it is lost, to name its public "
                    "key in FSM_AUDIT_PUBLIC_KEYS. Entries wait for their seal until then.",
                    error.args[0],
                )
            )
        if isinstance(error, vault.Locked):
            return UserError(
                self.env._(
                    "There is no key to seal the audit trail with. Ask whoever runs the server to "
                    "set FSM_AUDIT_SIGNING_KEY. Entries wait for their seal until then."
                )
            )
        if isinstance(error, vault.BadKeyRing):
            return UserError(
                self.env._(
                    "The audit trail is not sealed: key %s of FSM_AUDIT_SIGNING_KEY is not 32 "
                    "bytes in base64.",
                    error.args[0],
                )
            )
        return UserError(
            self.env._("The audit trail is not sealed: the file of its keys cannot be read.")
        )
