"""Words of these texts are found by an index (PostgreSQL)."""

from django.db import migrations

from workflow.trigrams import index_words


class Migration(migrations.Migration):
    dependencies = [("licensing", "0001_cases_reports_and_licences")]

    operations = [
        index_words("licensing_licencecase", "reference", "application_number", "exporter_name"),
        index_words("licensing_licence", "number", "contract_number", "exporter_name"),
    ]
