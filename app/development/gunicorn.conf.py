"""How gunicorn serves the app while it is edited: as shipped, and so."""

import os
import runpy
import sys
from pathlib import Path

shipped = runpy.run_path("gunicorn.conf.py")
globals().update({k: v for k, v in shipped.items() if not k.startswith("_")})

sys.path.append(str(Path(__file__).parent))
worker_class = "reloading_worker.ReloadingWorker"
# Also what failed to import, and what never is.
reload_extra_files = ["**/*.py", "templates/**"]
# For file systems that tell of no change; as watchfiles reads its own name.
polls = os.environ.get("WATCHFILES_FORCE_POLLING") or "false"
reload_engine = (
    "auto" if polls.lower() in ("false", "disable", "disabled") else "poll"
)
