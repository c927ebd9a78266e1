"""Documents the engine issues by itself, and what it tells their templates."""

from __future__ import annotations

from collections.abc import Mapping

#: 送达回证: issued for every service that succeeded.
SERVICE_RECEIPT = "service_receipt"
#: 更正通知书: names the document it corrects.
CORRECTION = "document_correction"

PARAMETERS: Mapping[str, frozenset[str]] = {
    SERVICE_RECEIPT: frozenset(
        {
            "served_number", "served_title", "method", "delivered_on", "served_on", "address",
            "receiver", "relation", "witnesses", "agent", "tracking", "reason", "public",
        }
    ),
    CORRECTION: frozenset(
        {"old_number", "old_title", "old_date", "wrong", "right", "reason"}
    ),
}  # fmt: skip
