from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep what a chosen record was called, so that the answer can be read without opening Salesforce."""

    dependencies = [
        ("connector", "0029_last_import"),
    ]

    operations = [
        migrations.AddField(
            model_name="personchoice",
            name="person_name",
            field=models.CharField(blank=True, default="", max_length=255),
        ),
    ]
