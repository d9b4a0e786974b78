"""Browsers as people call them."""

import pytest

from sso.account.devices import device_in_words

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A546E)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{WINDOWS} {CHROME} Safari/537.36", "Chrome trên Windows"),
        (f"{WINDOWS} {CHROME} Safari/537.36 Edg/140.0.0.0", "Edge trên Windows"),
        (f"{WINDOWS} {CHROME} coc_coc_browser/140.0 Safari/537.36", "Cốc Cốc trên Windows"),
        (f"{WINDOWS} {CHROME} Safari/537.36 OPR/120.0.0.0", "Opera trên Windows"),
        (f"{WINDOWS[:-1]}; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox trên Windows"),
        (f"{ANDROID} {CHROME} Mobile Safari/537.36", "Chrome trên Android"),
        (f"{ANDROID} SamsungBrowser/28.0 {CHROME} Mobile", "Samsung Internet trên Android"),
        (f"{ANDROID} {CHROME} Mobile Safari/537.36 Zalo android/1", "Zalo trên Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140 Safari/604.1",
            "Chrome trên iPhone",
        ),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Safari", "iPad"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15",
            "Safari trên macOS",
        ),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36", "Chrome trên Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 1) {CHROME} Safari/537.36", "Chrome trên ChromeOS"),
        ("curl/8.5.0", "Trình duyệt không rõ"),
        ("", "Trình duyệt không rõ"),
        (None, "Trình duyệt không rõ"),
    ],
)
def test_a_browser_is_called_by_name_and_system(agent: str | None, words: str) -> None:
    assert device_in_words(agent).vi == words
