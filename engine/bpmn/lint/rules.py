"""Every rule a definition is checked against, with its severity.

Errors keep a definition from being published; warnings do not. The sentence of a rule is worded in
the catalogues under its code. ``tests/processes`` holds a file that breaks each rule and one that
does not; ``docs/lint.md`` is written from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.values.process import Severity

ERROR = Severity.ERROR
WARNING = Severity.WARNING


@dataclass(frozen=True)
class Rule:
    """A rule: the code of its sentence, and how bad a breach is."""

    code: str
    severity: Severity = ERROR

    @property
    def name(self) -> str:
        """The name findings carry: the code without ``lint.``."""
        return self.code.removeprefix("lint.")


_ALL = (
    # Files
    Rule("lint.xml.unreadable"),
    Rule("lint.xml.too_large"),
    Rule("lint.xml.not_xml"),
    Rule("lint.xml.encoding"),
    Rule("lint.xml.doctype"),
    Rule("lint.xml.too_complex"),
    Rule("lint.xml.not_bpmn"),
    Rule("lint.xml.schema"),
    Rule("lint.xml.extension_place"),
    Rule("lint.xml.unknown_extension"),
    # How large a diagram may be
    Rule("lint.limits.nodes"),
    Rule("lint.limits.nodes_together"),
    Rule("lint.limits.nesting"),
    Rule("lint.limits.recursive_call"),
    Rule("lint.limits.tokens"),
    # Elements and flows
    Rule("lint.structure.no_process"),
    Rule("lint.structure.duplicate_process"),
    Rule("lint.structure.missing_id"),
    Rule("lint.structure.duplicate_id"),
    Rule("lint.structure.reserved_id"),
    Rule("lint.structure.unsupported"),
    Rule("lint.structure.unsupported_event"),
    Rule("lint.structure.one_start"),
    Rule("lint.structure.event_subprocess_start"),
    Rule("lint.structure.no_end"),
    Rule("lint.structure.flow_to_nowhere"),
    Rule("lint.structure.flow_across_border"),
    Rule("lint.structure.flow_backwards"),
    Rule("lint.structure.boundary_of_nothing"),
    Rule("lint.structure.unreachable"),
    Rule("lint.structure.dead_end"),
    Rule("lint.structure.ends_silently", WARNING),
    Rule("lint.structure.no_way_out"),
    Rule("lint.structure.flow_without_condition"),
    Rule("lint.structure.no_default"),
    Rule("lint.structure.wrong_default"),
    Rule("lint.structure.event_gateway"),
    Rule("lint.structure.empty_condition"),
    Rule("lint.structure.unnamed_message"),
    Rule("lint.structure.link_to_nowhere"),
    Rule("lint.structure.repetition"),
    Rule("lint.structure.unnamed", WARNING),
    # Calls of processes and decisions
    Rule("lint.calls.no_target"),
    Rule("lint.calls.unknown_process"),
    Rule("lint.calls.unknown_decision"),
    # Who acts
    Rule("lint.roles.missing"),
    Rule("lint.roles.no_body"),
    Rule("lint.roles.unknown_role"),
    Rule("lint.roles.unknown_slot"),
    Rule("lint.roles.lane_of_nothing"),
    Rule("lint.roles.two_lanes", WARNING),
    # Forms
    Rule("lint.names.bad"),
    Rule("lint.names.reserved"),
    Rule("lint.forms.unknown_type"),
    Rule("lint.forms.unknown_disclosure"),
    Rule("lint.forms.duplicate_field"),
    Rule("lint.forms.type_differs"),
    Rule("lint.forms.no_label"),
    Rule("lint.forms.no_options"),
    Rule("lint.forms.duplicate_option"),
    Rule("lint.forms.range"),
    Rule("lint.forms.readonly_unset"),
    Rule("lint.forms.unknown_performer"),
    Rule("lint.forms.unknown_return"),
    Rule("lint.forms.return_not_back"),
    Rule("lint.forms.countersign_alone"),
    Rule("lint.forms.countersign_rule"),
    Rule("lint.forms.countersign_answer"),
    Rule("lint.forms.unknown_field"),
    Rule("lint.forms.undescribed", WARNING),
    Rule("lint.forms.empty", WARNING),
    Rule("lint.forms.no_stage", WARNING),
    Rule("lint.forms.no_basis", WARNING),
    # Separation of duties
    Rule("lint.duties.unknown_rule"),
    Rule("lint.duties.unknown_element"),
    Rule("lint.duties.unknown_field"),
    Rule("lint.duties.unknown_certificate"),
    Rule("lint.duties.unknown_opinions"),
    Rule("lint.duties.bad_quorum"),
    Rule("lint.duties.apart_one_sided"),
    Rule("lint.duties.apart_shared"),
    Rule("lint.duties.empty"),
    Rule("lint.duties.nobody_holds", WARNING),
    Rule("lint.duties.nobody", WARNING),
    Rule("lint.duties.nobody_else", WARNING),
    # Deadlines and other timers
    Rule("lint.timers.empty"),
    Rule("lint.timers.absurd"),
    Rule("lint.timers.not_a_time"),
    Rule("lint.timers.fixed_date", WARNING),
    Rule("lint.timers.fixed_cycle"),
    Rule("lint.timers.deadline_place"),
    Rule("lint.timers.two_deadlines"),
    Rule("lint.timers.deadline_silent"),
    Rule("lint.timers.unit_differs"),
    Rule("lint.timers.escalation"),
    Rule("lint.timers.unknown_limit"),
    Rule("lint.timers.computed_limit"),
    Rule("lint.timers.unknown_period"),
    Rule("lint.timers.period_elsewhere"),
    # Conditions, scripts, parameters, cells
    Rule("lint.expressions.bad"),
    Rule("lint.expressions.unknown_name"),
    Rule("lint.expressions.unknown_option"),
    Rule("lint.expressions.wrong_kind"),
    Rule("lint.expressions.empty_script"),
    Rule("lint.expressions.constant"),
    # Operations
    Rule("lint.operations.none"),
    Rule("lint.operations.unknown"),
    Rule("lint.operations.missing_parameter"),
    Rule("lint.operations.unknown_parameter"),
    Rule("lint.operations.duplicate_parameter"),
    Rule("lint.operations.value_or_expression"),
    Rule("lint.operations.unknown_value"),
    # Decision tables
    Rule("lint.dmn.no_table"),
    Rule("lint.dmn.no_rows"),
    Rule("lint.dmn.hit_policy"),
    Rule("lint.dmn.row_length"),
    Rule("lint.dmn.unnamed_column"),
    # The drawing
    Rule("lint.drawing.missing", WARNING),
    Rule("lint.drawing.no_shape", WARNING),
)

RULES = {rule.name: rule for rule in _ALL}


def sentence(code: str) -> str:
    """Marks a code whose words stand inside sentences of rules."""
    return code


#: Words the sentences above are made of, besides the facts themselves.
WORDS = (
    sentence("problem.empty"),
    sentence("problem.too_long"),
    sentence("problem.syntax"),
    sentence("problem.too_many_parts"),
    sentence("problem.too_deep"),
    sentence("problem.not_allowed"),
    sentence("problem.number_too_big"),
    sentence("problem.unknown_function"),
    sentence("problem.arguments"),
    sentence("problem.function_as_value"),
    sentence("problem.not_an_assignment"),
    sentence("problem.reserved_name"),
    sentence("problem.script_too_long"),
    sentence("where.condition"),
    sentence("where.timer"),
    sentence("where.visible_when"),
    sentence("where.check"),
    sentence("where.duty"),
    sentence("where.parameter"),
    sentence("where.script"),
    sentence("where.repetition"),
    sentence("where.decision"),
    sentence("what.depth"),
    sentence("what.elements"),
    sentence("what.attributes"),
    sentence("kind.document"),
    sentence("kind.register"),
    sentence("kind.message"),
    sentence("kind.role"),
    sentence("kind.level"),
    sentence("kind.limit"),
    sentence("kind.process"),
)
