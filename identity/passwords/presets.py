"""Ready policies, each with what it follows.

All of them also refuse common passwords and the own login, which every regulation would.
"""

from typing import Literal, get_args

from identity.passwords.policy import PasswordPolicy

HALF_A_YEAR, A_QUARTER = 180, 90

CONGVU = PasswordPolicy(shortest=12, administrator_shortest=15, minimum_score=3, history=1)
"""Length and strength instead of classes and expiry, after NIST SP 800-63B-4 section 3.1.1.2.

It asks for 15 characters where the password stands alone and for 8 beside a second factor, forbids
rules about classes and periodic changes, and wants common and context words refused.
"""
LEVEL_3 = PasswordPolicy(
    shortest=9,
    administrator_shortest=12,
    classes=4,
    history=5,
    maximum_age_days=HALF_A_YEAR,
    administrator_maximum_age_days=A_QUARTER,
)
"""Information systems of level 3 (decree 85/2016/NĐ-CP; circular 12/2022/TT-BTTTT, before it
03/2017/TT-BTTTT: more than 8 characters of four classes; TCVN 11930:2017). The standard leaves the
figures for age and history to the agency; these are the usual ones.
"""
NINH_BINH = PasswordPolicy(
    shortest=9,
    administrator_shortest=9,
    classes=4,
    maximum_age_days=HALF_A_YEAR,
    administrator_maximum_age_days=HALF_A_YEAR,
)
"""Decision 162/2025/QĐ-UBND of Ninh Bình: 9 characters of four classes, without account, full name
and birth date, changed within 6 months.
"""
BAC_NINH = PasswordPolicy(
    shortest=8,
    administrator_shortest=10,
    classes=4,
    history=3,
    maximum_age_days=HALF_A_YEAR,
    administrator_maximum_age_days=A_QUARTER,
    forbid_name=False,
    forbid_birth_date=False,
)
"""Decision 79/2025/QĐ-UBND of Bắc Ninh: 8 characters, administrators 10, of four classes, other
than the login and the last 3, changed within 6 months, by administrators within 3.
"""
NGHE_AN = PasswordPolicy(
    shortest=8,
    administrator_shortest=8,
    classes=4,
    maximum_age_days=A_QUARTER,
    administrator_maximum_age_days=A_QUARTER,
    forbid_name=False,
    forbid_birth_date=False,
)
"""Decision 99/2025/QĐ-UBND of Nghệ An: 8 characters of four classes, changed within 3 months and at
the first sign-in; here people choose the first one themselves.
"""

PresetName = Literal["congvu", "level3", "ninh-binh", "bac-ninh", "nghe-an"]
PRESETS: dict[PresetName, PasswordPolicy] = {
    "congvu": CONGVU,
    "level3": LEVEL_3,
    "ninh-binh": NINH_BINH,
    "bac-ninh": BAC_NINH,
    "nghe-an": NGHE_AN,
}
assert set(PRESETS) == set(get_args(PresetName))  # noqa: S101  # the type is what settings accept
