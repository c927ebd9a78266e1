"""Service of documents (送达): the ways the law knows, and the day each counts as served."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Method(StrEnum):
    """Ways of service: 民事诉讼法 art. 88–95, to which 行政处罚法 art. 61 refers."""

    #: 直接送达, art. 88
    DIRECT = "direct"
    #: 留置送达, art. 89
    LEFT = "left"
    #: 电子送达, art. 90; 行政处罚法 art. 61: only with a signed confirmation
    ELECTRONIC = "electronic"
    #: 委托送达, art. 91
    ENTRUSTED = "entrusted"
    #: 邮寄送达, art. 91
    POST = "post"
    #: 转交送达, art. 92–94
    PASSED_ON = "passed_on"
    #: 公告送达, art. 95
    PUBLIC = "public"


class Outcome(StrEnum):
    """How an attempt ended."""

    SERVED = "served"
    FAILED = "failed"


#: Days after the announcement at which a document counts as served (民事诉讼法 art. 95).
PUBLIC_DAYS = 30


def served_on(method: str, delivered_on: date) -> date:
    """The day of service, from which the party's periods are counted (itself not counted).

    The day of the act: signed for, left, arrived in the mailbox, dated on the return receipt. An
    announcement counts once thirty days have passed; no working day is waited for, because this is
    no period within which the party must act.
    """
    if method == Method.PUBLIC:
        return delivered_on + timedelta(days=PUBLIC_DAYS)
    return delivered_on
