"""A connection's settings → the certificate and key that sign orders and open the push service, and Apple's intermediate."""

import base64
import binascii
import re
from datetime import datetime

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from doorstep.domain.plugins import Settings
from doorstep.domain.reading import setting_of
from doorstep.errors import MisconfiguredError

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
#: Headers of an encrypted key of the old form; they must keep their lines.
_HEADED = re.compile(r"(Proc-Type|DEK-Info):")
_LINE = 64
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What proves that an order is the merchant's."""

    certificate: x509.Certificate
    key: RSAPrivateKey | EllipticCurvePrivateKey
    #: Apple's Worldwide Developer Relations certificate that issued `certificate`.
    intermediate: x509.Certificate

    def sign(self, content: bytes) -> bytes:
        """Sign bytes apart from them: a CMS signature, DER, SHA-256, with both certificates in it.

        The time of signing is a part of it, so two signatures of the same bytes differ.
        """
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(self.certificate, self.key, hashes.SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return builder.add_certificate(self.intermediate).sign(serialization.Encoding.DER, options)

    @property
    def pem(self) -> str:
        """The certificate, its issuer and the key, as a TLS client shows itself."""
        encoding = serialization.Encoding.PEM
        key = self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return (self.certificate.public_bytes(encoding) + self.intermediate.public_bytes(encoding) + key).decode()

    @property
    def name(self) -> str:
        """Hash of the certificate, hex: changes when another signs."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def keys_of(settings: Settings, now: datetime) -> Keys:
    """Read certificate, key and intermediate out of a connection's settings; `now` is aware.

    The certificate comes as PEM (the key beside it or in a setting of its own) or as PKCS#12 in base64, as the key chain exports it.

    Raises:
        MisconfiguredError: one of them cannot be read, they do not belong together, or the certificate is over; the text says which.
    """
    given = setting_of(settings, "certificate")
    password = settings.get("password", "").encode() or None
    if "-----BEGIN" in given:
        certificate, key = _from_pem(given + "\n" + settings.get("private_key", ""), password)
    else:
        certificate, key = _from_pkcs12(given, password)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise MisconfiguredError("the private key of the order type certificate is neither RSA nor an elliptic curve's")
    if _public(certificate) != key.public_key().public_bytes(*_SPKI):
        raise MisconfiguredError("the private key does not belong to the order type certificate")
    intermediate = _intermediate(setting_of(settings, "intermediate"))
    if certificate.issuer != intermediate.subject:
        raise MisconfiguredError(
            "the intermediate certificate did not issue the order type certificate; take the one its issuer names (G4)"
        )
    for what, one in (("order type", certificate), ("intermediate", intermediate)):
        if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
            raise MisconfiguredError(
                f"the {what} certificate is good from {one.not_valid_before_utc:%Y-%m-%d} to {one.not_valid_after_utc:%Y-%m-%d} only"
            )
    return Keys(certificate=certificate, key=key, intermediate=intermediate)


_SPKI = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _public(certificate: x509.Certificate) -> bytes:
    try:
        return certificate.public_key().public_bytes(*_SPKI)
    except _UNREADABLE:
        raise MisconfiguredError("the order type certificate has a public key of a kind we do not know") from None


def _blocks(text: str) -> list[tuple[str, bytes]]:
    """Take a text's PEM blocks, their lines set anew: a form or a shell may have joined them."""
    found = []
    for label, inner in _PEM.findall(text):
        if _HEADED.search(inner):
            found.append((label, f"-----BEGIN {label}-----{inner}-----END {label}-----\n".encode()))
            continue
        packed = "".join(inner.replace("\\n", "").split())
        lines = "\n".join(packed[at : at + _LINE] for at in range(0, len(packed), _LINE))
        found.append((label, f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()))
    return found


def _from_pem(text: str, password: bytes | None) -> tuple[x509.Certificate, object]:
    blocks = _blocks(text)
    certificate = next((block for label, block in blocks if label == "CERTIFICATE"), None)
    key = next((block for label, block in blocks if label.endswith("PRIVATE KEY")), None)
    if certificate is None or key is None:
        raise MisconfiguredError("the order type certificate needs a CERTIFICATE and a PRIVATE KEY, as PEM")
    try:
        read = x509.load_pem_x509_certificate(certificate)
    except _UNREADABLE:
        raise MisconfiguredError("the order type certificate cannot be read") from None
    secret = password if b"ENCRYPTED" in key else None  # a password for a key that has none would be refused
    try:
        return read, serialization.load_pem_private_key(key, secret)
    except _UNREADABLE:
        raise MisconfiguredError("the private key cannot be read, or its password is another") from None


def _from_pkcs12(text: str, password: bytes | None) -> tuple[x509.Certificate, object]:
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(_bytes(text), password)
    except _UNREADABLE:
        raise MisconfiguredError("the order type certificate is neither PEM nor PKCS#12 in base64, or its password is another") from None
    if key is None or certificate is None:
        raise MisconfiguredError("the PKCS#12 file holds no certificate with its key; export both together")
    return certificate, key


def _intermediate(text: str) -> x509.Certificate:
    """Read PEM, or the DER file as downloaded, in base64."""
    try:
        if blocks := _blocks(text):
            return x509.load_pem_x509_certificate(blocks[0][1])
        return x509.load_der_x509_certificate(_bytes(text))
    except _UNREADABLE:
        raise MisconfiguredError("the intermediate certificate is neither PEM nor the downloaded file in base64") from None


def _bytes(text: str) -> bytes:
    """Decode base64 with or without line breaks.

    Raises:
        ValueError: it is none.
    """
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
