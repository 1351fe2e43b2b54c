"""Brings 400 generated articles in through the browser, as a person would, and judges time and origins.

    uv run python -m tests.benchmarks.intake

On a new database of its own, by the server and the worker as ``serve`` runs them: 400 files are chosen at once, read
with progress, confirmed with one click, brought in; the page of origins then has what was found. It passes within 60 s,
from the click that sends the files to the last proposal, with precision and recall over 0.95.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

LIMIT, LEAST = 60.0, 0.95
PASSWORD = "measured, not guessed"


def main() -> int:
    data = tempfile.mkdtemp(prefix="gainsay-intake-")
    Path(data).chmod(0o755)  # the database's own account enters it
    os.environ |= {"GAINSAY_DATA": data, "DJANGO_SETTINGS_MODULE": "config.settings"}
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        return _measure(Path(data))
    finally:
        from config.database import embedded  # noqa: PLC0415 - settings read the environment set above

        if server := embedded():
            server.stop()
        shutil.rmtree(data, ignore_errors=True)


def _measure(data: Path) -> int:
    import django  # noqa: PLC0415

    from config.database import ensure_started  # noqa: PLC0415

    ensure_started()
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from sources.actions.dossier import create_dossier  # noqa: PLC0415
    from sources.models import Source, User  # noqa: PLC0415
    from tests.benchmarks.client import serving  # noqa: PLC0415
    from tests.benchmarks.generate_articles import articles, pairwise  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    lead = User.objects.create_user("lead", password=PASSWORD)
    create_dossier(slug="intake", name="Intake", question="", language="en", leads=[lead])
    made = articles()
    folder = data / "articles"
    folder.mkdir()
    files = []
    for at, article in enumerate(made):
        files.append(folder / f"{at:03}.txt")
        files[-1].write_text(article.text)
    with serving() as server:
        seconds = _bring_in(f"http://127.0.0.1:{server.port}", files)
    rows = Source.objects.select_related("original", "origin").defer("text")
    truth: dict[str, int] = {}
    groups: dict[int, list[str]] = {}
    for source in rows:
        assert source.original
        truth[source.cited] = made[int(source.original.filename[:3])].story
        if source.origin:
            groups.setdefault(source.origin.number, []).append(source.cited)
    precision, recall = pairwise(truth, list(groups.values()))
    for name, figure in seconds.items():
        print(f"{figure:7.1f} s  {name}")
    print(f"{len(truth)} sources, {len(groups)} origins, precision {precision:.3f}, recall {recall:.3f}")
    passed = len(truth) == len(made) and seconds["all"] < LIMIT and min(precision, recall) > LEAST
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores: {'passed' if passed else 'FAILED'}")
    return 0 if passed else 1


def _bring_in(site: str, files: list[Path]) -> dict[str, float]:
    """What a person does, and how long each step took."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    seconds = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(300_000)
        expect.set_options(timeout=300_000)
        page.goto(f"{site}/accounts/login/")
        page.fill("[name=username]", "lead")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/")
        page.goto(f"{site}/d/intake/import/")
        page.set_input_files("[name=file]", files)
        start = time.perf_counter()
        page.locator("form:has([name=file]) button.button-primary").first.click()
        progress, button = page.locator("progress"), page.get_by_role("button", name="Bring in 400 sources")
        expect(progress.or_(button).first).to_be_visible()
        seconds["sent"] = time.perf_counter() - start
        expect(button).to_be_visible()
        seconds["read"] = time.perf_counter() - start
        button.click()
        expect(page.get_by_text("400 of 400 brought in")).to_be_visible()
        seconds["brought in"] = time.perf_counter() - start
        while True:
            page.goto(f"{site}/d/intake/origins/")
            if (
                page.locator(".origin").count()
                and "0 sources" in page.locator(".page-head .meta").inner_text()
            ):
                break
            if time.perf_counter() - start > 5 * LIMIT:
                break
            page.wait_for_timeout(250)
        seconds["origins proposed"] = seconds["all"] = time.perf_counter() - start
        browser.close()
    return seconds


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


if __name__ == "__main__":
    sys.exit(main())
