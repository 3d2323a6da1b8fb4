"""Sealed texts: AES-256-GCM, bound to the place they belong to.

A sealed text is `v1.<key id>.<base64 of nonce and ciphertext>`. The ring of keys comes from outside
the database; its first key writes, the others only read, so a key is rotated by putting a new one
in front. No ORM in here.

>>> ring = KeyRing.parse("k1:" + "A" * 43 + "=")
>>> desk = Place("fsm.job", "passcode", "5f0d", company_id=1, record_id=7)
>>> sealed = seal("1234", ring, desk)
>>> sealed.split(".")[:2]
['v1', 'k1']
>>> unseal(sealed, ring, desk)
'1234'

It says nothing about the length of the text, and it does not open anywhere else:

>>> len(sealed) == len(seal("a much longer passcode", ring, desk))
True
>>> unseal(sealed, ring, desk._replace(record_id=8))
Traceback (most recent call last):
...
odoo.addons.fsm_audit.vault.Tampered

>>> unseal(sealed, KeyRing.parse("k2:" + "B" * 43 + "="), desk)
Traceback (most recent call last):
...
odoo.addons.fsm_audit.vault.Locked: k1
"""

import base64
import binascii
import os
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.padding import PKCS7

from odoo.tools import config

VERSION = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random, 96 bits
BLOCK_BITS = (
    512  # texts are padded to multiples of 64 bytes, so that a PIN is as long as a password
)
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")


class Locked(Exception):
    """A key is missing from the ring: `args[0]` names it, `None` if the ring is empty."""


class Tampered(Exception):
    """The text was not sealed for this place, or was altered since."""


class BadKeyRing(Exception):
    """The ring cannot be read: `args[0]` names the key, never its value."""


class Place(NamedTuple):
    """What a sealed text is bound to."""

    model: str
    field: str
    db_uuid: str
    company_id: int
    record_id: int

    def aad(self, key_id):
        return "|".join(map(str, (*self, key_id))).encode()


class KeyRing(dict):
    """Key id → 32 bytes. The first key writes, all of them read."""

    @classmethod
    def load(cls, name):
        """Read the ring from the environment variable `name`, or from the file that `name`_FILE or
        the option of that name, in small letters, of odoo.conf tells.

        :raise OSError: the file cannot be read
        """
        text = os.environ.get(name)
        path = os.environ.get(f"{name}_FILE") or config.get(f"{name}_FILE".lower())
        if not text and path:
            with open(path, encoding="ascii") as file:
                text = file.read()
        return cls.parse(text)

    @classmethod
    def parse(cls, text):
        """Read `k2:<base64>,k1:<base64>`; commas or line ends between the keys."""
        ring = cls()
        for item in filter(None, re.split(r"[\s,]+", text or "")):
            key_id, _, encoded = item.partition(":")
            if not KEY_ID.fullmatch(key_id):
                raise BadKeyRing("?")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if len(key) != KEY_BYTES or key_id in ring:
                raise BadKeyRing(key_id)
            ring[key_id] = key
        return ring

    def only(self, key_id):
        """Return a ring that writes with this key."""
        return KeyRing({key_id: self[key_id]})

    @property
    def writing_id(self):
        if not self:
            raise Locked(None)
        return next(iter(self))

    def cipher(self, key_id, place):
        """Return the cipher of one company: its key is derived, so companies do not share one."""
        if key_id not in self:
            raise Locked(key_id)
        info = f"fsm_audit.vault|{place.db_uuid}|{place.company_id}".encode()
        return AESGCM(HKDF(hashes.SHA256(), KEY_BYTES, None, info).derive(self[key_id]))


def key_id_of(sealed):
    """Return the id of the key that opens `sealed`."""
    version, key_id, _ = (sealed or "").split(".") if (sealed or "").count(".") == 2 else ("",) * 3
    if version != VERSION:
        raise Tampered
    return key_id


def seal(text, ring, place):
    """Seal `text` for `place` with the writing key of `ring`."""
    key_id = ring.writing_id
    padder = PKCS7(BLOCK_BITS).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + ring.cipher(key_id, place).encrypt(nonce, padded, place.aad(key_id))
    return f"{VERSION}.{key_id}.{base64.b64encode(sealed).decode()}"


def unseal(sealed, ring, place):
    """Return the text that was sealed for `place`.

    :raise Locked: its key is not in the ring
    :raise Tampered: it was sealed for another place, or altered
    """
    key_id = key_id_of(sealed)
    cipher = ring.cipher(key_id, place)
    try:
        raw = base64.b64decode(sealed.rpartition(".")[2], validate=True)
        padded = cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.aad(key_id))
    except (InvalidTag, ValueError):
        raise Tampered from None
    unpadder = PKCS7(BLOCK_BITS).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()
