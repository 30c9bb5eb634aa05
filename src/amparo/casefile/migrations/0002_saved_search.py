from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casefile", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("query", models.TextField()),
                ("seen", models.BigIntegerField(default=0)),
                ("seen_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
            ],
            options={"ordering": ["id"]},
        ),
    ]
