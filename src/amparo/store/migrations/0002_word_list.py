"""The list of the index's words, empty; `casefile` fills it, which knows the keys."""

from django.db import migrations

from amparo.store import word_list


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        word_list.create(cursor, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(create)]
