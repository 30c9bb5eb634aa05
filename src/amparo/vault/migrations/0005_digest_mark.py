from django.db import migrations, models

from amparo.store.digests import AlterEmbedded, index_by_mark


class Migration(migrations.Migration):
    dependencies = [("vault", "0004_name_key")]

    operations = [
        AlterEmbedded("item", "sha256", models.CharField(max_length=64)),
        migrations.RunPython(index_by_mark("vault_item", "sha256", once=True)),
    ]
