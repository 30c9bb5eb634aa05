import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_uses")]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("case_code", models.CharField(blank=True, default="", max_length=32)),
                ("what", models.CharField(max_length=255)),
                ("asked_by", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                ("entry_sequence", models.BigIntegerField()),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agreed", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("entry_sequence", models.BigIntegerField()),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="access.request",
                    ),
                ),
            ],
        ),
    ]
