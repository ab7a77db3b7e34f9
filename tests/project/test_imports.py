"""Apps import downwards only."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class TestImportDirection:
    def test_is_kept(self):
        command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stdout + answer.stderr
