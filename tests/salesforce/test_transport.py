"""The line as it is in production: over TLS, and through a company's proxy."""

import datetime
import ipaddress
import socket
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connector.salesforce.composite import CollectionCreate
from connector.salesforce.errors import RemoteUnavailable
from connector.salesforce.transport import Call
from tests.salesforce.conftest import MakeGateway
from tests.salesforce.raw_server import Answer, RawServer, answer

HOST = "acme.my.salesforce.com"
WRITE = [CollectionCreate("leads", [{"attributes": {"type": "Lead"}, "LastName": "Martin"}])]
LIMITS = answer(200, {"DailyApiRequests": {"Max": 100, "Remaining": 90}}, {"Sforce-Limit-Info": "api-usage=10/100"})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a self-signed certificate for this machine and a Salesforce host."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server needs; the client trusts it by the variable that administrators use."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_answers_over_tls_share_one_connection(make_gateway: MakeGateway, tls: ssl.SSLContext) -> None:
    with RawServer([LIMITS, LIMITS], tls=tls) as server:
        gateway = make_gateway(server.url)
        assert gateway.limits().used == gateway.limits().used == 10
        assert server.connections == 1
    assert gateway.calls == 2


@pytest.mark.parametrize("part", ["headers", "body", "nothing"])
def test_total_deadline_over_tls(make_gateway: MakeGateway, tls: ssl.SSLContext, part: str) -> None:
    with RawServer([LIMITS], tls=tls) as server:
        behaviours: dict[str, Answer] = {
            "headers": server.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500, every_seconds=0.05),
            "body": server.drip(
                b" " * 500, first=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", every_seconds=0.05
            ),
            "nothing": server.silence,
        }
        server.answers += [behaviours[part], LIMITS]
        gateway = make_gateway(server.url, timeout_seconds=0.5)
        gateway.limits()
        started = time.monotonic()
        with pytest.raises(RemoteUnavailable) as caught:
            gateway.composite(WRITE)
        assert time.monotonic() - started < 2
        assert gateway.limits().used == 10
    assert (caught.value.code, caught.value.write_unclear) == ("timeout", True)


def test_handshake_that_never_ends_sent_nothing(make_gateway: MakeGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gateway = make_gateway(f"https://127.0.0.1:{listener.getsockname()[1]}", timeout_seconds=0.3)
        with pytest.raises(RemoteUnavailable) as caught:
            gateway.composite(WRITE)
    assert (caught.value.code, caught.value.write_unclear, gateway.calls) == ("timeout", False, 0)


def test_certificate_of_a_stranger_is_refused_before_anything_is_sent(
    make_gateway: MakeGateway, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with RawServer([LIMITS], tls=tls) as server:
        gateway = make_gateway(server.url)
        with pytest.raises(RemoteUnavailable) as caught:
            gateway.composite(WRITE)
    assert (caught.value.code, caught.value.write_unclear, gateway.calls) == ("tls_failed", False, 0)
    assert server.requests == []


def test_proxy_of_the_environment_tunnels_to_salesforce(
    make_gateway: MakeGateway, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with RawServer([LIMITS], tls=tls, is_proxy=True) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url.replace("https", "http"))
        server.answers.append(server.silence)
        gateway = make_gateway(f"https://{HOST}", timeout_seconds=0.5)
        assert gateway.limits().used == 10
        with pytest.raises(RemoteUnavailable, match="timeout"):
            gateway.composite(WRITE)
    assert [tunnel.split()[:2] for tunnel in server.tunnels] == [["CONNECT", f"{HOST}:443"]]
    assert server.requests[0].headers["host"] == HOST


def test_proxy_that_is_not_there_sent_nothing(make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    gateway = make_gateway(f"https://{HOST}")
    with pytest.raises(RemoteUnavailable) as caught:
        gateway.composite(WRITE)
    assert (caught.value.code, caught.value.write_unclear, gateway.calls) == ("no_connection", False, 0)


def test_clock_of_a_finished_call_cuts_nothing() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Call(0.1) as call:
            call.attach(ours)
        theirs.settimeout(0.3)
        with pytest.raises(TimeoutError):  # the other end would read the end of the stream if ours had been shut
            theirs.recv(1)
    assert not call.is_expired
    assert call.seconds < 0.1
