"""What licences announce to the apps above. Sent with `send`, inside the transaction of what is told."""

from django.dispatch import Signal

# sender=Licence, licence, status (SUSPENDED, REVOKED, USED_UP or EXPIRED), at (UTC), by (Actor): nothing more can be
# drawn on it, for now or for good; its row is locked and already carries the status.
licence_stopped = Signal()
