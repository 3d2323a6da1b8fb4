from . import test_access
from . import test_fsm_branch
from . import test_fsm_job
from . import test_fsm_part_usage
from . import test_product_product
from . import test_queries
from . import test_stock_quant
from . import test_wizards
