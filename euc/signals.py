"""What certificates announce to the apps above, which listen in their `receivers.py`. Nothing else is a signal here.

Sent with `send`, inside the transaction of what is told: a receiver that raises undoes it. Receivers take locks
only on rows of their own app, and owe slow work as errands.
"""

from django.dispatch import Signal

# sender=Certificate, certificate, status (REVOKED, SUPERSEDED, EXPIRED or EXHAUSTED), at (UTC), by (Actor):
# it is no longer in force; its row is locked and already carries the status.
certificate_ended = Signal()

# sender=Certificate, certificate, by (Actor): somebody is about to end it. A receiver returns a list of
# `consequences.Consequence` (empty for none), of things this actor may see; it changes nothing. Sent while a page
# is shown.
asked_for_consequences = Signal()

# sender=Certificate, certificate, on (the day in India), at (UTC, when it was recorded), by (Actor): the paper
# original, with every stamp it needs, left for the exporter in China. Comes again when that was reversed and
# it was sent anew.
original_sent = Signal()
