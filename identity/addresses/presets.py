"""Ready policies of provinces, each with the decision it follows, and our own."""

from dataclasses import dataclass

from identity.addresses.models import PolicySubject
from identity.addresses.policy import AskStep, PatternStep, Policy
from kernel.messages import Message

_AGREE_BY_PHONE = AskStep(
    instruction=Message(
        "Địa chỉ theo quy tắc đã có người dùng: gọi điện thống nhất tên rồi nhập vào.",
        "The address by the rule is taken: agree on a name with the person by phone and enter it.",
    )
)
_CHOOSE_BY_HAND = AskStep(
    instruction=Message(
        "Mọi địa chỉ theo quy tắc đã có người dùng: hãy chọn địa chỉ bằng tay.",
        "All addresses by the rule are taken: choose one by hand.",
    )
)


@dataclass(frozen=True, slots=True)
class Preset:
    code: str
    title: Message
    decision: str | None
    """The legal text it follows."""
    policy: Policy


def _for_people(*steps: PatternStep | AskStep) -> Policy:
    return Policy(subject=PolicySubject.PERSON, steps=steps)


def _for_organisations(*steps: PatternStep | AskStep) -> Policy:
    return Policy(subject=PolicySubject.ORGANISATION, steps=steps)


def _pattern(pattern: str) -> PatternStep:
    return PatternStep(pattern=pattern)


CONGVU = Preset(
    "congvu",
    Message(
        "Tên + chữ đầu họ đệm, thêm cơ quan, thêm số",
        "Given name + initials, then unit, then number",
    ),
    None,
    _for_people(
        _pattern("{given}{initials}"),
        _pattern("{given}{initials}.{org}"),
        _pattern("{given}{initials}{number}"),
    ),
)
NINH_BINH = Preset(
    "ninh-binh-2025",
    Message(
        "Ninh Bình: tên + chữ đầu họ đệm + cơ quan",
        "Ninh Bình: given name + initials + unit",
    ),
    "162/2025/QĐ-UBND",
    _for_people(_pattern("{given}{initials}.{org}"), _AGREE_BY_PHONE),
)
BAC_NINH = Preset(
    "bac-ninh-2025",
    Message(
        "Bắc Ninh: tên + chữ đầu họ đệm + số căn cước",
        "Bắc Ninh: given name + initials + citizen digits",
    ),
    "79/2025/QĐ-UBND",
    _for_people(
        _pattern("{given}{initials}{citizen_last3}"),
        _pattern("{given}{initials}{citizen_last4}"),
        _CHOOSE_BY_HAND,
    ),
)
NGHE_AN = Preset(
    "nghe-an-2025",
    Message("Nghệ An: tên + chữ đầu họ đệm, thêm số", "Nghệ An: given name + initials, number"),
    "99/2025/QĐ-UBND",
    _for_people(_pattern("{given}{initials}"), _pattern("{given}{initials}{number}")),
)
DONG_THAP = Preset(
    "dong-thap-2025",
    Message(
        "Đồng Tháp: họ tên đầy đủ, rồi viết tắt dần",
        "Đồng Tháp: full name, then abbreviated",
    ),
    "143/2025/QĐ-UBND",
    _for_people(
        _pattern("{full}"),
        _pattern("{full}{birth_year}"),
        _pattern("{family_initial}{middle}{given}"),
        _pattern("{initials}{given}"),
        _pattern("{initials}{given}{birth_year}"),
        _pattern("{initials}{given}{birth_month}{birth_year}"),
        _CHOOSE_BY_HAND,
    ),
)
ORGANISATIONS = Preset(
    "organisations",
    Message("Đơn vị, thêm cơ quan cấp trên, thêm số", "Unit, then its parent, then a number"),
    None,
    _for_organisations(
        _pattern("{stem}"), _pattern("{stem}.{parent_org}"), _pattern("{stem}{number}")
    ),
)
ORGANISATIONS_PARENT_FIRST = Preset(
    "organisations-dong-thap-2025",
    Message("Đồng Tháp: cơ quan đứng trước đơn vị", "Đồng Tháp: organisation before unit"),
    "143/2025/QĐ-UBND",
    _for_organisations(
        _pattern("{stem}"), _pattern("{parent_org}.{stem}"), _pattern("{stem}{number}")
    ),
)

PRESETS = {
    preset.code: preset
    for preset in (
        CONGVU,
        NINH_BINH,
        BAC_NINH,
        NGHE_AN,
        DONG_THAP,
        ORGANISATIONS,
        ORGANISATIONS_PARENT_FIRST,
    )
}
