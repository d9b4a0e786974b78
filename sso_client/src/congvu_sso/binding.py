"""A token that is bound to a key or a certificate is worth nothing without the proof."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from hmac import compare_digest

from congvu_sso.certificates import certificate_thumbprint
from congvu_sso.dpop import DpopRequest, verify_dpop
from congvu_sso.errors import (
    BindingUnsupported,
    CertificateMissing,
    CertificateWrong,
    ProofInvalid,
    ProofMissing,
)
from congvu_sso.replay import ReplayGuard
from congvu_sso.tokens import Confirmation


@dataclass(frozen=True, slots=True)
class BindingCheck:
    replay: ReplayGuard
    algorithms: Collection[str]
    leeway_seconds: float
    clock: Callable[[], float]

    def check(
        self,
        access_token: str,
        confirmation: Confirmation | None,
        dpop: DpopRequest | None,
        certificate: bytes | str | None,
    ) -> None:
        """Raises BindingRefused.

        A proof for a token without a key is refused too (RFC 9449 section 7.1). A certificate is
        not: a client may present one for reasons of its own.
        """
        if confirmation is None:
            confirmation = Confirmation(None, None)
        elif confirmation == Confirmation(None, None):
            raise BindingUnsupported
        if dpop is not None or confirmation.jkt is not None:
            self._check_proof(access_token, confirmation.jkt, dpop)
        if confirmation.x5t_s256 is not None:
            _check_certificate(confirmation.x5t_s256, certificate)

    def _check_proof(
        self, access_token: str, thumbprint: str | None, dpop: DpopRequest | None
    ) -> None:
        if dpop is None:
            raise ProofMissing
        if thumbprint is None:
            raise ProofInvalid("The token is not bound to a key, so no proof can fit it.")
        verify_dpop(
            dpop,
            access_token=access_token,
            thumbprint=thumbprint,
            replay=self.replay,
            algorithms=self.algorithms,
            leeway_seconds=self.leeway_seconds,
            clock=self.clock,
        )


def _check_certificate(expected: str, certificate: bytes | str | None) -> None:
    if certificate is None:
        raise CertificateMissing
    try:
        actual = certificate_thumbprint(certificate)
    except ValueError as error:
        raise CertificateWrong from error
    if not compare_digest(actual.encode(), expected.encode(errors="replace")):
        raise CertificateWrong
