from __future__ import annotations

from engine.actor import COMMAND_LINE
from engine.store import bodies, documents, people
from engine.store import tasks as task_store
from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, Site
from tests.web.test_tasks import WHOLE, holder


def test_an_empty_inbox_says_which_kind_of_empty_it_is(site: Site) -> None:
    done = site.browser("supervisor1")
    assert "都办完了" in done.words
    site.started()
    filtered = site.browser("supervisor1")
    filtered.open("/inbox?tab=pool&light=red")
    assert "没有符合筛选条件的事项" in filtered.words
    assert "有 1 条被筛选条件隐藏" in filtered.words
    keeper = site.browser("administrator")
    keeper.open("/inbox")
    assert "系统管理员不办理案件" in keeper.words


def test_filters_and_tabs_live_in_the_address(site: Site) -> None:
    browser = site.browser("supervisor1")
    site.started()
    browser.open("/inbox?tab=pool&process=inquiry&light=green")
    assert "检查某站" in browser.words
    assert 'value="inquiry" selected' in browser.text
    browser.open("/inbox?tab=nonsense&body=x&light=pink&after=@@@")
    assert browser.status in (200, 422)


def test_a_row_shows_its_light_its_due_date_and_the_way_to_the_reason(site: Site) -> None:
    site.started()
    browser = site.browser("supervisor1")
    browser.open("/inbox?tab=pool")
    assert "还剩 5 个工作日" in browser.words
    assert "03-09 周一" in browser.words
    why = browser.text.split('href="/deadlines/')[1].split('"')[0]
    browser.open(f"/deadlines/{why}")
    assert "期限为什么是 2026-03-09（周一）" in browser.words
    for words in ("5 个工作日", "期间开始，当日不计", "周末，不计", "期间届满"):
        assert words in browser.words


def test_lights_turn_as_the_county_calendar_goes(site: Site) -> None:
    holder(site, site.started())
    for days, words in ((4, "还剩 1 个工作日"), (7, "今日到期"), (10, "超期 3 个工作日")):
        site.clock.set(site.clock.now().replace(month=3, day=2 + days, hour=1))
        browser = site.browser("supervisor1")
        browser.open("/inbox")
        assert words in browser.words, browser.words
    assert "已超期" in browser.words


def test_an_empty_start_form_names_everything_that_is_missing(site: Site) -> None:
    browser = site.browser("intake1")
    browser.open("/start")
    assert "专项检查" in browser.words
    browser.open("/start/inquiry")
    browser.send(browser.form("/start/inquiry"), {"source": "order"})
    assert browser.status == 422
    assert "有 2 处需要更正" in browser.words
    assert 'data-field="order_number" hidden' not in browser.text


def test_a_start_form_keeps_a_draft_and_text_over_an_ended_session(site: Site) -> None:
    browser = site.browser("intake1")
    browser.open("/start/inquiry")
    form = browser.form("/start/inquiry")
    site.clock.advance(hours=2)
    browser.send(form, {"matter": "慢慢写的事项", "source": "plan"})
    assert browser.status == 401
    browser.send(browser.form("/sign-in"), {"login": "intake1", "password": PASSWORD})
    assert "您填写的内容已放回表单" in browser.words
    assert browser.form("/start/inquiry").fields["matter"] == "慢慢写的事项"
    browser.open("/start/inquiry")
    assert browser.form("/start/inquiry").fields["matter"] == "慢慢写的事项"
    browser.send(browser.form("/start/inquiry"))
    assert "红查〔2026〕1号" in browser.words


def test_who_may_not_start_a_procedure_reads_which_role_is_needed(site: Site) -> None:
    browser = site.browser("supervisor1")
    browser.open("/start")
    assert "需要“受理登记员”岗位" in browser.words
    browser.open("/start/inquiry")
    assert 'action="/start/inquiry"' not in browser.text
    token = browser.form("/sign-out").fields["csrf_token"]
    answer = browser.client.post(
        "/start/inquiry", data={"csrf_token": token, "matter": "x", "source": "plan"}
    )
    assert answer.status_code == 403


def test_only_an_administrator_moves_the_simulated_clock(site: Site) -> None:
    site.started()
    browser = site.browser("administrator")
    browser.open("/inbox")
    assert "模拟时间 2026-03-02（周一） 09:00" in browser.words
    browser.send(browser.form("/clock"), {"_days": "5"})
    assert "模拟时间已到 2026-03-09（周一） 09:00" in browser.words
    other = site.browser("supervisor1")
    assert "/clock" not in other.text
    other.open("/inbox?tab=pool")
    assert "今日到期" in other.words


