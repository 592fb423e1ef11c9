"""`make admin`: makes an administrator; asks, or reads DJANGO_SUPERUSER_USERNAME, _EMAIL and _PASSWORD."""

import os
import subprocess
import sys

from workers.supervisor import place
from workers.supervisor.configuration import settings
from workers.supervisor.site import ROOT

MANAGE = [sys.executable, str(ROOT / "manage.py")]
COUNT = "from django.contrib.auth.models import User; print(User.objects.filter(is_superuser=True).count())"


def any_admin(environment: dict[str, str]) -> bool:
    """Whether the site has an administrator."""
    command = [*MANAGE, "shell", "--no-imports", "-c", COUNT]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip() not in {"", "0"}


def main() -> int:
    """Prepare the database if need be, then let Django ask."""
    settings.VAR.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "VAR": str(settings.VAR), "SECRET_KEY": place.secret(settings.VAR)}
    subprocess.run([*MANAGE, "prepare"], env=environment, check=True)
    quiet = ["--noinput"] if environment.get("DJANGO_SUPERUSER_PASSWORD") else []
    return subprocess.run([*MANAGE, "createsuperuser", *quiet], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
