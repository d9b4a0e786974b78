"""How the console calls where a setting comes from."""

from console.settings.entries import Source
from theme.catalogue import _

SOURCES = {
    Source.DEFAULT: (_("Mặc định"), "quiet"),
    Source.FILE: (_("Tệp congvu.env"), ""),
    Source.ENVIRONMENT: (_("Biến môi trường"), ""),
    Source.PROGRAM: (_("Hệ thống tự tính"), ""),
}
