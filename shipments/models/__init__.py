"""What is stored: consignments with their lots, draws on certificates and licences, the custody ledger, visits."""

from shipments.models.consignment import Consignment, Lot
from shipments.models.custody import Holding, Posting
from shipments.models.draw import Draw
from shipments.models.export import ExportItem
from shipments.models.visit import Sample, Visit, VisitFile

__all__ = ["Consignment", "Draw", "ExportItem", "Holding", "Lot", "Posting", "Sample", "Visit", "VisitFile"]
