import base64
import os
from unittest.mock import patch

from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

from .world import World

# role: the group its user gets
GROUPS = {
    "owner": "fsm_jobs.group_fsm_owner",
    "manager": "fsm_jobs.group_fsm_manager",
    "receptionist": "fsm_jobs.group_fsm_receptionist",
    "technician": "fsm_jobs.group_fsm_technician",
    "accountant": "fsm_jobs.group_fsm_accountant",
}

# A picture of one black point: enough of a signature for a test.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

# A key of the tests' own for the sealed store.
SECRET_KEYS = f"test:{base64.b64encode(b'k' * 32).decode()}"


class FsmJobsCommon(World, BaseCommon):
    """An organisation with two branches, the five roles at SP Road, and a customer with a laptop.

    `self.job` is not made: `_intake` opens one, `_walk` takes it along.
    """

    WORLD = "__fsm_jobs_tests__"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict(os.environ, {"FSM_SECRET_KEYS": SECRET_KEYS}))
        cls.env.user.group_ids += cls.env.ref("base.group_system")
        cls._enter_world()

    @classmethod
    def _found_world(cls):
        cls.karnataka = cls.env.ref("base.state_in_ka")
        cls.tamil_nadu = cls.env.ref("base.state_in_tn")
        answer = cls.env["res.company"].fsm_create_organization(
            name="Namma Laptop Service LLP",
            state_id=cls.karnataka.id,
            vat="29AAKCN4410R1ZU",
            owner={"name": "Lakshmi Rao", "login": "lakshmi", "email": "lakshmi@example.com"},
        )
        cls.organization = cls.env["res.company"].browse(answer["organization_id"])
        cls.owner = cls.env["res.users"].browse(answer["owner_id"])
        cls.branch = cls._create_branch("SP Road", "SPR", cls.karnataka, "29AAKCN4410R1ZU")
        cls.other_branch = cls._create_branch(
            "Ritchie Street", "RST", cls.tamil_nadu, "33AAKCN4410R1Z5"
        )
        cls.company = cls.branch.company_id
        for role in ("manager", "receptionist", "technician", "accountant"):
            setattr(cls, role, cls._create_user(role, role, cls.branch))
        cls.tech = cls.technician.fsm_technician_ids
        cls.labour, cls.part = cls.env["product.product"].create(
            [
                {
                    "name": "Laptop repair labour",
                    "type": "service",
                    "list_price": 600.0,
                    "company_id": cls.organization.id,
                },
                {
                    "name": "SSD 512 GB",
                    "type": "consu",
                    "list_price": 3490.0,
                    "company_id": cls.organization.id,
                },
            ]
        )

    @classmethod
    def _create_branch(cls, name, code, state, vat):
        """Found a branch as the owner does."""
        return (
            cls.env["fsm.branch"]
            .with_user(cls.owner)
            .with_context(allowed_company_ids=cls.owner.company_ids.ids)  # as the web client says
            .create(
                {
                    "name": name,
                    "code": code,
                    "organization_id": cls.organization.id,
                    "state_id": state.id,
                    "vat": vat,
                    "street": "12 Main Road",
                    "city": name,
                    "zip": "560002",
                    "phone": "+91 80 2222 1111",
                }
            )
            .with_env(cls.env)
        )

    @classmethod
    def _create_user(cls, login, role, branch):
        user = new_test_user(
            cls.env,
            login=f"{login}_{branch.code.lower()}",
            groups="base.group_user",
            company_id=branch.company_id.id,
            company_ids=branch.company_id.ids,
        )
        branch.with_user(cls.owner).assign_user(user_id=user.id, role=role)
        return user

    @classmethod
    def _as(cls, role, records=None):
        """Return `records` (or the job card model) as the user of that role."""
        user = getattr(cls, role)
        return (cls.env["fsm.job"] if records is None else records).with_user(user)

    @classmethod
    def _intake(cls, **values):
        """Take in Suresh Kumar's laptop at SP Road; `values` change the arguments of the verb."""
        arguments = {
            "customer": {"name": "Suresh Kumar", "phone": "98450 12345"},
            "device": {
                "category": "Laptop",
                "brand": "Dell",
                "model": "Inspiron 3520",
                "serial": "5CD1234XYZ",
            },
            "complaint": "No display",
            **values,
        }
        answer = cls._as("receptionist").intake(**arguments)
        return cls.env["fsm.job"].browse(answer["id"])

    @classmethod
    def _walk(cls, job, *path):
        """Take `job` along `path` as the people do who do it."""
        for state in path:
            getattr(cls, f"_walk_to_{state}")(job)
        return job

    @classmethod
    def _walk_to_diagnosis(cls, job):
        cls._as("manager", job).assign(technician_ids=cls.tech.ids)
        cls._as("technician", job).add_diagnosis(
            diagnosis="The SSD is dead.",
            lines=[{"product_id": cls.labour.id}, {"product_id": cls.part.id}],
        )

    @classmethod
    def _walk_to_estimate(cls, job):
        cls._as("technician", job).share_estimate()

    @classmethod
    def _walk_to_approved(cls, job):
        cls._as("receptionist", job).record_answer(answer="approved")

    @classmethod
    def _walk_to_repair(cls, job):
        cls._as("technician", job).move_to(state="repair")

    @classmethod
    def _walk_to_qc(cls, job):
        cls._as("technician", job).move_to(state="qc")

    @classmethod
    def _walk_to_ready(cls, job):
        cls._as("manager", job).mark_ready()

    @classmethod
    def _walk_to_delivered(cls, job):
        cls._as("receptionist", job).deliver(
            signature=PNG, received_by="Suresh Kumar", old_parts="waived"
        )

    @classmethod
    def _free_job(cls, **values):
        """Return a job card that is ready and costs nothing: what billing says is tested there."""
        job = cls._intake(**values)
        cls._as("manager", job).assign(technician_ids=cls.tech.ids)
        cls._as("technician", job).add_diagnosis(diagnosis="Nothing is wrong with it.")
        cls._as("technician", job).mark_ready(outcome="no_fault_found")
        return job

    @classmethod
    def _ready_job(cls, **values):
        return cls._walk(
            cls._intake(**values), "diagnosis", "estimate", "approved", "repair", "qc", "ready"
        )
