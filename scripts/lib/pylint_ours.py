"""A plugin of pylint: what our addons import of others is not read.

pylint infers what it can, and so reads all of Odoo and of the libraries, which takes minutes. What is
asked here is answered by our own sources.
"""

import re

from astroid.exceptions import AstroidImportError
from astroid.manager import AstroidManager

# Ours, what astroid needs to make sense of a class, and the classes that our models are of.
READ = re.compile(
    r"(builtins|collections|enum|typing|psycopg2|odoo\.addons\.(test_)?fsm_\w+)(\.|$)"
    r"|odoo(\.models|\.orm(\.models|\.models_transient)?)?$"
)


def register(_linter):
    build = AstroidManager.ast_from_module_name

    def ast_from_module_name(self, modname, *args, **kwargs):
        if not READ.match(modname or ""):
            raise AstroidImportError("not ours", modname=modname)
        return build(self, modname, *args, **kwargs)

    AstroidManager.ast_from_module_name = ast_from_module_name
