"""What is stored: consignments with their lots, draws on certificates and licences, the custody ledger."""

from shipments.models.consignment import Consignment, Lot
from shipments.models.custody import Holding, Posting
from shipments.models.draw import Draw

__all__ = ["Consignment", "Draw", "Holding", "Lot", "Posting"]
