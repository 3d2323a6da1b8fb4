"""What the branches sell: services by SAC, parts by HSN, and how many of them lie where."""

SERVICES = {
    # key: name, price, SAC
    "labour": ("Laptop repair labour", 600.0, "998713"),
    "board": ("Board-level repair", 2400.0, "998713"),
    "recovery": ("Data recovery", 4500.0, "998713"),
    "install": ("Operating system installation", 800.0, "998713"),
    "visit": ("On-site visit", 500.0, "998713"),
}

PARTS = {
    # key: name, code, price, cost, HSN, {branch: pieces}
    "ssd": ("SSD 512 GB", "SSD512", 3490.0, 2450.0, "84717020", {"SPR": 8, "HSR": 3, "RST": 5}),
    "ram": ("RAM 8 GB DDR4", "RAM8D4", 1890.0, 1300.0, "84733030", {"SPR": 12, "RST": 6}),
    "screen": ("15.6″ Screen", "SCR156", 5200.0, 3700.0, "85249200", {"SPR": 2, "RST": 1}),
    "hinge": ("HP hinge set", "HNGHP", 950.0, 480.0, "84733099", {"SPR": 1}),
    "keyboard": ("ThinkPad keyboard", "KBDTP", 2150.0, 1400.0, "84716040", {"HSR": 1}),
    "battery": ("HP battery 41 Wh", "BATHP", 3100.0, 2050.0, "85076000", {}),
    "paste": ("Thermal paste", "PASTE", 120.0, 45.0, "38249900", {"SPR": 20, "HSR": 10, "RST": 9}),
}

# Who sells which part, for how much in rupees, and in how many days.
VENDORS = {
    "Neha Computers, Nehru Place": {"ssd": (2380.0, 3), "ram": (1250.0, 3), "screen": (3600.0, 5)},
    "Bharat Laptop Spares": {"hinge": (450.0, 2), "battery": (1980.0, 4), "keyboard": (1350.0, 4)},
}

# What each branch wants to have: {branch: {key: (minimum, fill up to)}}. SP Road runs short of
# hinges and has no battery.
THRESHOLDS = {
    "SPR": {"ssd": (4, 12), "hinge": (2, 5), "battery": (1, 3)},
    "HSR": {"ssd": (2, 6)},
}


def fill(env, branches, users):
    """Create services and parts, and put the parts on the shelves; return ``{key: product}``."""
    organization = branches["SPR"].organization_id
    Product = env["product.product"].with_company(organization)
    common = {"company_id": organization.id, "sale_ok": True, "purchase_ok": True}
    products = {
        key: Product.create(
            {
                **common,
                "name": name,
                "type": "service",
                "list_price": price,
                "l10n_in_hsn_code": sac,
            }
        )
        for key, (name, price, sac) in SERVICES.items()
    }
    for key, (name, code, price, cost, hsn, _pieces) in PARTS.items():
        products[key] = Product.create(
            {
                **common,
                "name": name,
                "default_code": code,
                "type": "consu",
                "is_storable": True,
                "list_price": price,
                "standard_price": cost,
                "l10n_in_hsn_code": hsn,
            }
        )
    for key, (*_ignored, cost, _hsn, pieces) in PARTS.items():
        for code, quantity in pieces.items():
            products[key].with_user(users["owner"]).fsm_add_stock(
                branch_id=branches[code].id,
                quantity=float(quantity),
                reason="Opening stock of the demo",
                unit_cost=cost,
            )
    _name_vendors(env, organization, products)
    for code, thresholds in THRESHOLDS.items():
        company = branches[code].company_id
        rules = env["stock.warehouse.orderpoint"].with_user(users["owner"]).with_company(company)
        rules.create(
            [
                {
                    "product_id": products[key].id,
                    "company_id": company.id,
                    "product_min_qty": minimum,
                    "product_max_qty": maximum,
                }
                for key, (minimum, maximum) in thresholds.items()
            ]
        )
    return products


def _name_vendors(env, organization, products):
    """Enter who sells what to all branches."""
    for name, prices in VENDORS.items():
        vendor = env["res.partner"].create(
            {"name": name, "is_company": True, "supplier_rank": 1, "company_id": organization.id}
        )
        env["product.supplierinfo"].create(
            [
                {
                    "partner_id": vendor.id,
                    "product_tmpl_id": products[key].product_tmpl_id.id,
                    "price": price,
                    "delay": days,
                    "currency_id": organization.currency_id.id,
                    "company_id": organization.id,
                }
                for key, (price, days) in prices.items()
            ]
        )
