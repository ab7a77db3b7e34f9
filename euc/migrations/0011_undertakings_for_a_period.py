"""Undertakings stand on their own: for a period, with their signed content and their own document."""

import django.db.models.deletion
import euc.models.certificate
from django.conf import settings
from django.db import migrations, models

from workflow.append_only import RefuseChanges


def complete(apps, schema_editor):
    """Every undertaking gets a token; who issued its certificate brought it into force."""
    undertakings = apps.get_model("euc", "Undertaking").objects.select_related("certificate")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be altered further on
    for row in undertakings.iterator(chunk_size=500):
        row.token = euc.models.certificate.new_token()
        row.addressed_to_id = row.certificate.addressed_to_id
        row.approving_authority_id = row.certificate.approving_authority_id if row.approved_by_id else None
        if row.status in {"IN_FORCE", "RELEASED", "BREACHED", "REVOKED"}:
            row.brought_by_id, row.brought_at = row.certificate.issued_by_id, row.certificate.issued_at
        row.save()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_people_and_organisations'),
        ('documents', '0001_stored_files_and_documents'),
        ('euc', '0010_true_copies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedUndertaking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('content_hash', models.CharField(max_length=64)),
                ('signed_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='undertaking',
            name='undertaking_approver_did_not_sign',
        ),
        migrations.AddField(
            model_name='certificate',
            name='relies_on',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='relying', to='euc.undertaking'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='addressed_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='approved_hash',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='approving_authority',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='brought_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='brought_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='concerns',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='content_hash',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='document',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undertaking', to='documents.document'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='exporter_name',
            field=models.CharField(blank=True, max_length=200, verbose_name='legal name'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='exporter_name_zh',
            field=models.CharField(blank=True, max_length=200, verbose_name='name in Chinese'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='exporter_registration',
            field=models.CharField(blank=True, max_length=40, verbose_name='registration number'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='issue_block',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='revision_number',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='saves',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='token',
            field=models.CharField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='valid_from',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='valid_until',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='undertakingclause',
            name='party_name',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='undertakingclause',
            name='party_number',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='undertaking',
            name='certificate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undertakings', to='euc.certificate'),
        ),
        migrations.RunPython(complete, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='undertaking',
            name='token',
            field=models.CharField(default=euc.models.certificate.new_token, max_length=32, unique=True),
        ),
        migrations.AddIndex(
            model_name='undertaking',
            index=models.Index(fields=['status', '-id'], name='undertaking_by_status'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('brought_at__isnull', True), ('brought_by__isnull', True)), models.Q(('brought_at__isnull', False), ('brought_by__isnull', False)), _connector='OR'), name='undertaking_brought_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(models.Q(('approved_by', models.F('signed_by')), _negated=True), models.Q(('approved_by', models.F('created_by')), _negated=True)), _connector='OR'), name='undertaking_approver_is_no_author'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(('brought_by__isnull', True), models.Q(models.Q(('brought_by', models.F('approved_by')), _negated=True), models.Q(('brought_by', models.F('signed_by')), _negated=True), models.Q(('brought_by', models.F('created_by')), _negated=True)), _connector='OR'), name='undertaking_two_officers'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['APPROVED', 'BREACHED', 'IN_FORCE', 'RELEASED', 'REVOKED']), _negated=True), models.Q(('approved_by__isnull', False), ('approved_hash', models.F('content_hash'))), _connector='OR'), name='undertaking_approval_is_of_this_text'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', frozenset(['BREACHED', 'IN_FORCE', 'RELEASED', 'REVOKED'])), _negated=True), ('brought_by__isnull', False), _connector='OR'), name='undertaking_in_force_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='undertaking_period_is_ordered'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(('document__isnull', True), ('status__in', frozenset(['BREACHED', 'IN_FORCE', 'RELEASED', 'REVOKED'])), _connector='OR'), name='undertaking_document_only_when_in_force'),
        ),
        migrations.AddField(
            model_name='signedundertaking',
            name='signed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='signedundertaking',
            name='undertaking',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='euc.undertaking'),
        ),
        migrations.AddConstraint(
            model_name='signedundertaking',
            constraint=models.UniqueConstraint(fields=('undertaking', 'number'), name='signed_undertaking_number_once'),
        ),
        RefuseChanges('euc_signedundertaking'),
    ]
