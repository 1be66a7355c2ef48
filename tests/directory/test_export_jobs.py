from schema.directory import accounts, export_jobs
from schema.directory.export_jobs import KEPT_MAX, LIFETIME_MS

NOW_MS = 1_763_640_000_000


def ask(conn, account, *, now_ms=NOW_MS, query=None):
    return export_jobs.ask(
        conn,
        account=account.id,
        card=None,
        tier="premium",
        route="export_cards_pdf",
        kind="pdf",
        query=query or {"period": "90"},
        locale="fr",
        now_ms=now_ms,
    )


def test_a_job_is_found_as_it_was_asked_for_until_it_is_over(directory, account):
    with directory.write() as conn:
        asked = ask(conn, account)
        assert export_jobs.get(conn, asked.id, NOW_MS) == asked
        assert export_jobs.of_account(conn, account.id, NOW_MS) == [asked]
        assert export_jobs.get(conn, asked.id, NOW_MS + LIFETIME_MS) is None
        assert export_jobs.get(conn, "no id", NOW_MS) is None


def test_the_same_asked_twice_is_one_job_until_it_ends(directory, account):
    with directory.write() as conn:
        first = ask(conn, account)
        assert ask(conn, account, now_ms=NOW_MS + 1) == first
        export_jobs.finish(conn, first.id, name="a.pdf", now_ms=NOW_MS + 2)
        assert ask(conn, account, now_ms=NOW_MS + 3) != first


def test_how_far_it_is_and_how_it_ends_are_kept(directory, account):
    with directory.write() as conn:
        id = ask(conn, account).id
        export_jobs.begin(conn, id)
        export_jobs.come_to(conn, id, 0.25)
        begun = export_jobs.get(conn, id, NOW_MS)
        assert (begun.tries, begun.part, begun.is_done) == (1, 0.25, False)
        export_jobs.finish(conn, id, name="a.pdf", now_ms=NOW_MS + 5)
        done = export_jobs.get(conn, id, NOW_MS + 5)
        assert (done.is_done, done.name, done.expires_ms) == (
            True,
            "a.pdf",
            NOW_MS + 5 + LIFETIME_MS,
        )
        assert export_jobs.unfinished(conn, NOW_MS + 5) == []
        export_jobs.again(conn, id)
        [waiting] = export_jobs.unfinished(conn, NOW_MS + 5)
        assert (waiting.tries, waiting.part) == (0, 0.0)
        export_jobs.fail(conn, id, "large", NOW_MS + 6)
        assert export_jobs.get(conn, id, NOW_MS + 6).error == "large"


def test_an_account_keeps_so_many_and_the_oldest_that_ended_goes_first(directory, account):
    with directory.write() as conn:
        jobs = [ask(conn, account, query={"n": str(n)}, now_ms=NOW_MS + n) for n in range(KEPT_MAX)]
        assert ask(conn, account, query={"n": "more"}) is None
        export_jobs.finish(conn, jobs[3].id, name="a.pdf", now_ms=NOW_MS)
        assert ask(conn, account, query={"n": "more"}) is not None
        assert export_jobs.get(conn, jobs[3].id, NOW_MS) is None


def test_what_is_over_is_let_go_and_a_job_goes_with_its_account(directory, account):
    with directory.write() as conn:
        old = ask(conn, account)
        new = ask(conn, account, query={"period": "7"}, now_ms=NOW_MS + 1)
        assert export_jobs.let_go(conn, NOW_MS + LIFETIME_MS) == {new.id}
        assert old.id != new.id
        accounts.delete(conn, account.id)
        assert export_jobs.let_go(conn, NOW_MS) == frozenset()
