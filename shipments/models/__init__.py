"""What is stored: consignments, lots, draws, the custody ledger, papers about it, visits, incidents, signals."""

from shipments.models.arriving import ArrivingDocument
from shipments.models.balance_paper import BalancePaper
from shipments.models.consignment import Consignment, Lot
from shipments.models.custody import Holding, Posting
from shipments.models.draw import Draw
from shipments.models.export import ExportItem
from shipments.models.importing import ColumnChoice, ImportedKey, ImportFile, ImportProblem, ImportRow
from shipments.models.incident import Incident
from shipments.models.signal import Signal, SignalLimit
from shipments.models.visit import Sample, Visit, VisitFile

__all__ = [
    "ArrivingDocument",
    "BalancePaper",
    "ColumnChoice",
    "Consignment",
    "Draw",
    "ExportItem",
    "Holding",
    "ImportFile",
    "ImportProblem",
    "ImportRow",
    "ImportedKey",
    "Incident",
    "Lot",
    "Posting",
    "Sample",
    "Signal",
    "SignalLimit",
    "Visit",
    "VisitFile",
]
