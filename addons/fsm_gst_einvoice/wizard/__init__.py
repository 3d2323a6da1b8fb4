from . import fsm_einvoice_file, fsm_irn_cancel
