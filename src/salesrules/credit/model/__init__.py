"""The nouns of the room: documents and accounts, exposure and standing, grades and limits, receivables."""

from __future__ import annotations

from salesrules.credit.model.accounts import Collateral, CustomerAccount, OpenItem, OtherExposure
from salesrules.credit.model.documents import (
    Allocation,
    BilledLine,
    CreditOrder,
    DeliveredLine,
    Delivery,
    Invoice,
    OrderLine,
    OrderStatus,
    Receipt,
)
from salesrules.credit.model.exposures import Component, Exposure, ExposurePart
from salesrules.credit.model.grading import CreditLimit, CreditProfile, GradedCustomer, ProposedLimit
from salesrules.credit.model.receivables import (
    Ageing,
    AgeingBucket,
    Allowance,
    AllowanceLine,
    Collection,
    CollectionClass,
    CollectionLine,
    DunningNotice,
    RevenueEntry,
)
from salesrules.credit.model.standing import (
    CreditRelease,
    CreditRequest,
    CreditStanding,
    OrderCredit,
    OverdueProfile,
)

__all__ = [
    "Ageing",
    "AgeingBucket",
    "Allocation",
    "Allowance",
    "AllowanceLine",
    "BilledLine",
    "Collateral",
    "Collection",
    "CollectionClass",
    "CollectionLine",
    "Component",
    "CreditLimit",
    "CreditOrder",
    "CreditProfile",
    "CreditRelease",
    "CreditRequest",
    "CreditStanding",
    "CustomerAccount",
    "DeliveredLine",
    "Delivery",
    "DunningNotice",
    "Exposure",
    "ExposurePart",
    "GradedCustomer",
    "Invoice",
    "OpenItem",
    "OrderCredit",
    "OrderLine",
    "OrderStatus",
    "OtherExposure",
    "OverdueProfile",
    "ProposedLimit",
    "Receipt",
    "RevenueEntry",
]
