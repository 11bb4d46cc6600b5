"""Private keys for tests of signed sign-ins, made once a session: making one takes a while."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


def make_key(bits: int = 2048, *, number: int = 1) -> RSAPrivateKey:
    """Return an RSA key; another `number` is another key."""
    return _key(bits, number)


@cache
def _key(bits: int, number: int) -> RSAPrivateKey:
    return generate_private_key(65537, bits)


def pem_of(key: RSAPrivateKey, *, password: bytes = b"") -> str:
    """Return a private key as PEM, encrypted where a password is given."""
    encryption: KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def public_pem_of(key: RSAPrivateKey) -> str:
    """Return the public half as PEM, which is what Salesforce is given."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def make_other_kind_of_key() -> str:
    """Return an elliptic-curve key as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
