"""Where the pages of plans for many accounts are."""

from uuid import UUID

PATH = "/quan-tri/hang-loat"
NEW_PATH = f"{PATH}/moi"
MOVE_PATH = f"{PATH}/dieu-dong"
PLAN_PATH = PATH + "/{plan_id}"


def plan_address(plan_id: UUID) -> str:
    return f"{PATH}/{plan_id}"
