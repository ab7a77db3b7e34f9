"""Clauses become versions that two officers decide, with policies beside them; what is there counts as shipped."""

import django.db.models.deletion
import django.utils.timezone
import euc.models.living
from django.conf import settings
from django.db import migrations, models


CLOCK_EMAIL = "clock@system.invalid"


def count_as_shipped(apps, schema_editor):
    """Clauses that are there were in use without a proposer: the system user stands in for one."""
    clauses = apps.get_model("euc", "Clause").objects.all()
    if not clauses.exists():
        return
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be altered further on
    people = apps.get_model("accounts", "User").objects
    clock, _made = people.get_or_create(
        email=CLOCK_EMAIL,
        defaults={"full_name": "Clock", "is_system": True, "is_active": False, "password": "!"},
    )
    for clause in clauses:
        clauses.filter(pk=clause.pk).update(
            reference=f"{clause.code}-v{clause.version}", is_shipped=True, status="ADOPTED", proposed_by=clock
        )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_people_and_organisations'),
        ('euc', '0007_quality_checks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=60, unique=True)),
                ('code', models.CharField(max_length=50)),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('position', models.PositiveSmallIntegerField(default=1000)),
                ('status', models.CharField(choices=[('PROPOSED', 'proposed'), ('ADOPTED', 'adopted'), ('SUPERSEDED', 'superseded'), ('REPEALED', 'repealed'), ('WITHDRAWN', 'withdrawn')], default='PROPOSED', max_length=12)),
                ('is_shipped', models.BooleanField(default=False)),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('adopted_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.TextField(blank=True)),
                ('effective_from', models.DateField()),
                ('effective_until', models.DateField(blank=True, null=True)),
                ('clause_code', models.CharField(max_length=50)),
                ('template', models.CharField(blank=True, choices=[('CN-MOFCOM/1', 'End-user certificate for China'), ('NRU/1', 'Undertaking for a period')], max_length=40)),
                ('stance', models.CharField(choices=[('REQUIRED', 'required'), ('OFFERED', 'offered'), ('OFF', 'off')], max_length=8)),
                ('source', models.CharField(max_length=300)),
                ('doubt', models.TextField(blank=True, max_length=1000)),
            ],
            options={
                'verbose_name_plural': 'policies',
                'ordering': ['code', 'version'],
            },
            bases=(euc.models.living.Living, models.Model),
        ),
        migrations.RemoveField(
            model_name='clause',
            name='policy',
        ),
        migrations.AddField(
            model_name='certificate',
            name='addressed_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='clause',
            name='adopted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='clause',
            name='adopted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clause',
            name='authority',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='clause',
            name='end_reason',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='clause',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='clause',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clause',
            name='is_shipped',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='clause',
            name='kind',
            field=models.CharField(choices=[('PROMISE', 'promise'), ('EXCEPTION', 'exception')], default='PROMISE', max_length=9),
        ),
        migrations.AddField(
            model_name='clause',
            name='names',
            field=models.CharField(blank=True, choices=[('', 'nobody'), ('EXPORTER', 'the exporter'), ('RECYCLER', 'a recycler')], max_length=8),
        ),
        migrations.AddField(
            model_name='clause',
            name='proposed_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='clause',
            name='proposed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clause',
            name='reference',
            field=models.CharField(max_length=60, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='clause',
            name='status',
            field=models.CharField(choices=[('PROPOSED', 'proposed'), ('ADOPTED', 'adopted'), ('SUPERSEDED', 'superseded'), ('REPEALED', 'repealed'), ('WITHDRAWN', 'withdrawn')], default='PROPOSED', max_length=12),
        ),
        migrations.AddField(
            model_name='clause',
            name='supersedes',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='euc.clause'),
        ),
        migrations.AddField(
            model_name='clause',
            name='title_hi',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='clause',
            name='title_zh',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AlterField(
            model_name='clause',
            name='code',
            field=models.CharField(max_length=50),
        ),
        migrations.AlterField(
            model_name='clause',
            name='position',
            field=models.PositiveSmallIntegerField(default=1000),
        ),
        migrations.RunPython(count_as_shipped, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='clause',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='clause',
            name='reference',
            field=models.CharField(max_length=60, unique=True),
        ),
        migrations.AddConstraint(
            model_name='clause',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'ADOPTED')), fields=('code',), name='clause_one_in_use'),
        ),
        migrations.AddConstraint(
            model_name='clause',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('PROPOSED', 'ADOPTED', 'SUPERSEDED', 'REPEALED', 'WITHDRAWN'))), name='clause_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='clause',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adopted_at__isnull', True), ('adopted_by__isnull', True)), models.Q(('adopted_at__isnull', False), ('adopted_by__isnull', False)), _connector='OR'), name='clause_adopted_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='clause',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='clause_ended_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='clause',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['PROPOSED', 'WITHDRAWN']), ('is_shipped', True), ('adopted_by__isnull', False), _connector='OR'), name='clause_in_use_was_adopted'),
        ),
        migrations.AddConstraint(
            model_name='clause',
            constraint=models.CheckConstraint(condition=models.Q(('adopted_by__isnull', True), models.Q(('adopted_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='clause_adopter_is_not_proposer'),
        ),
        migrations.AddConstraint(
            model_name='clause',
            constraint=models.CheckConstraint(condition=models.Q(('names', ''), models.Q(('text_en__contains', '{party}'), ('text_hi__contains', '{party}'), ('text_zh__contains', '{party}')), _connector='OR'), name='clause_names_its_party'),
        ),
        migrations.AddField(
            model_name='policy',
            name='adopted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policy',
            name='authority',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='policy',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policy',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policy',
            name='supersedes',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='euc.policy'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='policy_version_once'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'ADOPTED')), fields=('code',), name='policy_one_in_use'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('PROPOSED', 'ADOPTED', 'SUPERSEDED', 'REPEALED', 'WITHDRAWN'))), name='policy_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adopted_at__isnull', True), ('adopted_by__isnull', True)), models.Q(('adopted_at__isnull', False), ('adopted_by__isnull', False)), _connector='OR'), name='policy_adopted_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='policy_ended_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['PROPOSED', 'WITHDRAWN']), ('is_shipped', True), ('adopted_by__isnull', False), _connector='OR'), name='policy_in_use_was_adopted'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('adopted_by__isnull', True), models.Q(('adopted_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='policy_adopter_is_not_proposer'),
        ),
    ]
