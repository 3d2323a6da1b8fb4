"""What the portal says in a token that it signed: JWS in compact form, RFC 7515, with RS256.

The QR code of an e-invoice is such a token. Whoever has the portal's public key can tell that nobody
else made it; nothing is asked over the network.
"""

import base64
import binascii
import json
import math
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

# The one algorithm that the portal uses. What a token asks for otherwise is not done.
ALGORITHM = "RS256"

MIN_KEY_BITS = 2048  # RFC 7518, 3.3

_BLOCK = re.compile(
    r"-----BEGIN (PUBLIC KEY|CERTIFICATE)-----[^-]+-----END \1-----\s*", re.MULTILINE
)

# Where providers put the answer inside of their own.
WRAPPERS = ("Data", "data", "Result", "result", "message")


class NotGenuine(ValueError):
    """A token that the portal has not signed, or that is no token at all."""


def read_keys(text):
    """Return the public keys in a text of PEM blocks, certificates or bare keys.

    :raise ValueError: unless there is at least one, and each is RSA of 2048 bits or more
    """
    keys = [_read_key(block[1], block[0]) for block in _BLOCK.finditer(text or "")]
    if not keys or _BLOCK.sub("", text).strip():
        raise ValueError("no key")
    for key in keys:
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MIN_KEY_BITS:
            raise ValueError("weak key")
    return keys


def _read_key(kind, block):
    if kind == "CERTIFICATE":
        return load_pem_x509_certificate(block.encode()).public_key()
    return serialization.load_pem_public_key(block.encode())


def read(token, keys):
    """Return what a token says, if the owner of one of `keys` has signed it.

    :param str token: three parts of base64url, with points between them
    :param keys: of `read_keys`
    :rtype: dict
    :raise NotGenuine:
    """
    head, body, signature = _parts(token)
    if _json(head).get("alg") != ALGORITHM:
        raise NotGenuine("algorithm")
    signed = token.rpartition(".")[0].encode()
    if not any(_has_signed(key, signature, signed) for key in keys):
        raise NotGenuine("signature")
    claims = _json(body).get("data")
    if isinstance(claims, str):
        claims = _json(claims.encode())
    if not isinstance(claims, dict):
        raise NotGenuine("content")
    return claims


def _parts(token):
    try:
        head, body, signature = (
            base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
            for part in token.split(".")
        )
    except (ValueError, binascii.Error):
        raise NotGenuine("form") from None
    return head, body, signature


def _json(content):
    try:
        value = json.loads(content)
    except ValueError:
        raise NotGenuine("form") from None
    if not isinstance(value, dict):
        raise NotGenuine("form")
    return value


def _has_signed(key, signature, content):
    try:
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def answers(content):
    """Return the answers in a file from the portal, one for each document that was sent.

    >>> answers('[{"Irn": "1"}, {"Data": {"Irn": "2"}}, {"data": "{\\\\"Irn\\\\": \\\\"3\\\\"}"}]')
    [{'Irn': '1'}, {'Irn': '2'}, {'Irn': '3'}]

    :param str | bytes content: JSON, one answer or a list of them
    :raise ValueError: if it is no such file
    """
    found = json.loads(content)
    return [_unwrap(answer) for answer in (found if isinstance(found, list) else [found])]


def _unwrap(answer):
    while isinstance(answer, dict) and "Irn" not in answer:
        inner = next((answer[name] for name in WRAPPERS if answer.get(name)), None)
        if isinstance(inner, str) and inner.startswith("{"):
            inner = json.loads(inner)
        if not isinstance(inner, dict):
            break
        answer = inner
    if not isinstance(answer, dict):
        raise ValueError("no answer")
    return answer


def differences(claims, payload):
    """Yield ``(name, said, sent)`` of what the portal registered otherwise than it was sent.

    :param dict claims: of the signed QR code
    :param dict payload: of `schema`
    """
    document, total = payload["DocDtls"], payload["ValDtls"]["TotInvVal"]
    for name, sent in (
        ("SellerGstin", payload["SellerDtls"]["Gstin"]),
        ("BuyerGstin", payload["BuyerDtls"]["Gstin"]),
        ("DocNo", document["No"].upper()),
        ("DocTyp", document["Typ"]),
        ("DocDt", document["Dt"]),
        ("ItemCnt", len(payload["ItemList"])),
    ):
        said = claims.get(name)
        if (said.upper() if isinstance(said, str) else said) != sent:
            yield name, said, sent
    said = claims.get("TotInvVal")
    if not _is_amount(said) or round(said * 100) != round(total * 100):
        yield "TotInvVal", said, total


def _is_amount(said):
    """Tell whether a value of JSON is a number. Python reads NaN and Infinity too: RFC 8259, 6."""
    return isinstance(said, (int, float)) and not isinstance(said, bool) and math.isfinite(said)
