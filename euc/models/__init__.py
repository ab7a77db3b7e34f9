"""What is stored of certificates and undertakings."""

from euc.models.attestation import AttestationRule
from euc.models.certificate import Certificate, EndUse, Party, Serial
from euc.models.clause import Clause, Policy
from euc.models.control import ControlRule, RuleNotice
from euc.models.countersignature import Countersignature
from euc.models.draft_file import DraftFile, DraftFileOrder
from euc.models.drafting import Evidence, PageSave, Scratch
from euc.models.esign import Esign
from euc.models.goods import ELEMENTS, GoodsLine
from euc.models.original import EStamp, Original, OriginalEntry, OriginalStep
from euc.models.quality import FindingAnswer, QualityRule
from euc.models.queue import SavedFilter
from euc.models.release import QuantityRelease
from euc.models.reminder import ExpiryReminder
from euc.models.review import Approval, FieldComment, Revision
from euc.models.screening import (
    ListedEntity,
    ListedKey,
    ListedKeyCount,
    ListVersion,
    Screening,
    ScreeningHit,
    ScreeningList,
)
from euc.models.true_copy import TrueCopy
from euc.models.undertaking import SignedUndertaking, Undertaking, UndertakingClause

__all__ = [
    "ELEMENTS",
    "Approval",
    "AttestationRule",
    "Certificate",
    "Clause",
    "ControlRule",
    "Countersignature",
    "DraftFile",
    "DraftFileOrder",
    "EStamp",
    "EndUse",
    "Esign",
    "Evidence",
    "ExpiryReminder",
    "FieldComment",
    "FindingAnswer",
    "GoodsLine",
    "ListVersion",
    "ListedEntity",
    "ListedKey",
    "ListedKeyCount",
    "Original",
    "OriginalEntry",
    "OriginalStep",
    "PageSave",
    "Party",
    "Policy",
    "QualityRule",
    "QuantityRelease",
    "Revision",
    "RuleNotice",
    "SavedFilter",
    "Scratch",
    "Screening",
    "ScreeningHit",
    "ScreeningList",
    "Serial",
    "SignedUndertaking",
    "TrueCopy",
    "Undertaking",
    "UndertakingClause",
]
