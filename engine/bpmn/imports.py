"""Diagrams of Camunda, Flowable and others: what they say their own way, and taking it over.

A foreign diagram opens as it is; its marks do nothing here. What has a meaning of ours is offered
and, on confirmation, written in our namespace in place of the foreign mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

from engine.bpmn import edits, xml
from engine.bpmn.spans import Document, Span
from engine.errors import Invalid
from engine.values.imports import FIELD_TYPES, Choice, Ignored, Offer, OfferOf

#: Namespaces of tools that extend BPMN their own way.
_FOREIGN = re.compile(r"camunda|flowable|activiti|zeebe|jboss|drools", re.IGNORECASE)
#: Attributes of theirs that are offered.
_OFFERED = {"candidateGroups": OfferOf.ROLE, "dueDate": OfferOf.DUE}
_FORMS = frozenset(("formData", "formProperty"))
#: Marks without any meaning for what runs.
_HARMLESS = frozenset(("modelerTemplate", "modelerTemplateVersion", "asyncBefore", "asyncAfter"))
_DURATION = re.compile(r"P(?=.)[0-9YMWD]*(?:T[0-9HMS]+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")


def offers(data: bytes, file: str, roles: Mapping[str, tuple[str, ...]]) -> tuple[Offer, ...]:
    """What can be taken over, in the order of the file. ``roles`` are codes with their names."""
    document = Document(data, file)
    found: list[Offer] = []
    for span in document.root.inside():
        if span.namespace != xml.BPMN or not span.attributes.get("id"):
            continue
        id = span.attributes["id"]
        name = span.attributes.get("name", "") or id
        if span.local == "lane" and edits.extension(span, "lane") is None:
            found.append(Offer(id, name, OfferOf.LANE, name, _guess(name, roles)))
        for key, text in span.attributes.items():
            local = _foreign(key)
            if local in _OFFERED and span.local == "userTask" and text.strip():
                guess = _guess(text, roles) if local == "candidateGroups" else ""
                found.append(Offer(id, name, _OFFERED[local], text.strip()[:200], guess))
        fields = [told for told, _, _ in _fields(span)]
        if fields:
            found.append(Offer(id, name, OfferOf.FORM, ", ".join(fields)[:200]))
    return tuple(found)


def ignored(data: bytes, file: str) -> tuple[Ignored, ...]:
    """What of another tool is neither offered nor does anything."""
    document = Document(data, file)
    found: dict[tuple[str, str], Ignored] = {}
    for span in document.root.inside():
        owner = _owner(span)
        if owner is None:
            continue
        id = owner.attributes.get("id", "")
        name = owner.attributes.get("name", "") or id
        line = document.data.count(b"\n", 0, span.start) + 1
        marks = [_foreign(key) for key in span.attributes] if span.namespace == xml.BPMN else []
        if _FOREIGN.search(span.namespace) and span.local not in (*_FORMS, "formField", "value"):
            marks.append(span.local)
        for mark in marks:
            if mark and mark not in (*_OFFERED, *_HARMLESS):
                found.setdefault((id, mark), Ignored(id, name, mark, line))
    return tuple(found.values())


def taken_over(data: bytes, file: str, choices: Iterable[Choice]) -> bytes:
    """The diagram with what was confirmed in our namespace, and the foreign marks of it gone.

    Raises Invalid ``edit_no_element`` for an element there is not, ``edit_needs_value`` for a
    choice without its role or limit.
    """
    document = Document(data, file)
    for choice in choices:
        span = document.find(choice.element)
        if span is None or span.namespace != xml.BPMN:
            raise Invalid("edit_no_element", element=choice.element[:80])
        if choice.of in (OfferOf.LANE, OfferOf.ROLE):
            _role(document, choice)
        elif choice.of is OfferOf.FORM:
            _form(document, choice.element)
        else:
            _due(document, choice)
    return document.data


def renamed(data: bytes, file: str, old: str, new: str) -> bytes:
    """The diagram with another id for its process, wherever it is referred to."""
    document = Document(data, file)
    for attribute in ("id", "processRef", "bpmnElement", "calledElement"):
        for span in list(document.root.inside()):
            if span.attributes.get(attribute, "").rpartition(":")[2] != old:
                continue
            if attribute == "id" and span.local != "process":
                continue
            at = next(one for one in document.root.inside() if one.start == span.start)
            document.put_attribute(at, attribute, new)
            break
    return document.data


# --- Taking over --------------------------------------------------------------------------------


def _role(document: Document, choice: Choice) -> None:
    if not choice.role:
        raise Invalid("edit_needs_value", element=choice.element, field="role")
    tag = "lane" if choice.of is OfferOf.LANE else "task"
    for name, value in (("role", choice.role), ("body", choice.body)):
        document.put_attribute(edits.made(document, choice.element, tag), name, value)
    _drop(document, choice.element, "candidateGroups")


def _form(document: Document, id: str) -> None:
    span = document.find(id)
    fields = [markup for _, markup, _ in _fields(span)] if span is not None else []
    known = {
        one.attributes.get("id")
        for one in (edits.extensions(span, "field") if span is not None else ())
    }
    for told in [name for name, _, _ in (_fields(span) if span is not None else ())]:
        if told in known:
            raise Invalid("edit_field_twice", element=id, field=told)
    while span is not None:
        holder = span.child(xml.BPMN, "extensionElements")
        theirs = next(
            (
                one
                for one in (holder.children if holder is not None else ())
                if _FOREIGN.search(one.namespace) and one.local in _FORMS
            ),
            None,
        )
        if theirs is None:
            break
        document.remove(theirs)
        span = document.find(id)
    prefix = document.declare(xml.DUBAN, "duban")
    for markup in reversed(fields):
        told = markup.replace("<duban:", f"<{prefix}:").replace("</duban:", f"</{prefix}:")
        document.insert_first(edits.holder(document, id), told)


def _due(document: Document, choice: Choice) -> None:
    """A timer on the task, marked as its deadline. What follows it somebody has to draw."""
    span = document.find(choice.element)
    text = _attribute(span, "dueDate") if span is not None else ""
    if choice.limit:
        kind, time = "timeDate", f'limit("{choice.limit}")'
    elif _DURATION.fullmatch(text):
        kind, time = "timeDuration", text
    else:
        raise Invalid("edit_needs_value", element=choice.element, field="limit")
    id = f"{choice.element}_due"
    if document.find(id) is not None:
        raise Invalid("edit_id_taken", element=choice.element, id=id)
    names = {
        local: document.name(xml.BPMN, local)
        for local in ("boundaryEvent", "extensionElements", "timerEventDefinition", kind)
    }
    prefix = document.declare(xml.DUBAN, "duban")
    escaped = time.replace("&", "&amp;").replace("<", "&lt;")
    markup = (
        f'<{names["boundaryEvent"]} id={quoteattr(id)} name="到期" '
        f'attachedToRef={quoteattr(choice.element)} cancelActivity="false">'
        f"<{names['extensionElements']}><{prefix}:deadline/></{names['extensionElements']}>"
        f"<{names['timerEventDefinition']} id={quoteattr(f'{id}_timer')}>"
        f"<{names[kind]}>{escaped}</{names[kind]}></{names['timerEventDefinition']}>"
        f"</{names['boundaryEvent']}>"
    )
    task = document.find(choice.element)
    if task is not None:
        document.replace(task.end, task.end, markup)
    _drop(document, choice.element, "dueDate")
    _draw_on(document, choice.element, id)


def _draw_on(document: Document, task: str, event: str) -> None:
    for shape in document.root.inside():
        if shape.local == "BPMNShape" and shape.attributes.get("bpmnElement") == task:
            bounds = shape.child(xml.DC, "Bounds")
            if bounds is None:
                return
            try:
                box = [float(bounds.attributes.get(name, "0")) for name in ("x", "y", "height")]
            except ValueError:
                return  # Whoever drew no numbers has no drawing there; a rule says so.
            name, inner = (
                document.name(shape.namespace, "BPMNShape"),
                document.name(xml.DC, "Bounds"),
            )
            markup = (
                f"<{name} id={quoteattr(f'{event}_di')} bpmnElement={quoteattr(event)}>"
                f'<{inner} x="{box[0] + 12:g}" y="{box[1] + box[2] - 18:g}" '
                f'width="36" height="36"/>'
                f"</{name}>"
            )
            document.replace(shape.end, shape.end, markup)
            return


def _drop(document: Document, id: str, local: str) -> None:
    """Take a foreign attribute away; its prefix is the document's own."""
    span = document.find(id)
    if span is None:
        return
    head = document.data[span.start : span.head].decode()
    changed = re.sub(rf"\s+[\w.-]+:{local}\s*=\s*(\"[^\"]*\"|'[^']*')", "", head)
    if changed != head:
        document.replace(span.start, span.head, changed)


