"""Words of these texts are found by an index (PostgreSQL)."""

from django.db import migrations

from workflow.trigrams import index_words


class Migration(migrations.Migration):
    dependencies = [("shipments", "0003_postings_by_lot_and_verb")]

    operations = [
        index_words(
            "shipments_consignment",
            "reference",
            "invoice_number",
            "transport_document",
            "house_document",
            "boe_number",
            "exporter_name",
        ),
    ]
