"""Facts, totals, pointers. All of it can be made again from certificates, cases and ledger (`rebuild_figures`)."""

from django.db import models


class Fact(models.Model):
    """What one certificate, case, consignment ... counts for, as it was last added to the totals.

    `month` and `year` are of India; weights are whole milligrams, values hundredths of a currency.
    """

    source = models.CharField(max_length=12)
    ref = models.BigIntegerField()
    part = models.CharField(max_length=40, blank=True)
    board = models.CharField(max_length=12)
    reference = models.CharField(max_length=80)
    month = models.CharField(max_length=7, blank=True)
    year = models.CharField(max_length=9, blank=True)

    status = models.CharField(max_length=12, blank=True)
    kind = models.CharField(max_length=16, blank=True)
    day = models.CharField(max_length=10, blank=True)
    wait = models.CharField(max_length=20, blank=True)
    sector = models.CharField(max_length=20, blank=True)
    hs_in = models.CharField(max_length=8, blank=True)
    hs_cn = models.CharField(max_length=10, blank=True)
    weight_class = models.CharField(max_length=8, blank=True)
    port = models.CharField(max_length=6, blank=True)
    mode = models.CharField(max_length=8, blank=True)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    province = models.CharField(max_length=2, blank=True)
    state = models.CharField(max_length=2, blank=True, help_text="Of the importer, as GST numbers states.")
    importer = models.CharField(max_length=20, blank=True)
    exporter = models.CharField(max_length=200, blank=True)

    n = models.BigIntegerField(default=0)
    quantity_mg = models.BigIntegerField(default=0)
    value_cents = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "ref", "board", "part"], name="fact_once"),
        ]
        indexes = [
            models.Index(fields=["board", "-id"], name="fact_by_board"),
            models.Index(fields=["board", "status", "-id"], name="fact_by_status"),
            models.Index(fields=["board", "sector", "-id"], name="fact_by_sector"),
            models.Index(fields=["board", "importer", "-id"], name="fact_by_importer"),
            models.Index(fields=["board", "month", "-id"], name="fact_by_month"),
            models.Index(fields=["board", "day"], name="fact_by_day", condition=~models.Q(day="")),
        ]

    def __str__(self):
        return f"{self.board} {self.reference} {self.part}"


class Total(models.Model):
    """The sum of all facts with the same values of these dimensions in one period ('' is all time)."""

    board = models.CharField(max_length=12)
    dims = models.CharField(max_length=40, blank=True)
    period = models.CharField(max_length=9, blank=True)
    a = models.CharField(max_length=200, blank=True)
    b = models.CharField(max_length=200, blank=True)
    n = models.BigIntegerField(default=0)
    quantity_mg = models.BigIntegerField(default=0)
    value_cents = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["board", "dims", "period", "a", "b"], name="total_once"),
        ]
        indexes = [models.Index(fields=["board", "dims", "b", "period"], name="total_by_second")]

    def __str__(self):
        return f"{self.board} {self.dims} {self.period} {self.a} {self.b}: {self.n}"


class Pointer(models.Model):
    """Something has changed what it counts for and is not added yet; written in the transaction of the change."""

    source = models.CharField(max_length=12)
    ref = models.BigIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.source} {self.ref}"


class Fold(models.Model):
    """The one row whoever changes totals holds; how often they were changed, when last, and what shape they have."""

    number = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    shape = models.CharField(
        max_length=16, blank=True, help_text="Of the boards they were last made anew by."
    )

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"fold {self.number}"
