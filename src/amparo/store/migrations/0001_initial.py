"""The text index."""

from django.db import migrations

from amparo.store.text_index import CREATE, CREATE_VOCABULARY


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL(CREATE, "DROP TABLE store_text"),
        migrations.RunSQL(CREATE_VOCABULARY, "DROP TABLE store_vocabulary"),
    ]
