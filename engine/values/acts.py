"""What an audit entry may say happened. The timeline words each by its code."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """Codes of audit entries, with the facts each carries."""

    #: number, version, element, values; process is added when it is read
    CASE_STARTED = "case_started"
    #: number
    CASE_FINISHED = "case_finished"
    #: reason
    CASE_WITHDRAWN = "case_withdrawn"
    #: other (number of the case opened)
    CASE_OPENED = "case_opened"
    #: task, element
    TASK_CLAIMED = "task_claimed"
    #: task, element, reason
    TASK_RELEASED = "task_released"
    #: task, element, to, reason
    TASK_REASSIGNED = "task_reassigned"
    #: element, values (keyed digest of what was entered); task is added when it is read
    TASK_COMPLETED = "task_completed"
    #: task, element, to (the step), reason
    TASK_RETURNED = "task_returned"
    #: task, element, reason
    TASK_TAKEN_BACK = "task_taken_back"
    #: task, element, people
    TASK_REMINDED = "task_reminded"
    #: task, element, to, values
    OPINION_ASKED = "opinion_asked"
    #: task, element, to, values
    OPINION_GIVEN = "opinion_given"
    #: task, element, to
    OPINION_WITHDRAWN = "opinion_withdrawn"
    #: values
    COMMENT_ADDED = "comment_added"
    #: nothing
    COMMENT_WITHDRAWN = "comment_withdrawn"
    #: to
    CASE_COPIED = "case_copied"
    #: to
    COPY_WITHDRAWN = "copy_withdrawn"
    #: nothing; these two are nobody's business and stay out of the timeline
    CASE_FOLLOWED = "case_followed"
    CASE_UNFOLLOWED = "case_unfollowed"
    #: name, element, values
    MESSAGE_SENT = "message_sent"
    #: name, element, other (number of the case it came from), values
    MESSAGE_RECEIVED = "message_received"
    #: body, to (the body that takes over), reason
    BODY_REPLACED = "body_replaced"
    #: name, element
    TIMER_FIRED = "timer_fired"
    #: name, element, due
    DEADLINE_MISSED = "deadline_missed"
    #: document, reason
    CLOCK_PAUSED = "clock_paused"
    #: document, days
    CLOCK_RESUMED = "clock_resumed"
    #: name, limit, reason, approver, due_before, due
    CLOCK_EXTENDED = "clock_extended"
    #: other (number of the request), kind
    CLOCK_REQUESTED = "clock_requested"
    #: name, due_before, due
    DEADLINE_RECALCULATED = "deadline_recalculated"
    #: reference, code
    INCIDENT_RECORDED = "incident_recorded"
    #: reference
    INCIDENT_RETRIED = "incident_retried"
    #: reference, note
    INCIDENT_RESOLVED = "incident_resolved"
    #: rows, kinds, elements
    ROWS_REPAIRED = "rows_repaired"
    #: before, version, upgrade, mapping
    CASE_MIGRATED = "case_migrated"
    # The county's own chain.
    #: process, version, cases, mapping, note
    UPGRADE_STARTED = "upgrade_started"
    #: process, version, checksum, note; drawn here also effective, reviewed_by
    DEFINITION_PUBLISHED = "definition_published"
    #: process, versions, day, note
    DEFINITION_ENDED = "definition_ended"
    #: process, origin
    DESIGN_OPENED = "design_opened"
    #: process, revision; once for a sitting
    DESIGN_EDITED = "design_edited"
    #: process, revision, checksum, note, effective
    DESIGN_SUBMITTED = "design_submitted"
    #: process, revision
    DESIGN_WITHDRAWN = "design_withdrawn"
    #: process, revision, checksum, verdict, words
    DESIGN_REVIEWED = "design_reviewed"
    #: process, revision, reason
    DESIGN_DISCARDED = "design_discarded"
    #: days, now
    CLOCK_ADVANCED = "clock_advanced"
    #: limits, holidays
    TIMING_SEEDED = "timing_seeded"
    #: limit, sector, begins, note, before, after
    LIMIT_CHANGED = "limit_changed"
    #: layer, days, note
    CALENDAR_CHANGED = "calendar_changed"
    #: login, source
    SIGNED_IN = "signed_in"
    #: login
    SIGNED_OUT = "signed_out"
    #: login, source
    SIGN_IN_THROTTLED = "sign_in_throttled"
    #: login, administrator
    PERSON_ADDED = "person_added"
    #: login, active
    PERSON_CHANGED = "person_changed"
    #: login
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # the name of an act
    #: login, body, role
    MEMBERSHIP_GRANTED = "membership_granted"
    #: login, body, role
    MEMBERSHIP_REVOKED = "membership_revoked"
    #: name, deputy, first, last
    ABSENCE_RECORDED = "absence_recorded"
    #: name
    ABSENCE_ENDED = "absence_ended"
    #: login, number, status, reason
    CERTIFICATE_CHANGED = "certificate_changed"
    #: body, code
    BODY_CHANGED = "body_changed"
    #: body, code, to, reason, people, cases
    BODY_ENDED = "body_ended"
    #: login, people, lines
    PEOPLE_IMPORTED = "people_imported"
    #: number, title, reason
    DOCUMENT_VOIDED = "document_voided"
    #: type, version, sha256, note
    TEMPLATE_UPLOADED = "template_uploaded"
    #: type, version, sha256, begins
    TEMPLATE_IN_FORCE = "template_in_force"
    #: type, version
    TEMPLATE_WITHDRAWN = "template_withdrawn"
    #: number, title, old (number corrected), reason
    DOCUMENT_CORRECTED = "document_corrected"
    #: number, title, method, outcome, delivered_on, served_on
    DOCUMENT_SERVED = "document_served"
    #: part, items, sha256, purpose
    CASE_FILE_MADE = "case_file_made"
    #: part, sha256
    CASE_FILE_FETCHED = "case_file_fetched"
    #: bodies, people
    DEMO_SEEDED = "demo_seeded"
    #: person, kind, by, other (number of the case that decides)
    RECUSAL_ASKED = "recusal_asked"
    #: person, granted, other
    RECUSAL_DECIDED = "recusal_decided"
    #: person, to, fields
    OFFICER_REPLACED = "officer_replaced"
    #: file, sha256, cases
    CASES_ARCHIVED = "cases_archived"
    #: reason
    CASE_HELD = "case_held"
    CASE_RELEASED = "case_released"
    # What operations and people add to a case.
    #: name, sha256, size, field
    FILE_ATTACHED = "file_attached"
    #: type, number, title, sha256, template
    DOCUMENT_ISSUED = "document_issued"
    #: register, entries
    REGISTER_EXPORTED = "register_exported"
    #: register, key, revision
    REGISTER_WRITTEN = "register_written"
    #: title, number, publication
    PUBLISHED = "published"
    #: title, reason
    PUBLICATION_WITHDRAWN = "publication_withdrawn"
    #: message, level, people, mail
    NOTIFIED = "notified"
