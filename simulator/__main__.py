"""`python -m simulator`: serve a local Salesforce until interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.server import SimulatorServer


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve."""
    options = _parser().parse_args(arguments)
    settings = {"latency_ms": options.latency_ms, "api_limit": options.api_limit}
    server = SimulatorServer(
        seed=options.seed,
        host=options.host,
        port=options.port,
        settings={name: value for name, value in settings.items() if value is not None},
        quiet=options.quiet,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"simulator listening on {server.url}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A local Salesforce over HTTP, for demonstrations and tests.",
        epilog="Example: python -m simulator --port 18080 --latency-ms 120 --quiet",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=18080, help="port; 0 takes a free one (18080)")
    parser.add_argument("--seed", type=Path, metavar="FILE", help="JSON file with the org's rows, users and apps")
    parser.add_argument("--latency-ms", type=float, metavar="N", help="added to each request")
    parser.add_argument("--api-limit", type=int, metavar="N", help="API calls a day (100000)")
    parser.add_argument("--quiet", action="store_true", help="do not log requests")
    return parser


if __name__ == "__main__":
    sys.exit(main())
