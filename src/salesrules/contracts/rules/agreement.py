"""Whether a contract agrees with its quotation and with the price policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract, PartyRole
from salesrules.core import ApprovalEvidence, Decision, Reason, decide
from salesrules.pricing import Authority, Buyer, PricingPolicy, Quotation, SalesLine, check_price, check_quotation

__all__ = ["check_prices", "find_quotation_differences"]


def find_quotation_differences(contract: Contract, quotation: Quotation | None, path: str) -> Iterator[Reason]:
    """Where a contract departs from the quotation that it follows: another one, another buyer, lines, price, total."""
    if contract.quotation is None:
        return
    if quotation is None:
        yield codes.QUOTATION_NOT_GIVEN(quotation=contract.quotation, path=f"{path}.quotation")
        return
    if quotation.reference != contract.quotation:
        yield codes.QUOTATION_OTHER(quotation=contract.quotation, given=quotation.reference, path=f"{path}.quotation")
        return
    buyer = contract.party(PartyRole.BUYER)
    if buyer is not None and buyer.id != quotation.buyer.customer:
        yield codes.QUOTED_CUSTOMER_DIFFERS(customer=buyer.id, quoted=quotation.buyer.customer, path=f"{path}.parties")
    quoted = {line.id: line for line in quotation.lines}
    for index, line in enumerate(contract.lines):
        place, other = f"{path}.lines[{index}]", quoted.pop(line.id, None)
        if other is None:
            yield codes.LINE_NOT_QUOTED(line=line.id, product=line.product, path=place)
            continue
        if line.product != other.product:
            yield codes.QUOTED_PRODUCT_DIFFERS(
                line=line.id, product=line.product, quoted=other.product, path=f"{place}.product"
            )
        if line.quantity != other.quantity:
            yield codes.QUOTED_QUANTITY_DIFFERS(
                line=line.id, quantity=line.quantity, quoted=other.quantity, path=f"{place}.quantity"
            )
        if line.unit_price != other.unit_price:
            yield codes.QUOTED_PRICE_DIFFERS(
                line=line.id, price=line.unit_price, quoted=other.unit_price, path=f"{place}.unit_price"
            )
    for left in quoted.values():
        yield codes.QUOTED_LINE_MISSING(line=left.id, product=left.product, path=f"{path}.lines")
    if contract.total is not None and contract.total != quotation.total:
        yield codes.QUOTED_TOTAL_DIFFERS(total=contract.total, quoted=quotation.total, path=f"{path}.total")


def check_prices(
    contract: Contract,
    pricing: PricingPolicy,
    quotation: Quotation | None,
    *,
    as_of: date,
    authority: Authority | None,
    evidence: Iterable[ApprovalEvidence],
    path: str,
) -> Iterator[Decision]:
    """What the price policy says: to the quotation where the contract follows one, else to every line by itself.

    A quotation must stand on the day of the contract. Lines that no price can be asked for (a quantity or price below
    zero) are left to the findings about the contract itself.
    """
    day = contract.dated or as_of
    if contract.quotation is not None:
        if quotation is not None and quotation.reference == contract.quotation:
            yield check_quotation(quotation, pricing, day, authority=authority, evidence=evidence)
        return
    buyer = contract.party(PartyRole.BUYER)
    if buyer is None or not buyer.id.strip() or not contract.owner.strip():
        return
    asking = Buyer(customer=buyer.id, customer_type=contract.customer_type)
    given = tuple(evidence)
    for index, line in enumerate(contract.lines):
        if line.quantity <= 0 or line.unit_price.amount < 0 or not line.id.strip() or not line.product.strip():
            yield decide([])
            continue
        sold = SalesLine(id=line.id, product=line.product, quantity=line.quantity, unit_price=line.unit_price)
        yield check_price(
            sold,
            asking,
            pricing,
            day,
            seller=contract.owner,
            authority=authority,
            evidence=given,
            subject=contract.reference,
            path=f"{path}.lines[{index}]",
        )
