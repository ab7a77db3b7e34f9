"""Stored bytes and the register of issued documents. Nothing here changes after it was written."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow.append_only import AppendOnlyModel

BOOK = RegexValidator(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\Z", _("Use lower-case words joined by hyphens."))


class StoredFile(AppendOnlyModel):
    """Bytes kept under their SHA-256 for one book (the owner's ledger, such as `org-7`)."""

    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    media_type = models.CharField(_("type"), max_length=100)
    name = models.CharField(_("name"), max_length=200, help_text=_("As the person who brought it called it."))
    book = models.CharField(_("book"), max_length=40, validators=[BOOK], db_index=True)
    created_at = models.DateTimeField(_("stored at"), auto_now_add=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.UniqueConstraint(fields=["book", "sha256"], name="stored_file_once_per_book"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="stored_file_sha256"
            ),
        ]

    def __str__(self):
        return self.name


class Document(AppendOnlyModel):
    """A sealed PDF that was issued: the register by which a copy is known to be genuine."""

    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="document", verbose_name=_("file"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    reference = models.CharField(_("reference"), max_length=100)
    revision = models.PositiveIntegerField(_("revision"))
    content_hash = models.CharField(
        _("content hash"), max_length=64, help_text=_("SHA-256 of the content that was approved.")
    )
    signer_subject = models.CharField(_("sealed by"), max_length=500)
    signed_at = models.DateTimeField(_("sealed at"))
    page_count = models.PositiveSmallIntegerField(_("pages"))
    created_at = models.DateTimeField(_("registered at"), auto_now_add=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference", "revision"], name="document_once_per_revision"
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_sha256"
            ),
        ]

    def __str__(self):
        return f"{self.reference} ({self.revision})"
