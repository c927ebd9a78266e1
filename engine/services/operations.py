"""The named operations a diagram may ask for. Each is real, and part of the case's unit of work.

Parameters arrive evaluated. What an operation returns is kept in the case file under the name the
diagram gives it, from the next command on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.errors import Broken, Invalid
from engine.rules.messages import Level
from engine.services import (
    casefiles,
    certification,
    deadlines,
    dockets,
    documents,
    endings,
    entries,
    messaging,
    notifications,
    openings,
    publications,
    recusals,
    repeats,
    service_of_documents,
    slots,
    stops,
    withdrawals,
    wording,
)
from engine.services.dockets import Docket
from engine.services.stops import Ground
from engine.store import dossiers
from engine.values.process import OPERATIONS, OperationShape
from engine.values.running import Json, OperationRequest
from engine.work import Work

Parameters = Mapping[str, Json]


def perform(work: Work, docket: Docket, request: OperationRequest) -> Json:
    """Do what a service task asks for; what to keep in the case file.

    Raises Broken ``unknown_operation`` or ``parameter_missing``, and whatever the operation raises:
    nothing of the command is kept then, and the case has an incident.
    """
    if request.name not in _PERFORM:
        raise Broken("unknown_operation", operation=request.name, element=request.element)
    shape = OPERATIONS[request.name]
    for name in shape.required:
        if request.parameters.get(name) in (None, ""):
            raise Broken("parameter_missing", parameter=name, element=request.element)
    other = request.parameters.get("case")
    if other in (None, "") or "case" not in shape.optional or request.name == "send_to":
        with messaging.performing(work, docket.id):
            return _PERFORM[request.name](work, docket, request)
    if other not in [linked for linked, _, _ in dossiers.links_of(work.session, docket.id)]:
        raise Broken("case_not_linked", element=request.element)
    doing = work.doing
    with dockets.held(work, int(other)) as linked:
        if not linked.running:
            raise Invalid("linked_case_over", number=linked.number)
        result = _PERFORM[request.name](work, linked, request)
    work.doing = doing
    return result


def catalogue() -> Mapping[str, OperationShape]:
    """Every operation with its parameters, for lint."""
    return {name: OPERATIONS[name] for name in _PERFORM}


def _issue_document(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given, more = request.parameters, dict(_further(request))
    if "due_of" in more:
        # A clock that was moved a moment ago: diagrams see results with the next command only.
        more["due"] = deadlines.due_of(work, docket, str(more.pop("due_of")))
    wish = documents.Wish(
        type=_text(given, "type"),
        element=request.element,
        to=given.get("to"),
        body=given.get("body"),
        title=_text(given, "title"),
        more=more,
    )
    document = documents.issue(work, docket, wish)
    return {
        "document": document.id,
        "type": document.type,
        "title": document.title,
        "number": document.number,
        "sha256": document.sha256,
        "issued_on": work.today.isoformat(),
    }


def _register(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    entry = entries.write(
        work, docket, _text(given, "register"), _text(given, "key"), _further(request)
    )
    return {"entry": entry.id, "key": entry.key, "revision": entry.revision}


def _publish(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    further = dict(_further(request))
    wish = publications.Wish(
        document=_text(given, "document"),
        title=_text(given, "title"),
        until=given.get("until"),
        body=further.pop("body", None),
        facts=further,
    )
    return {
        "publication": publications.publish(work, docket, wish),
        "published_on": work.today.isoformat(),
    }


def _notify(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    wish = notifications.Wish(
        message=_text(given, "message"),
        level=_text(given, "level") or Level.REMIND,
        role=_text(given, "role"),
        body=given.get("body"),
        # Named but empty: there is nobody there, which is no fault of the diagram.
        people=(given["people"] or []) if "people" in given else None,
        party=(given["party"] or "") if "party" in given else None,
        more=_further(request),
    )
    return notifications.notify(work, docket, wish)


def _open_case(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given, values = request.parameters, dict(_further(request))
    if given.get("number_as"):
        values[_text(given, "number_as")] = docket.number
    other = openings.open_linked(work, docket, _text(given, "process"), values)
    return {"case": other.id, "number": other.number}


def _record_service(work: Work, docket: Docket, request: OperationRequest) -> Json:
    return service_of_documents.perform(work, docket, request.parameters)


def _keep_case_file(work: Work, docket: Docket, request: OperationRequest) -> Json:
    return casefiles.keep(work, docket, _text(request.parameters, "number"))


def _pause_clock(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    ground = Ground(_told(given, "document"), _told(given, "reason"), _told(given, "approver"))
    return stops.pause(work, docket, replace(ground, origin=_origin(request)))


def _resume_clock(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    ending = Ground(_told(given, "document"), _told(given, "reason"), _told(given, "approver"))
    named = given.get("ground")
    ending = replace(ending, origin=_origin(request))
    return stops.resume(work, docket, ending, named if isinstance(named, int) else None)


def _origin(request: OperationRequest) -> int | None:
    """Another case's stop is not ended by the own diagram."""
    return 0 if request.parameters.get("case") else None


