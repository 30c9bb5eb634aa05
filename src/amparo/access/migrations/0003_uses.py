from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_grants")]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="purpose",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="grant",
            name="recipient",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
    ]
