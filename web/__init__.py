"""The pages. Views parse, call a verb of ``engine.services`` and respond; nothing here knows SQL.

``request``     who acts, one unit of work, the language
``proxies``     who a request comes from behind a proxy
``session``     signing in, idle time, the guard in front of every page
``kept``        text that outlives a session that ended while it was typed
``security``    headers, request id, limits on what may be sent
``observing``   a line in the log and a figure for every request
``server``      listening, and ending without cutting anybody off
``errors``      the table from errors to pages
``forms``       fields of a definition as inputs, and what was typed into them
``words``       what templates may say: translations, dates, due dates
``navigation``  the places a person may go
``views``       one blueprint a noun
"""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from engine.office import Office
from web import assets, errors, navigation, observing, security, session, views, words
from web.proxies import Proxies
from web.request import KeepableRequest, RowId, RowWord

#: Text of one request besides files; a long report has some 100 KB.
FORM_BYTES = 4 * 1024 * 1024
#: Files that may come with one request, each within the limit of the settings.
FILES_AT_ONCE = 4


def create_app(office: Office) -> Flask:
    """The application over an open office. Starts no thread and reads no environment."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=office.secret("web-session").hex(),
        SESSION_COOKIE_NAME="duban",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not office.settings.demo,
        # The token lives as long as the session; an old page fails with the session, not before.
        WTF_CSRF_TIME_LIMIT=None,
        # Behind a proxy the referrer may be missing; the token and SameSite decide.
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=FILES_AT_ONCE * office.settings.max_upload_bytes + FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=2_000,
        TEMPLATES_AUTO_RELOAD=False,
    )
    if office.settings.trusted_proxies:
        app.wsgi_app = Proxies(app.wsgi_app, office.settings.trusted_proxies)  # type: ignore[method-assign]  # Flask's own way to wrap
    app.extensions["office"] = office
    app.request_class = KeepableRequest
    app.url_map.converters |= {"int": RowId, "string": RowWord, "default": RowWord}
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # Order matters: the id first, then whether the session is still alive, then the token, then
    # whether this page needs a person at all.
    security.install(app)
    observing.install(app)
    session.install(app)
    CSRFProtect(app)
    session.install_guard(app)
    errors.install(app)
    assets.install(app)
    words.install(app)
    navigation.install(app)
    for blueprint in views.BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
