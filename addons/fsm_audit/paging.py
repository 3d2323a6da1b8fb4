"""Who reads many records page by page, or one by one, is named as who reads them at once.

What counts are different records: whoever looks at his board all day sees the same ones. Each worker
remembers which it gave to whom and asks nobody; of each hundred it tells the database, which adds up
what all workers gave away (`fsm.audit.throttle`, which begins anew after an hour without).
"""

import time

PART = 100  # records that a worker tells the database at once: a millisecond
PARTS = 5  # then it is logged: as many as make a bulk read, see `boundary`
WINDOW = 3600  # seconds a worker remembers
MOST_IDS = 5_000  # of one model that one user was given, then it begins anew
MOST_READERS = 500  # users and models, then the oldest is forgotten

_given = {}  # (database, user, model) → Given; of this process


class Given:
    """The records of one model that one user was given by this worker."""

    def __init__(self):
        self.until, self.ids, self.told = time.monotonic() + WINDOW, set(), 0

    @property
    def is_over(self):
        return time.monotonic() > self.until or len(self.ids) > MOST_IDS

    def add(self, ids):
        """Return how many whole parts there are now that were not told yet."""
        self.ids.update(ids)
        parts = len(self.ids) // PART - self.told
        self.told += parts
        return parts


def count(env, model, result):
    """Return how many records the user was given in pages, each time it is a bulk read again; else 0.

    :param str model: of which the records are
    :param result: what a method answers
    """
    ids = list(_ids(result))
    if not ids or env.su:
        return 0
    given = _given_to((env.cr.dbname, env.uid, model))
    throttle = env["fsm.audit.throttle"]
    name = throttle._key("paging", env.uid, model)
    for _part in range(given.add(ids)):
        hits = throttle._hit([name]).get(name, 0)
        if hits and hits % PARTS == 0:
            return hits * PART
    return 0


def _given_to(reader):
    given = _given.get(reader)
    if given is None or given.is_over:
        _given.pop(reader, None)
        if len(_given) >= MOST_READERS:
            _given.pop(next(iter(_given)), None)
        given = _given[reader] = Given()
    return given


def _ids(result):
    """Yield the ids of the rows of an answer, also of those that stand within groups."""
    if isinstance(result, dict):
        result = result.get("records") or result.get("groups") or result.get("__records")
    if not isinstance(result, list):
        return
    for row in result:
        if isinstance(row, dict):
            if type(row.get("id")) is int:
                yield row["id"]
            else:
                yield from _ids(row)
        elif isinstance(row, (list, tuple)) and row and type(row[0]) is int:
            yield row[0]
