"""Where the pages of the import wizard are."""

from uuid import UUID

PATH = "/quan-tri/nhap-danh-sach"
NEW_PATH = f"{PATH}/moi"
PLAN_PATH = PATH + "/{plan_id}"


def plan_address(plan_id: UUID, step: str = "") -> str:
    return f"{PATH}/{plan_id}" + (f"/{step}" if step else "")
