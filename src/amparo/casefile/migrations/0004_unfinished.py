from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casefile", "0003_own_terms_and_codings")]

    operations = [
        migrations.CreateModel(
            name="Unfinished",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("noun", models.CharField(max_length=24)),
                ("body", models.JSONField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT,
                        related_name="unfinished",
                        to="casefile.case",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
    ]
