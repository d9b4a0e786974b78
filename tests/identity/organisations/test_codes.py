import pytest

from identity.organisations.codes import parse_code
from identity.organisations.errors import AgencyCodeInvalid
from identity.organisations.models import AgencyCodeForm


@pytest.mark.parametrize(
    ("code", "canonical", "form"),
    [
        ("H03", "H03", AgencyCodeForm.DECISION_20),
        ("H03.21.4", "H03.21.4", AgencyCodeForm.DECISION_20),
        ("000.00.00.H03", "H03", AgencyCodeForm.QCVN_102),
        ("000.00.21.H03", "H03.21", AgencyCodeForm.QCVN_102),
        ("004.00.21.H03", "H03.21.0.4", AgencyCodeForm.QCVN_102),
        ("000.04.21.H03", "H03.21.4", AgencyCodeForm.QCVN_102),
        (" h03.21 . 04 ", "H03.21.4", AgencyCodeForm.DECISION_20),
    ],
)
def test_both_forms_of_a_code_have_one_canonical_form(
    code: str, canonical: str, form: AgencyCodeForm
) -> None:
    parsed = parse_code(code)
    assert (parsed.canonical, parsed.form) == (canonical, form)


@pytest.mark.parametrize(
    "code",
    ["", "H3", "Z03.1", "H03..1", "H03.1-2", "h03_1", "000.00.21", "H03." + "1" * 33, "H03.Đ"],
)
def test_what_is_no_agency_code_is_refused(code: str) -> None:
    with pytest.raises(AgencyCodeInvalid):
        parse_code(code)
