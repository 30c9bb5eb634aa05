"""The text index."""

from django.db import migrations

from amparo.store.text_index import words_of


def create(apps, schema_editor):
    for statement in words_of(schema_editor.connection.vendor).CREATE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunPython(create)]
