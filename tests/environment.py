"""Loaded before the settings (`-p tests.environment`): test mode, and a folder of its own to write to."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("EUC_MODE", "test")
if "EUC_VAR_DIR" not in os.environ:
    os.environ["EUC_VAR_DIR"] = tempfile.mkdtemp(prefix="euc-tests-")
    owner = os.getpid()

    @atexit.register
    def remove() -> None:
        """Only by the process that made it: forked children end too."""
        if os.getpid() == owner:
            shutil.rmtree(os.environ["EUC_VAR_DIR"], ignore_errors=True)
