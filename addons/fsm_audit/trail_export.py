"""Writes the entries of a period, with what proves them, into a file that verifies by itself.

A zip: `entries.jsonl`, the texts that were sealed, in the order of `seals.jsonl`, which has the
seals with the records of the exporter's subtrees; of what is not his, and of entries outside of the
period, there is the hash alone. `manifest.json` names all that and is signed. No ORM in here;
`verify_trail.py --file` reads it.
"""

import base64
import hashlib
import io
import json
import zipfile
from typing import NamedTuple

from .tools.verify_trail import batches, leaf_hash, read_records

ORDER = """class COLLATE "C", to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') COLLATE "C",
    COALESCE(company_id, 0), id"""  # as the records of a seal

README = """\
This is a part of an audit trail, with what proves it. To verify it:

    python3 verify_trail.py --file THIS.zip --public-key KEY

KEY is the public key that the organisation gave you before, not the one in manifest.json.
verify_trail.py is in the source of FSM Audit, folder tools; it wants the package cryptography.

entries.jsonl: one entry a line, as it was sealed: id, transaction, time (UTC), operation, class,
kind, model, record, company, actor, database user, application, context, changes, commitment,
reason. A line in quotes is the hash of an entry outside of the period.
seals.jsonl: the seals, and what each says of the entries above.
"""


class Period(NamedTuple):
    """First moment and first after it, as the texts of entries say it."""

    at_from: str
    at_to: str

    def __contains__(self, at):
        return self.at_from <= at < self.at_to


def write(file, trail, keys, period, facts):
    """Write the entries of `period` that `trail` may show, and that were sealed.

    :param file: a binary file, open for writing
    :param dict facts: what the manifest says besides, of values JSON knows
    :return: how many entries
    :rtype: int
    """
    before, last = trail.seals_between(*period)
    manifest = {**facts, "public_key": base64.b64encode(keys.public).decode()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        digests = {}
        with _member(archive, "entries.jsonl", digests) as lines:
            manifest["entries"] = _write_entries(lines, trail, before, last, period)
        with _member(archive, "seals.jsonl", digests) as lines:
            manifest["seals"] = _write_seals(lines, trail, before, last)
        text = json.dumps({**manifest, "files": digests}, indent=1).encode()
        archive.writestr("manifest.json", text)
        archive.writestr("manifest.sig", base64.b64encode(keys.sign_export(text)))
        archive.writestr("README.txt", README)
    return manifest["entries"]


def _slices(trail, before, last):
    while before < last and (seals := trail.read_slice(before, last)):
        yield seals
        before = seals[-1].id


def _write_entries(lines, trail, before, last, period):
    """Write the texts of entries in, and the hashes of those out of the period."""
    count = 0
    for seals in _slices(trail, before, last):
        for batch in batches(seals):
            for _, _, _, _, at, text in trail.stream_entries(batch, ORDER):
                inside = at in period
                count += inside
                lines.write(text if inside else f'"{leaf_hash(text).hex()}"')
    return count


def _write_seals(lines, trail, before, last):
    count = 0
    for seals in _slices(trail, before, last):
        records = read_records(trail.cr, seals)
        for seal in seals:
            own = [_shown(trail, record) for record in records[seal.id]]
            line = {
                "seal": [_to_json(value) for value in seal],
                "epoch": trail.epochs[seal.epoch],
                "subtrees": own,
            }
            lines.write(json.dumps(line))
            count += 1
    return count


def _shown(trail, record):
    """Return the record of what is in the file, of all else its hash."""
    is_here = trail.is_mine(record.company_id) and record.place[:2] not in trail.purged
    return record if is_here else record.leaf().hex()


def _to_json(value):
    return value.hex() if isinstance(value, bytes) else value


class _member:
    """A file in the archive, written line by line; its digest is noted at the end."""

    def __init__(self, archive, name, digests):
        self.archive, self.name, self.digests = archive, name, digests

    def __enter__(self):
        self.digest = hashlib.sha256()
        self.file = io.BufferedWriter(self.archive.open(self.name, "w", force_zip64=True), 1 << 16)
        return self

    def write(self, line):
        data = line.encode() + b"\n"
        self.digest.update(data)
        self.file.write(data)

    def __exit__(self, *error):
        self.file.close()
        self.digests[self.name] = self.digest.hexdigest()
