"""Words of these texts are found by an index (PostgreSQL)."""

from django.db import migrations

from workflow.trigrams import index_words


class Migration(migrations.Migration):
    dependencies = [("euc", "0015_drafts_from_files")]

    operations = [
        index_words("euc_certificate", "reference", "po_number", "contract_number", "exporter_name"),
        index_words("euc_party", "name", "name_zh"),
        index_words("euc_goodsline", "description", "description_zh", codes=("itc_hs", "cn_hs")),
        index_words("euc_undertaking", "reference", "exporter_name", "exporter_name_zh"),
    ]
