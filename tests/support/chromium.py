"""Headless Chromium for tests that look at pages as people do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from needs import need

HOW = "apt-get install chromium chromium-driver"

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
)


@contextmanager
def chromium(profile: Path, *, javascript: bool = True) -> Iterator[Chrome]:
    """Start a browser with a fresh profile in `profile`, and end it."""
    options = ChromeOptions()
    options.binary_location = need("chromium", how=HOW)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not javascript:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = Chrome(options=options, service=Service(need("chromedriver", how=HOW)))
    try:
        yield driver
    finally:
        driver.quit()


def forget(driver: Chrome) -> None:
    """Leave one empty tab and nothing of what was seen, kept or complained of in the others."""
    others = driver.window_handles
    driver.switch_to.new_window("tab")
    empty = driver.current_window_handle
    for other in others:
        driver.switch_to.window(other)
        driver.close()
    driver.switch_to.window(empty)
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    complaints(driver)


def look(driver: Chrome, *, width: int, height: int = 800, dark: bool = False) -> None:
    """Make the present tab as wide as a phone or a desk, light or dark."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    # Without motion: a colour that is still on its way is none of ours.
    features = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
    chosen = [{"name": name, "value": value} for name, value in features.items()]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": chosen})


def complaints(driver: Chrome) -> list[str]:
    """Return what the browser complained about since it was last asked: scripts, policies, missing files."""
    log = driver.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in log if entry["level"] in {"SEVERE", "WARNING"}]
