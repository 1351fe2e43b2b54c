"""Makes README's pictures anew: ``uv run python -m tests.browser.screenshots [FOLDER]``.

Serves the demo dossier from a data folder of its own, so that the pictures show what a newcomer sees. With a FOLDER it
pictures every page there, in light, dark and narrow, for a look at the whole.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.pages import PAGES

ROOT = Path(__file__).resolve().parents[2]
README = {"front", "reader", "review", "origins", "contradictions", "suggestions", "agreement"}
PORT = 8766
PASSWORD = "for the pictures"
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
}


def picture(browser: Browser, folder: Path, names: set[str], looks: list[str]) -> None:
    for look in looks:
        people = {person for name, person, _ in PAGES if name in names}
        for person in people:
            context = browser.new_context(base_url=f"http://127.0.0.1:{PORT}", **LOOKS[look])  # type: ignore[arg-type]
            page = context.new_page()
            if person:
                page.goto("/accounts/login/")
                page.fill("[name=username]", person)
                page.fill("[name=password]", PASSWORD)
                page.press("[name=password]", "Enter")
                page.wait_for_load_state()
            for name, who, path in PAGES:
                if who == person and name in names:
                    page.goto(path)
                    page.wait_for_load_state("networkidle")
                    suffix = "" if looks == ["light"] else f"-{look}"
                    page.screenshot(path=folder / f"{name}{suffix}.png", full_page=look == "narrow")
            context.close()


def main() -> None:
    everything = len(sys.argv) > 1
    folder = Path(sys.argv[1]) if everything else ROOT / "tests/browser/screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gainsay-pictures-") as data:
        Path(data).chmod(0o755)
        environment = {**os.environ, "GAINSAY_DATA": data, "GAINSAY_DEMO_PASSWORD": PASSWORD}
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(PORT)], cwd=ROOT, env=environment
        )
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz")
                    break
                except OSError:
                    time.sleep(0.2)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
                )
                names = {name for name, _, _ in PAGES} if everything else README
                picture(browser, folder, names, list(LOOKS) if everything else ["light"])
        finally:
            demo.terminate()
            demo.wait(25)


if __name__ == "__main__":
    main()
