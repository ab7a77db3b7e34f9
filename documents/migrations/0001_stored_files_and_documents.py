import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from workflow.append_only import RefuseChanges


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(help_text='In bytes.', verbose_name='size')),
                ('media_type', models.CharField(max_length=100, verbose_name='type')),
                ('name', models.CharField(help_text='As the person who brought it called it.', max_length=200, verbose_name='name')),
                ('book', models.CharField(db_index=True, max_length=40, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9]*(-[a-z0-9]+)*\\Z', 'Use lower-case words joined by hyphens.')], verbose_name='book')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='stored at')),
            ],
            options={
                'verbose_name': 'stored file',
                'verbose_name_plural': 'stored files',
                'constraints': [models.UniqueConstraint(fields=('book', 'sha256'), name='stored_file_once_per_book'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='stored_file_sha256')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='SHA-256')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('reference', models.CharField(max_length=100, verbose_name='reference')),
                ('revision', models.PositiveIntegerField(verbose_name='revision')),
                ('content_hash', models.CharField(help_text='SHA-256 of the content that was approved.', max_length=64, verbose_name='content hash')),
                ('signer_subject', models.CharField(max_length=500, verbose_name='sealed by')),
                ('signed_at', models.DateTimeField(verbose_name='sealed at')),
                ('page_count', models.PositiveSmallIntegerField(verbose_name='pages')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='registered at')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='document', to='documents.storedfile', verbose_name='file')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'constraints': [models.UniqueConstraint(fields=('kind', 'reference', 'revision'), name='document_once_per_revision'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='document_sha256')],
            },
        ),
        RefuseChanges("documents_storedfile"),
        RefuseChanges("documents_document"),
    ]
