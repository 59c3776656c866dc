"""A real JupyterLab on this machine, for one test module: started, driven, and always stopped."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

START, WAIT = 90, 60  # seconds, at most, until the server answers and until a page shows something
NEEDED = ("jupyterlab", "ipykernel", "anywidget")
GET = "pip install jupyterlab ipykernel anywidget"


def missing():
    """The packages that are not installed, of those that a live notebook needs."""
    found = []
    for name in NEEDED:
        try:
            files(name)
        except PackageNotFoundError:
            found.append(name)
    return found


def shared_folders():
    """Where the packages put JupyterLab's pages and extensions, which may be another prefix."""
    folders = []
    for name in (*NEEDED, "jupyterlab_widgets"):
        with contextlib.suppress(PackageNotFoundError):
            for file in files(name) or []:
                parts = Path(os.path.normpath(str(file.locate()))).parts
                if parts[-1] == "package.json" and "share" in parts:
                    at = len(parts) - 1 - parts[::-1].index("share")
                    folders.append(Path(*parts[: at + 1], "jupyter"))
    return list(dict.fromkeys(folders))


class Lab:
    """JupyterLab that serves a folder; `url` is its address."""

    def __init__(self, home: Path):
        self.folder = home / "notebooks"
        self.folder.mkdir(parents=True)
        kernel = home / "kernels" / "kernels" / "python3"
        kernel.mkdir(parents=True)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (kernel / "kernel.json").write_text(
            json.dumps({"argv": command, "display_name": "Python 3", "language": "python"})
        )
        settings = (
            home / ".jupyter" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
        )
        settings.mkdir(parents=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
        shared = shared_folders()
        paths = [str(home / "kernels"), *map(str, shared)]
        lab = next((f / "lab" for f in shared if (f / "lab" / "static").is_dir()), None)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        root = Path(__file__).resolve().parents[2]
        surroundings = {
            "HOME": str(home),
            "JUPYTER_PATH": os.pathsep.join(paths),
            "JUPYTER_PREFER_ENV_PATH": "0",
            "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]),
            **({"JUPYTERLAB_DIR": str(lab)} if lab else {}),
        }
        outside = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        kept = {name: value for name, value in os.environ.items() if name not in outside}
        self.log = home / "server.log"
        with open(self.log, "wb") as log:
            self.server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                    *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
                    "--ServerApp.port_retries=0",
                    *("--IdentityProvider.token=", "--ServerApp.password="),
                    "--ServerApp.disable_check_xsrf=True",
                    f"--ServerApp.root_dir={self.folder}",
                    *(
                        "--LabApp.news_url=",
                        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                    ),
                    "--LabApp.extension_manager=readonly",
                ],
                cwd=home,
                env={**kept, **surroundings},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self):
        """Until the server answers; raises RuntimeError with its words if it does not."""
        end = time.monotonic() + START
        while time.monotonic() < end and self.server.poll() is None:
            with contextlib.suppress(OSError):  # not there yet
                urllib.request.urlopen(f"{self.url}/api/status", timeout=5).close()
                return
            time.sleep(0.2)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self):
        """End the kernels and the server, whatever state they are in."""
        with contextlib.suppress(OSError, ValueError):
            with urllib.request.urlopen(f"{self.url}/api/kernels", timeout=5) as answer:
                kernels = json.load(answer)
            for kernel in kernels:
                address = f"{self.url}/api/kernels/{kernel['id']}"
                urllib.request.urlopen(
                    urllib.request.Request(address, method="DELETE"), timeout=10
                ).close()
        self.server.terminate()
        try:
            self.server.wait(5)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait(10)
