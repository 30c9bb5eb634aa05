"""Every word of the index into its list, with its keys; the index is read whole once for it."""

from django.db import migrations

from amparo.casefile.vocabulary import keys_of_term
from amparo.store import word_list


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        word_list.fill(cursor, schema_editor.connection.vendor, keys_of_term)


class Migration(migrations.Migration):
    dependencies = [("casefile", "0004_unfinished"), ("store", "0002_word_list")]
    operations = [migrations.RunPython(fill)]
