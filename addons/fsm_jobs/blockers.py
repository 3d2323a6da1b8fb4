"""What stands in the way of a move of a job card.

>>> due = Blocker("due", "₹600.00 are still due.")
>>> due, due.key
('₹600.00 are still due.', 'due')
>>> without([due, "The estimate has no line."], {"due"})
['The estimate has no line.']
"""


class Blocker(str):
    """A sentence, as every other to whoever reads it, and a key for who can answer it.

    A dialog that settles what is missing knows it by its key: the sentence has an amount or a name in
    it, and a language.
    """

    __slots__ = ("key",)

    def __new__(cls, key, sentence):
        self = super().__new__(cls, sentence)
        self.key = key
        return self


def without(blockers, keys):
    """Return the sentences of `blockers` that have none of the keys."""
    return [reason for reason in blockers if getattr(reason, "key", None) not in keys]