# --- Looking ------------------------------------------------------------------------------------


def _foreign(key: str) -> str:
    namespace, _, local = key.rpartition("\x1f")
    return local if namespace and _FOREIGN.search(namespace) else ""


def _attribute(span: Span, local: str) -> str:
    return next((text for key, text in span.attributes.items() if _foreign(key) == local), "")


def _owner(span: Span) -> Span | None:
    at: Span | None = span
    while at is not None and not (at.namespace == xml.BPMN and at.attributes.get("id")):
        at = at.parent
    return at


def _fields(span: Span) -> list[tuple[str, str, str]]:
    """Their fields: id, the same in our namespace, their type."""
    holder = span.child(xml.BPMN, "extensionElements")
    found = []
    for mark in holder.children if holder is not None else ():
        if not _FOREIGN.search(mark.namespace):
            continue
        theirs = [one for one in mark.children if one.local == "formField"]
        for field in [mark] if mark.local == "formProperty" else theirs:
            id = field.attributes.get("id", "").strip()
            if _NAME.fullmatch(id):
                found.append((id, _field(field, id), field.attributes.get("type", "")))
    return found


def _field(field: Span, id: str) -> str:
    said = field.attributes
    options = [
        f"<duban:option value={quoteattr(one.attributes.get('id', ''))} "
        f"label={quoteattr(one.attributes.get('name', '') or one.attributes.get('id', ''))}/>"
        for one in field.inside()
        if one.local == "value" and one.attributes.get("id")
    ]
    kind = FIELD_TYPES.get(said.get("type", "string").lower(), "text")
    if kind == "choice" and not options:
        kind = "text"
    required = said.get("required", "") == "true" or any(
        one.attributes.get("name") == "required" for one in field.inside()
    )
    label = said.get("label", "") or said.get("name", "") or id
    head = f"<duban:field id={quoteattr(id)} label={quoteattr(label)} type={quoteattr(kind)}"
    head += ' required="true"' if required else ""
    inner = "".join(options) if kind == "choice" else ""
    return f"{head}>{inner}</duban:field>" if inner else f"{head}/>"


def _guess(text: str, roles: Mapping[str, tuple[str, ...]]) -> str:
    """The role whose code or name is said in the text, the longest of several."""
    said = text.casefold()
    alike = [
        (len(name), code)
        for code, names in roles.items()
        for name in (code, code.replace("_", " "), code.replace("_", "-"), *names)
        if name and name.casefold() in said
    ]
    return max(alike)[1] if alike else ""
