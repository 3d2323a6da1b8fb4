"""What a scanner reads on the parts, how long they are warranted, and what is sold above its cost."""

# key of a part: EAN-13, months of warranty
CODES = {
    "ssd": ("8901234560013", 36),
    "ram": ("8901234560020", 36),
    "screen": ("8901234560037", 6),
    "hinge": ("8901234560044", 3),
    "keyboard": ("8901234560051", 6),
    "paste": ("8901234560068", 0),
}
MARKUP = 35.0  # percent, where no price is fixed
FAN_COST = 420.0  # rupees; the fan has no price of its own


def print_codes(env, branches, users, products):
    """Give the parts their codes and warranties, and sell a fan at its cost and the markup."""
    organization = branches["SPR"].organization_id
    for key, (ean, months) in CODES.items():
        products[key].write({"barcode": ean, "part_warranty_months": months})
    env["fsm.markup.rule"].create({"company_id": organization.id, "percent": MARKUP})
    products["fan"] = (
        env["product.product"]
        .with_company(organization)
        .create(
            {
                "company_id": organization.id,
                "name": "Cooling fan",
                "default_code": "FAN15",
                "type": "consu",
                "is_storable": True,
                "list_price": 0.0,
                "l10n_in_hsn_code": "84145990",
            }
        )
    )
    products["fan"].with_user(users["owner"]).fsm_add_stock(
        branch_id=branches["SPR"].id,
        quantity=4.0,
        reason="Opening stock of the demo",
        unit_cost=FAN_COST,
    )
