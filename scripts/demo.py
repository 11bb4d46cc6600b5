"""`make demo`: show the connector at work against a local Salesforce. `--help` names the options.

The steps are in demonstration/. Runs in the virtual environment, which scripts/dev.py makes.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demonstration.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
