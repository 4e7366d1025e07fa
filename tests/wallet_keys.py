"""A made-up authority in the place of Apple's, and the certificate it gives a merchant; the settings of a Wallet connection."""

import base64
from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORDER_TYPE = "order.com.loom.shop"
_PEM = serialization.Encoding.PEM
#: Good long before and after any test's clock.
BEGINS, ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


class Issued(msgspec.Struct, frozen=True):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: object

    @property
    def pem(self):
        return self.certificate.public_bytes(_PEM).decode()

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self):
        return self.key_as()

    def key_as(self, password=None, form=serialization.PrivateFormat.PKCS8):
        locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        return self.key.private_bytes(_PEM, form, locked).decode()

    def p12(self, password):
        locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        return base64.b64encode(pkcs12.serialize_key_and_certificates(b"shop", self.key, self.certificate, None, locked)).decode()


def issue(name, issuer=None, *, authority=False, key=None, ends=ENDS, hosts=()):
    """Make a certificate; without an issuer it is its own."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer or Issued(None, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
    )
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    builder = builder.add_extension(
        x509.KeyUsage(digital_signature=True, key_cert_sign=authority, crl_sign=authority, **usage), critical=True
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
    elif not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return Issued(builder.sign(signer.key, hashes.SHA256()), key)


class House(msgspec.Struct, frozen=True):
    """Everybody's certificates."""

    root: Issued
    intermediate: Issued
    merchant: Issued
    push: Issued


@cache
def house():
    """The certificates of this test run: one key of each kind."""
    root = issue("Made-up root", authority=True)
    intermediate = issue("Made-up developer relations", root, authority=True)
    merchant = issue(f"Order Type ID: {ORDER_TYPE}", intermediate, key=rsa.generate_private_key(65537, 2048))
    return House(root, intermediate, merchant, issue("localhost", root, hosts=("localhost",)))


def settings(**changes):
    """Settings of a connection that works."""
    kept = house()
    given = {
        "order_type_identifier": ORDER_TYPE,
        "merchant_identifier": "merchant.com.loom.shop",
        "certificate": kept.merchant.pem + kept.merchant.key_pem,
        "intermediate": kept.intermediate.pem,
    }
    return {**given, **changes}


def ends_in(**length):
    """A merchant's certificate that ends so long from now."""
    return issue("Order Type ID", house().intermediate, ends=datetime.now(UTC) + timedelta(**length))
