from django.db import migrations, models


class Migration(migrations.Migration):
    """Few facts have a day: what waits, what is in force. Rows behind bands of days are found among them."""

    dependencies = [
        ("ministry", "0004_importers_state"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(
                condition=models.Q(("day", ""), _negated=True), fields=["board", "day"], name="fact_by_day"
            ),
        ),
    ]
