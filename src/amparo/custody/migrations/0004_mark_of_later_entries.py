from django.db import migrations

from amparo.store.digests import index_by_mark


class Migration(migrations.Migration):
    dependencies = [("custody", "0003_digest_mark")]

    operations = [
        migrations.RunPython(
            index_by_mark(
                "custody_ledgerentry", "item_digest", once=False, where="kind <> 'deposit'"
            )
        ),
    ]
