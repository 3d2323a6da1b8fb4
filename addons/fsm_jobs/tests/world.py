class World:
    """Records that each class of tests would found anew, founded once for a database of tests.

    An organisation with its charts, series and warehouses takes seconds. `scripts/test` founds those of
    `WORLD` in the database it is about to run classes in (`scripts/lib/found_worlds.py`); in any other
    database each class founds its own. A class changes them at will: all it does is rolled back.
    """

    WORLD = ""  # the name under which the founded records are kept

    @classmethod
    def _enter_world(cls):
        """Set the world's records on the class: those kept in this database, or new ones."""
        kept = cls.env["ir.model.data"].search_fetch(
            [("module", "=", cls.WORLD)], ["name", "model", "res_id"]
        )
        for record in kept:
            setattr(cls, record.name, cls.env[record.model].browse(record.res_id))
        if not kept:
            cls._found_world()

    @classmethod
    def _found_world(cls):
        """Found the records and set them on the class."""
        raise NotImplementedError

    @classmethod
    def _keep_world(cls, env):
        """Found the world in the database of `env` and keep it there under its name."""
        founded = type(cls.__name__, (cls,), {"env": env})
        founded._found_world()
        env["ir.model.data"].create(
            [
                {"module": cls.WORLD, "name": name, "model": record._name, "res_id": record.id}
                for name, record in vars(founded).items()
                if hasattr(record, "_name") and name != "env"
            ]
        )
