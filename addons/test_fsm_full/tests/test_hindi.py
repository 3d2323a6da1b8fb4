import ast
import re
from pathlib import Path

import polib
from lxml import etree

from odoo.tests import BaseCase
from odoo.tools.translate import xml_translate

ADDONS = Path(__file__).parents[2]
SPOKEN = [path.parents[1] for path in sorted(ADDONS.glob("fsm_*/i18n/hi.po"))]

# The methods that say what stands on a paper or in a message to a customer.
SAYING = re.compile(
    r"_(print|document|voucher|notice|copy|number_label|consignee|gst_facts|transport_facts"
    r"|send|desk_whatsapp)|send_delivery_otp"
)
CODE = "code:"  # a sentence of a program is one in all files of its addon
SENT = {"mail.template": ("subject", "body_html"), "sms.template": ("body",)}


class TestHindi(BaseCase):
    """What we print for a customer, show him or send him is there in Hindi, in every addon."""

    def _missing(self, terms):
        """Return which of `terms` no po file has: ``[(addon, reference, term)]``.

        :param terms: the same triples
        """
        known = {
            (addon.name, CODE if reference.startswith(CODE) else reference, _words(entry.msgid))
            for addon in SPOKEN
            for entry in polib.pofile(addon / "i18n" / "hi.po").translated_entries()
            for reference, _line in entry.occurrences
        }
        return [
            (addon, where, term)
            for addon, where, term in terms
            if (addon, where, _words(term)) not in known
        ]

    def test_each_term_of_a_paper_or_a_customers_page_is_there_in_hindi(self):
        terms = [
            (addon.name, f"model_terms:ir.ui.view,arch_db:{addon.name}.{node.get('id')}", term)
            for addon in SPOKEN
            for path in [*addon.glob("report/*.xml"), *addon.glob("views/*track_templates.xml")]
            for node in etree.parse(path).iter("template")
            for term in _terms(node)
        ]
        self.assertGreater(len(terms), 100)
        self.assertFalse(self._missing(terms))

    def test_each_sentence_of_a_paper_or_a_message_is_there_in_hindi(self):
        terms = [
            (addon.name, CODE, term)
            for addon in SPOKEN
            for path in addon.glob("models/*.py")
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef) and SAYING.match(node.name)
            for term in _said(node)
        ]
        self.assertGreater(len(terms), 100)
        self.assertFalse(self._missing(terms))

    def test_each_message_that_is_sent_is_there_in_hindi(self):
        terms = [
            (
                addon.name,
                f"model:{record.get('model')},{name}:{addon.name}.{record.get('id')}",
                _inner(field),
            )
            for addon in SPOKEN
            for path in addon.glob("data/*.xml")
            for record in etree.parse(path).iter("record")
            for name in SENT.get(record.get("model"), ())
            for field in record.findall(f"field[@name='{name}']")
        ]
        self.assertGreater(len(terms), 5)
        self.assertFalse(self._missing(terms))


def _terms(template):
    """Return what is translated of a template, as Odoo finds it."""
    terms = []
    arch = etree.tostring(template, encoding="unicode").replace("<template", "<t", 1)
    xml_translate(terms.append, re.sub(r"</template>\s*$", "</t>", arch))
    return [term for term in terms if re.search(r"[A-Za-z]", re.sub(r"<[^>]+>", "", term))]


def _said(function):
    """Yield the sentences that a method says, those of its refusals left out."""
    refused = {
        id(node)
        for part in ast.walk(function)
        if isinstance(part, ast.Raise)
        for node in ast.walk(part)
    }
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or id(node) in refused or not node.args:
            continue
        if getattr(node.func, "attr", "") == "_" and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def _inner(field):
    parts = [field.text or "", *(etree.tostring(part, encoding="unicode") for part in field)]
    return "".join(parts)


def _words(term):
    """Return a term as it is compared: its spaces are those of a file."""
    return " ".join(re.sub(r"<t ([^<>]*)></t>", r"<t \1/>", term).split())
