"""What a browser calls itself, in words that its owner recognises it by.

Names only, no versions: enough to tell one's own computer from a stranger's. Whoever wants to can
claim to be anything here; the address and the time beside it cannot be chosen.
"""

from kernel.messages import Message

UNKNOWN = Message("Trình duyệt không rõ", "Unknown browser")
BROWSERS = (
    ("Zalo", "Zalo"),
    ("coc_coc_browser/", "Cốc Cốc"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that occurs: nearly everything also says Chrome and Safari."""
SYSTEMS = (
    ("Windows NT", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


HAND_HELD = ("iPhone", "iPad", "Android")


def is_hand_held(user_agent: str | None) -> bool:
    return any(sign in (user_agent or "") for sign in HAND_HELD)


def device_in_words(user_agent: str | None) -> Message:
    text = user_agent or ""
    browser = next((name for sign, name in BROWSERS if sign in text), None)
    system = next((name for sign, name in SYSTEMS if sign in text), None)
    if browser and system:
        return Message(f"{browser} trên {system}", f"{browser} on {system}")
    known = browser or system
    return Message(known, known) if known else UNKNOWN