def test_the_navigation_shows_only_what_a_person_may_use(site: Site) -> None:
    assert "管理" not in menu(site.browser("supervisor1"))
    assert "发起" not in menu(site.browser("administrator"))


def test_pages_are_whole_in_english(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    browser.send(browser.form("/language"), {"language": "en"})
    for address, words in (
        ("/inbox", "5 working days left"),
        (f"/tasks/{task}", "Save draft"),
        ("/start", "Usual length"),
        ("/me", "Change password"),
        ("/notifications", "Notices"),
        ("/help", "How days are counted"),
        ("/nowhere", "What happened"),
    ):
        browser.open(address)
        assert words in browser.words, address
        assert '<html lang="en"' in browser.text


def test_help_and_sign_in_are_open_to_everybody(site: Site) -> None:
    visitor = site.browser()
    assert visitor.open("/help").status_code == 200
    assert visitor.open("/health").text == "ok"


def test_a_finished_task_is_read_not_filled_in(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    browser.send(browser.form("/completion"), WHOLE)
    browser.open(f"/tasks/{task}")
    assert "已由行政执法监督人员（一）于" in browser.words
    assert "/completion" not in browser.text


def test_text_of_people_is_shown_as_text(site: Site) -> None:
    task = site.started(matter="<b onmouseover=x>粗体</b>{{ 7 * 7 }}")
    browser = holder(site, task)
    assert "<b onmouseover" not in browser.text
    assert "&lt;b onmouseover=x&gt;粗体&lt;/b&gt;{{ 7 * 7 }}" in browser.text


def menu(browser: Browser) -> str:
    """The text of the main navigation."""
    browser.open("/inbox")
    return browser.text.split('class="sidenav"')[1].split("</nav>")[0]


def test_numbers_no_row_can_have_are_pages_that_do_not_exist(site: Site) -> None:
    browser = site.browser("intake1")
    token = browser.form("/sign-out").fields["csrf_token"]
    far = "9" * 25
    for address in (f"/tasks/{far}", f"/deadlines/{far}", f"/notifications?after={far}"):
        assert browser.open(address).status_code == 404, address
    for address in (f"/inbox?body={far}", f"/public?body={far}", "/inbox?process=%00"):
        assert browser.open(address).status_code == 200, address
    for address, typed in (
        (f"/tasks/{far}/holder", {}),
        (f"/notifications/{far}", {}),
        ("/notifications/read", {"_id": far}),
        ("/start/inquiry", {"_body": far, "matter": "x", "source": "plan"}),
        ("/start/inquiry", {"matter": "\x00", "source": ["x"] * 300}),
    ):
        answer = browser.client.post(address, data={**typed, "csrf_token": token})
        assert answer.status_code < 500, address


def test_who_acts_for_several_bodies_chooses_one(site: Site) -> None:
    with site.office.begin(COMMAND_LINE) as work:
        lead = people.person_by_login(work.session, "scj.case_lead")
        body = bodies.body_by_code(work.session, "transport")
        assert lead is not None
        assert body is not None
        people.add_membership(work.session, lead.id, body.id, "case_lead", work.now)
    browser = site.browser(lead.login)
    browser.open("/start/report")
    assert body.name in browser.words
    browser.send(browser.form("/start/report"), {"topic": "半年情况"})
    assert browser.status == 422
    assert "请选择代表哪个机构" in browser.words
    assert browser.form("/start/report").fields["topic"] == "半年情况"
    browser.send(browser.form("/start/report"), {"_body": str(body.id)})
    assert "红报〔2026〕1号" in browser.words
    assert body.name in browser.words


def test_a_void_number_is_told_with_who_when_and_why(site: Site) -> None:
    task = site.started()
    with site.office.begin(COMMAND_LINE) as work:
        row = task_store.get(work.session, task)
        assert row is not None
        person = people.person_by_login(work.session, "legal_office_head")
        assert row.body_id is not None
        assert person is not None
        documents.add(
            work.session, case_id=row.case_id, element="x", type="note", title="函",
            number="红函〔2026〕7号", body_id=row.body_id, recipient="", issued_at=work.now,
            filename="函.docx", size=1, sha256="0" * 64, template_sha256="0" * 64,
            disclosure="internal", hidden_from=[], voided_at=work.now, voided_by=person.id,
            void_reason="文书制作有误",
        )  # fmt: skip
    browser = site.browser("supervisor1")
    browser.open("/registers")
    assert 'href="/documents/void"' in browser.text
    browser.open("/documents/void")
    for words in ("红函〔2026〕7号", "文书制作有误", row.number):
        assert words in browser.words, words
    browser.open("/documents/void?after=x")
    assert browser.status == 404
