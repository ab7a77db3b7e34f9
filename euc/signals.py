"""What certificates announce to the apps above, which listen in their `receivers.py`. Nothing else is a signal here.

Both are sent with `send`, inside the transaction of what they tell: a receiver that raises undoes it. Receivers
take locks only on rows of their own app, and owe slow work as errands.
"""

from django.dispatch import Signal

# sender=Certificate, certificate, at (UTC), by (Actor): the paper original left for the exporter in China.
original_sent = Signal()

# sender=Certificate, certificate, status (REVOKED, SUPERSEDED, EXPIRED or EXHAUSTED), at (UTC), by (Actor):
# it is no longer in force; its row is locked and already carries the status.
certificate_ended = Signal()
