"""What goes to the e-way bill portal: the goods of an invoice, and who carries them.

CGST Rule 138. When one is needed stands in `fsm_gst_billing/gst/eway.py`; the shape is that of the
portal's JSON for many bills.
"""

from .schema import SECTIONS, Fault

VERSION = "1.0.0621"

# e-Invoice document type → e-way document type, and why goods move: 1 supply, 7 sales return.
# A bill of supply is not for the e-invoice portal. A challan says why itself.
DOCUMENTS = {
    "INV": ("INV", 1),
    "BIL": ("BIL", 1),
    "DBN": ("INV", 1),
    "CRN": ("CNT", 7),
    "CHL": ("CHL", 8),
}
EXPORT, SEZ = 3, 9  # sub-types of a supply
# Sub-types of what is no supply, by `fsm.challan.purpose`.
REASONS = {"job_work": 4, "own_use": 5, "other": 8}
BILL_TO_SHIP_TO, DISPATCH_FROM, BOTH = 2, 3, 4  # transaction types; 1 is the ordinary one

# Field of an item's rate, and the sum beside it.
HEADS = {"cgst": "CgstAmt", "sgst": "SgstAmt", "igst": "IgstAmt", "cess": "CesAmt"}


def bills(payloads):
    """Return the file of the e-way bill portal for documents with goods.

    :param payloads: of `schema`, with `EwbDtls`
    """
    return {"version": VERSION, "billLists": [bill(payload) for payload in payloads]}


def bill(payload):
    """Return the e-way bill of one document: its goods alone, services do not travel."""
    seller, buyer = payload["SellerDtls"], payload["BuyerDtls"]
    kind, reason = DOCUMENTS[payload["DocDtls"]["Typ"]]
    supply = payload["TranDtls"]["SupTyp"]
    reason = payload["TranDtls"].get("Reason", reason)
    if reason == 1 and supply != "B2B":
        reason = EXPORT if supply.startswith("EXP") else SEZ if supply.startswith("SEZ") else 1
    goods = _goods(payload)
    sender, receiver = (seller, payload.get("DispDtls")), (buyer, payload.get("ShipDtls"))
    if kind == "CNT":  # what is returned travels from the customer to who sold it
        sender, receiver = receiver, sender
    return {
        "userGstin": seller["Gstin"],
        "supplyType": "I" if kind == "CNT" else "O",
        "subSupplyType": reason,
        "subSupplyDesc": "Own goods" if reason == REASONS["other"] else "",
        "docType": kind,
        "docNo": payload["DocDtls"]["No"],
        "docDate": payload["DocDtls"]["Dt"],
        "transType": _transaction(sender[1], receiver[1]),
        **_party("from", *sender),
        **_party("to", *receiver),
        **_sums(goods, payload),
        **_transport(payload.get("EwbDtls", {})),
        "mainHsnCode": int(max(goods, key=lambda item: item["AssAmt"])["HsnCd"]),
        "itemList": [_item(number, item) for number, item in enumerate(goods, 1)],
    }


def missing(section, field):
    """Return the fault of a field that a bill cannot do without."""
    return Fault(section, field, None)


def faults(payload):
    """Return a fault for each HSN of goods that is not of 4, 6 or 8 digits.

    :rtype: list[Fault]
    """
    rule = SECTIONS["ItemList"][0]["HsnCd"]
    codes = dict.fromkeys(item.get("HsnCd") or None for item in _goods(payload))
    return [Fault("ItemList", "HsnCd", code) for code in codes if not rule.fits(code)]


def _goods(payload):
    return [item for item in payload["ItemList"] if item["IsServc"] == "N"]


def _transaction(dispatch, ship):
    """Return the type of transaction by the places beside those of the two parties, if any."""
    return (
        BOTH if ship and dispatch else BILL_TO_SHIP_TO if ship else DISPATCH_FROM if dispatch else 1
    )


def _party(way, party, place=None):
    place = place or party
    return {
        f"{way}Gstin": party["Gstin"],
        f"{way}TrdName": party["LglNm"],
        f"{way}Addr1": place["Addr1"],
        f"{way}Addr2": place.get("Addr2", ""),
        f"{way}Place": place["Loc"],
        f"{way}Pincode": place.get("Pin", 0),
        f"{way}StateCode": int(party["Stcd"]),
        f"actual{way.capitalize()}StateCode": int(place["Stcd"]),
    }


def _sums(goods, payload):
    sums = {f"{head}Value": _sum(goods, field) for head, field in HEADS.items()}
    rest = payload["ValDtls"].get("RndOffAmt", 0) if len(goods) == len(payload["ItemList"]) else 0
    return {
        "totalValue": _sum(goods, "AssAmt"),
        **sums,
        "TotNonAdvolVal": _sum(goods, "CesNonAdvlAmt"),
        "OthValue": round(rest, 2),
        "totInvValue": round(_sum(goods, "TotItemVal") + rest, 2),
    }


def _sum(items, field):
    return round(sum(item.get(field, 0) for item in items), 2)


def _transport(details):
    return {
        "transMode": int(details.get("TransMode", 1)),
        "transDistance": details.get("Distance", 0),  # km; 0 lets the portal ask its own table
        "transporterName": details.get("TransName", ""),
        "transporterId": details.get("TransId", ""),
        "transDocNo": details.get("TransDocNo", ""),
        "transDocDate": details.get("TransDocDt", ""),
        "vehicleNo": details.get("VehNo", ""),
        "vehicleType": details.get("VehType", "R"),
    }


def _item(number, item):
    igst = item["GstRt"] if item.get("IgstAmt") else 0
    half = 0 if igst else item["GstRt"] / 2
    return {
        "itemNo": number,
        "productName": item.get("PrdDesc", "")[:100],
        "productDesc": item.get("PrdDesc", "")[:100],
        "hsnCode": int(item["HsnCd"]),
        "quantity": item.get("Qty", 0),
        "qtyUnit": item.get("Unit", "OTH"),
        "taxableAmount": item["AssAmt"],
        "cgstRate": half,
        "sgstRate": half,
        "igstRate": igst,
        "cessRate": item.get("CesRt", 0),
        "cessNonAdvol": item.get("CesNonAdvlAmt", 0),
    }
