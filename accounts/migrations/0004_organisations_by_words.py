"""Words of these texts are found by an index (PostgreSQL)."""

from django.db import migrations

from workflow.trigrams import index_words


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_kept_answers")]

    operations = [
        index_words("accounts_organisation", "name", "name_zh", "name_hi", codes=("iec", "gstin")),
    ]
