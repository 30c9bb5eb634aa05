from django.db import migrations, models

from amparo.store.digests import index_by_mark


class Migration(migrations.Migration):
    dependencies = [("custody", "0002_cosigned_seenlog_stampservice")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "ledgerentry",
                    "item_digest",
                    models.CharField(blank=True, default="", max_length=64),
                )
            ]
        ),
        migrations.RunPython(index_by_mark("custody_ledgerentry", "item_digest", once=False)),
    ]
