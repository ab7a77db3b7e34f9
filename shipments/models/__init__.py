"""What is stored: consignments with their lots, draws on certificates and licences, the custody ledger."""

from shipments.models.consignment import Consignment, Lot
from shipments.models.custody import Holding, Posting
from shipments.models.draw import Draw
from shipments.models.export import ExportItem
from shipments.models.importing import ColumnChoice, ImportedKey, ImportFile, ImportProblem, ImportRow

__all__ = [
    "ColumnChoice",
    "Consignment",
    "Draw",
    "ExportItem",
    "Holding",
    "ImportFile",
    "ImportProblem",
    "ImportRow",
    "ImportedKey",
    "Lot",
    "Posting",
]