def _extend_clock(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    return deadlines.extend(
        work,
        docket,
        limit=_text(given, "limit"),
        reason=_told(given, "reason"),
        approver=_told(given, "approver"),
    )


def _decide_recusal(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    return recusals.decide(
        work,
        docket,
        granted=_text(given, "decision") == "grant",
        grounds=_told(given, "grounds"),
    )


def _certificate(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    wish = certification.Wish(
        action=_text(given, "action"),
        person=given.get("person"),
        reason=_told(given, "reason"),
        number=_text(given, "number"),
        kind=_text(given, "kind"),
        body=given.get("body"),
        field=_text(given, "field"),
        area=_text(given, "area"),
        valid_from=given.get("valid_from"),
        valid_to=given.get("valid_to"),
        until=given.get("until"),
    )
    return certification.certificate(work, docket, wish)


def _auxiliary(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    body = given.get("body")
    more = {
        "handling": slots.resolve(work, docket.slots, body) if isinstance(body, str) else body,
        "post": _told(given, "post"),
        "duties": _told(given, "duties"),
        "valid_to": given.get("valid_to"),
        "reason": _told(given, "reason"),
    }
    more = {name: value for name, value in more.items() if value not in (None, "")}
    return certification.auxiliary(work, docket, _text(given, "action"), given.get("person"), more)


def _end_body(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    reason = _told(given, "reason")
    return endings.end_body(work, docket, given.get("body"), given.get("successor"), reason)


def _send_to(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    return messaging.send_to(
        work, docket, _text(given, "message"), given.get("case"), _further(request)
    )


def _unpublish(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    return withdrawals.unpublish(
        work,
        docket,
        _text(given, "document"),
        _text(given, "title"),
        _told(given, "reason"),
    )


def _overlaps(work: Work, docket: Docket, request: OperationRequest) -> Json:
    given = request.parameters
    period = (given.get("begins"), given.get("ends"))
    return repeats.overlaps(work, docket, _text(given, "register"), period, _further(request))


_PERFORM: Mapping[str, Callable[[Work, Docket, OperationRequest], Json]] = {
    "issue_document": _issue_document,
    "register": _register,
    "publish": _publish,
    "notify": _notify,
    "open_case": _open_case,
    "keep_case_file": _keep_case_file,
    "record_service": _record_service,
    "pause_clock": _pause_clock,
    "resume_clock": _resume_clock,
    "extend_clock": _extend_clock,
    "decide_recusal": _decide_recusal,
    "certificate": _certificate,
    "auxiliary": _auxiliary,
    "end_body": _end_body,
    "send_to": _send_to,
    "unpublish": _unpublish,
    "overlaps": _overlaps,
}


def _further(request: OperationRequest) -> Parameters:
    """Parameters beyond the operation's own: columns, placeholders, values of a new case."""
    shape = OPERATIONS[request.name]
    own = {*shape.required, *shape.optional, *shape.one_of}
    return {name: value for name, value in request.parameters.items() if name not in own}


def _text(given: Parameters, name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Broken("parameter_not_text", parameter=name)
    return value


def _told(given: Parameters, name: str) -> str:
    """A parameter in words: a reason a person typed, or the result that holds a document."""
    return wording.plain(given.get(name))
