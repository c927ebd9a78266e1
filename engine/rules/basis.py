"""The rules of domain C.3 with their legal sources, and how a refusal names them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.values.people import Verdict

#: Legal sources of the rules. Those of other provinces are models, not law here.
BASIS: Mapping[str, str] = {
    "R1": "《行政处罚法》第四十二条；《行政强制法》第十八条",
    "R2": "《市场监督管理行政处罚程序规定》第四十九条；《农业行政处罚程序规定》第五十条",
    "R3": "《行政处罚法》第五十八条第二款",
    "R4": "《行政处罚法》第六十四条第四项",
    "R5": "《行政处罚法》第四十三条；《市场监督管理行政处罚程序规定》第四条",
    "R6": "红政发〔2018〕36号三（一）1“执法与监督相分离”；参照贵州省人民政府令第179号第十三条",
    "R7": "参照《四川省行政执法监督条例》第二十九条、第三十条；贵州省人民政府令第179号第二十六条",
    "R8": "《行政处罚法》第六十七条、第六十八条、第六十九条",
    "R9": "内部控制规则（可配置）",
    "R10": "内部控制规则（可配置）",
    "R11": "《政府督查工作条例》第十七条",
    "R12": "参照《广东省行政执法案卷评查办法》第十条",
    "R13": "《行政处罚法》第五十七条；到会人数为内部控制规则（可配置）",
    "R14": "红政发〔2018〕36号二（四）2；国办发〔2024〕54号",
    "R15": "参照《四川省行政执法监督条例》第八条；《辽宁省行政执法监督规定》第十九条",
}


def refused(code: str, rule: str = "", **facts: str) -> Verdict:
    """A refusal with the legal source of its rule."""
    return Verdict(False, code, rule, BASIS.get(rule, ""), facts)
