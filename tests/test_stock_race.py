"""Many people take the last ten pieces at once, from outside and in transactions of their own.

Fifty by one door, each of whom may come too late: nobody waits for the part, or what lies there would
be his before the race. Then by every door that leads out of a branch, two parts at once, in either
order.
"""

import uuid

import pytest
from conftest import all_at_once

PIECES, TAKERS = 10, 50
AT_ONCE = 2.0  # pieces that one takes by the second test
# Who stands before an empty shelf reads how many there are.
TOO_FEW = "Only 0 of Race"
WHY = "Fell off the bench"


@pytest.fixture(scope="module")
def race(json2):
    return Race(json2("manager"))


class Race:
    """The manager of a branch, a job card in repair, and as many new parts as are asked for."""

    def __init__(self, manager):
        self.manager = manager
        me = manager.call("res.users", "fsm_me")
        self.branch = me["current_branch_id"]
        [branch] = manager.call(
            "fsm.branch",
            "read",
            ids=[self.branch],
            fields=["warehouse_id", "stock_location_id", "usage_location_id"],
        )
        self.shelf, self.customers = (
            branch[name][0] for name in ("stock_location_id", "usage_location_id")
        )
        [warehouse] = manager.call(
            "stock.warehouse", "read", ids=[branch["warehouse_id"][0]], fields=["out_type_id"]
        )
        self.deliveries = warehouse["out_type_id"][0]
        self.first = self.part()
        self.job = self.job_in_repair(self.first)

    def part(self):
        """Return a new part of which nothing is there."""
        name = f"Race {uuid.uuid4().hex[:6]}"
        values = {"name": name, "type": "consu", "is_storable": True}
        [template] = self.manager.call("product.template", "create", vals_list=[values])
        [part] = self.manager.call(
            "product.product", "search", domain=[["product_tmpl_id", "=", template]]
        )
        return part

    def job_in_repair(self, part):
        job = self.manager.call(
            "fsm.job",
            "intake",
            customer={"name": "Fifty Takers", "phone": "98450 55555"},
            device={"category": "Laptop", "brand": "Dell", "model": "Inspiron 3520"},
            complaint="Everything is loose",
            spend_limit=1_000_000.0,
        )["id"]
        technician = self.manager.call("fsm.technician", "search", domain=[], limit=1)
        self.manager.call("fsm.job", "assign", ids=[job], technician_ids=technician)
        self.manager.call(
            "fsm.job",
            "add_diagnosis",
            ids=[job],
            diagnosis="Many screws are missing.",
            lines=[{"product_id": part, "quantity": 1.0, "price_unit": 10.0}],
        )
        self.manager.call("fsm.job", "move_to", ids=[job], state="repair")
        return job

    def stock_up(self, part):
        self.manager.call(
            "product.product",
            "fsm_add_stock",
            ids=[part],
            branch_id=self.branch,
            quantity=float(PIECES),
            reason="Ten pieces for all who want them",
        )

    def stock_up_and_hold(self, part):
        """Receive ten pieces that somebody has while the others ask; return what gives them up."""
        self.stock_up(part)
        answer = self.manager.call(
            "fsm.job", "request_part", ids=[self.job], product_id=part, quantity=float(PIECES)
        )
        return lambda: self.manager.call(
            "fsm.part.usage", "return_part", ids=[answer["part_usage_id"]]
        )

    def left(self, part):
        """Return ``(on hand, reserved)`` of a part; fail if a row of it is below zero.

        What somebody has typed on a delivery order stays promised to it, until it is cancelled.
        """
        orders = self.manager.call(
            "stock.picking",
            "search",
            domain=[["product_id", "=", part], ["state", "not in", ["done", "cancel"]]],
        )
        self.manager.call("stock.picking", "action_cancel", ids=orders)
        quants = self.manager.call(
            "stock.quant",
            "search_read",
            domain=[["product_id", "=", part], ["location_id", "child_of", self.shelf]],
            fields=["quantity", "reserved_quantity"],
        )
        assert all(quant["quantity"] >= 0 for quant in quants), quants
        return tuple(
            sum(quant[name] for quant in quants) for name in ("quantity", "reserved_quantity")
        )

    # === THE DOORS: each prepares a taker of some of each part, and returns his call === #

    def use(self, parts):
        vals = [{"job_id": self.job, "product_id": part, "quantity": AT_ONCE} for part in parts]
        usages = self.manager.call("fsm.part.usage", "create", vals_list=vals)
        self.manager.call("fsm.job", "move_to", ids=[self.job], state="repair")
        return "fsm.part.usage", "use", {"ids": usages}

    def deduct(self, parts, quantity=AT_ONCE):
        arguments = {"branch_id": self.branch, "quantity": quantity, "reason": WHY}
        return "product.product", "fsm_deduct_stock", {"ids": parts, **arguments}

    def scrap(self, parts):
        values = {"location_id": self.shelf, "scrap_qty": AT_ONCE, "reason": WHY}
        vals = [{"product_id": part, **values} for part in parts]
        scraps = self.manager.call("stock.scrap", "create", vals_list=vals)
        return "stock.scrap", "do_scrap", {"ids": scraps}

    def transfer(self, parts):
        elsewhere, *_others = self.manager.call(
            "product.product", "fsm_elsewhere", ids=parts[:1], branch_id=self.branch
        )
        transfer = self.manager.call(
            "fsm.transfer",
            "request",
            from_branch_id=self.branch,
            to_branch_id=elsewhere["branch_id"],
            lines=[{"product_id": part, "quantity": AT_ONCE} for part in parts],
        )
        return "fsm.transfer", "send_parts", {"ids": [transfer["id"]]}

    def deliver(self, parts):
        places = {"location_id": self.shelf, "location_dest_id": self.customers}
        moves = [
            [0, 0, {"product_id": part, "product_uom_qty": AT_ONCE, **places}] for part in parts
        ]
        order = {"picking_type_id": self.deliveries, "move_ids": moves, **places}
        ids = self.manager.call("stock.picking", "create", vals_list=[order])
        self.manager.call("stock.picking", "action_confirm", ids=ids)
        moves = self.manager.call("stock.move", "search", domain=[["picking_id", "in", ids]])
        typed = {"quantity": AT_ONCE, "picked": True}
        self.manager.call("stock.move", "write", ids=moves, vals=typed)
        return "stock.picking", "button_validate", {"ids": ids}

    def run(self, calls):
        """Make all calls at once; return ``(how many went through, the refusals)``."""
        answers = all_at_once(self.manager.call, calls)
        refused = [answer for answer in answers if answer != "done"]
        return len(answers) - len(refused), refused


def test_fifty_takers_of_ten_pieces_are_served_ten_times(race):
    race.stock_up(race.first)
    served, refused = race.run([race.deduct([race.first], quantity=1.0)] * TAKERS)
    assert (served, len(refused)) == (PIECES, TAKERS - PIECES)
    assert all(TOO_FEW in answer for answer in refused), set(refused)
    assert race.left(race.first) == (0, 0)


def test_whatever_door_and_order_they_take_ten_of_two_parts_leave_ten_times(race):
    parts = [race.part(), race.part()]
    give_up = [race.stock_up_and_hold(part) for part in parts]
    doors = (race.use, race.deduct, race.scrap, race.transfer, race.deliver)
    calls = [door(order) for order in (parts, parts[::-1]) for door in doors]
    for give in give_up:
        give()
    served, refused = race.run(calls)
    assert served == PIECES / AT_ONCE, refused
    assert all(TOO_FEW in answer for answer in refused), set(refused)
    assert [race.left(part) for part in parts] == [(0, 0), (0, 0)]
