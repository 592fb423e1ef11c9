"""Who may do what with deployments: staff try and pause; curators also add, decide, weight and retire."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.core.exceptions import PermissionDenied

CURATOR = "curator"
User = AbstractBaseUser | AnonymousUser


def make_roles() -> None:
    """Make the curator group. Staff need none: Django's own flag says who they are."""
    Group.objects.get_or_create(name=CURATOR)


def is_staff(user: User) -> bool:
    """Whether somebody may look at models, try them and pause them."""
    return bool(user.is_active and getattr(user, "is_staff", False))


def is_curator(user: User) -> bool:
    """Whether somebody may add, decide on, weight and retire models."""
    if not is_staff(user):
        return False
    return (
        bool(getattr(user, "is_superuser", False)) or Group.objects.filter(name=CURATOR, user__pk=user.pk or 0).exists()
    )


def require_curator(user: User) -> None:
    """Answer 403 to anybody else."""
    if not is_curator(user):
        raise PermissionDenied("Only curators may do this. Ask an administrator to add you to the group “curator”.")
