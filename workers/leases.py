"""Slots of a host, held by leases in the database: what bounds the work that runs on it at once."""

from datetime import timedelta

from django.utils import timezone

from arena.catalogue.models import Host, Lease

LEASE = timedelta(seconds=15)


def acquire(host: Host, holder: str) -> Lease | None:
    """Take a free slot of `host`, or nothing when all are held."""
    _make_rows(host)
    now = timezone.now()
    free = Lease.objects.filter(host=host, slot__lt=host.slots, until__lte=now).order_by("slot")
    for lease in free:
        if Lease.objects.filter(pk=lease.pk, until__lte=now).update(holder=holder, until=now + LEASE):
            lease.holder = holder
            return lease
    return None


def renew(lease_id: int, holder: str) -> bool:
    """Hold on; False when somebody else has the slot by now."""
    return bool(Lease.objects.filter(pk=lease_id, holder=holder).update(until=timezone.now() + LEASE))


def release(lease_id: int, holder: str) -> None:
    """Give the slot back, unless somebody else has it by now."""
    Lease.objects.filter(pk=lease_id, holder=holder).update(holder="", until=timezone.now())


def held(holder: str) -> bool:
    """Whether `holder` has a living lease."""
    return Lease.objects.filter(holder=holder, until__gt=timezone.now()).exists()


def _make_rows(host: Host) -> None:
    if Lease.objects.filter(host=host, slot__lt=host.slots).count() < host.slots:
        for slot in range(host.slots):
            Lease.objects.get_or_create(host=host, slot=slot)
