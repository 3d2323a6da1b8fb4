import doctest
import io
import logging
from unittest.mock import patch

from odoo.tests.common import BaseCase

from .. import log_filter

CANARY = "kanarienvogel"


class TestLogFilter(BaseCase):
    def setUp(self):
        super().setUp()
        self.stream = io.StringIO()
        handler = logging.StreamHandler(self.stream)
        logging.getLogger().addHandler(handler)
        self.addCleanup(logging.getLogger().removeHandler, handler)
        self.log = logging.getLogger("odoo.addons.somewhere.deep")
        self.startPatcher(patch.object(self.log, "disabled", False))
        self.log.setLevel(logging.DEBUG)
        log_filter.install()

    def _written(self):
        written = self.stream.getvalue()
        self.assertNotIn(CANARY, written)
        return written

    def test_examples_of_the_filter(self):
        result = doctest.testmod(log_filter)
        self.assertEqual((result.failed, result.attempted), (0, 9))

    def test_d2_secrets_of_a_call_are_masked(self):
        self.log.debug("call %s(%s)", "res.users().write", {"password": CANARY, "lang": "en_IN"})
        self.assertIn("en_IN", self._written())

    def test_d2_secrets_in_a_traceback_are_masked(self):
        try:
            raise ValueError(f"no such api_key: {CANARY}, mobile 9845012345")
        except ValueError:
            self.log.info("It failed", exc_info=True)
        self.assertIn("Traceback", self._written())
        self.assertNotIn("9845012345", self._written())

    def test_d2_tokens_of_a_request_line_are_masked(self):
        line = f"GET /web/content/7?access_token={CANARY}&download=1 HTTP/1.1"
        self.log.info('"%s" %s %s', line, 200, "-")
        self.assertIn("download=1", self._written())

    def test_d2_tokens_in_a_path_are_masked(self):
        self.startPatcher(patch.object(log_filter, "_paths", []))
        log_filter.mask_path("/t/")
        self.log.info('"%s" 200', f"GET /t/{CANARY}/answer HTTP/1.1")
        self.assertIn("/t/***/answer", self._written())

    def test_line_that_cannot_be_formatted_is_written_and_masked(self):
        self.log.info("%d password=%s", CANARY, {"token": CANARY}, f"secret: {CANARY}")
        self.log.info("%d left, token=%s", "few", CANARY)
        self.assertIn("%d left, token=***", self._written())

    def test_installing_again_changes_nothing(self):
        log_filter.install()
        for handler in logging.getLogger().handlers:
            masking = [each for each in handler.filters if type(each) is log_filter.MaskingFilter]
            self.assertEqual(len(masking), 1)
