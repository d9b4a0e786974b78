"""What two pages have in common: a code, which is the credential, and a new password twice.

Who holds the code need not be signed in; what comes from another site is refused all the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request, Response

from identity.accounts.errors import ActivationCodeRejected, PasswordRefused, ResetCodeRejected
from identity.accounts.models import Account
from kernel.messages import Message
from sso.assembly import SingleSignOn
from sso.login import password_texts as texts
from sso.login.destinations import SIGN_IN_PATH
from sso.login.pages import pages
from sso.login.password_routes import Typed, faults_of_choice
from sso.login.policy_words import rules_in_words
from theme.faults import Fault, faults_of
from theme.pages import onward_address

LONGEST_CODE = 100


@dataclass(frozen=True, slots=True)
class CodeForm:
    code: str
    password: str
    again: str

    async def redeem(
        self,
        sign_on: SingleSignOn,
        redeeming: Callable[[str, str], Account],
        missing: Message,
    ) -> Account | Sequence[Fault]:
        """`redeeming` takes code and password and hashes; `missing`: said without a code."""
        without = [] if self.code.strip() else [Fault(missing, "code")]
        if faults := [*without, *faults_of_choice(self.password, self.again)]:
            return faults
        try:
            return await anyio.to_thread.run_sync(
                redeeming, self.code, self.password, limiter=sign_on.hash_limiter
            )
        except (ActivationCodeRejected, ResetCodeRejected, PasswordRefused) as error:
            return faults_of(error)


async def _typed(code: Typed = "", password: Typed = "", again: Typed = "") -> CodeForm:
    return CodeForm(code, password, again)


TypedCode = Annotated[CodeForm, Depends(_typed)]


def code_page(
    request: Request,
    template: str,
    sign_on: SingleSignOn,
    typed: CodeForm | None = None,
    faults: Sequence[Fault] = (),
    *,
    has_password: bool,
) -> Response:
    return pages.render(
        request,
        template,
        status_code=422 if faults else 200,
        texts=texts,
        code=typed.code[:LONGEST_CODE] if typed else "",
        faults=faults,
        rules=rules_in_words(sign_on.passwords.policy, has_one=has_password),
    )


def sign_in_as(request: Request, account: Account) -> str:
    """The address of the sign-in page with the login filled in."""
    return onward_address(request, SIGN_IN_PATH, login_hint=account.login)
