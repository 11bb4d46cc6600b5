import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Remember when a file was last imported apart from when inwink last spoke."""

    dependencies = [
        ("connector", "0028_attempt_outcome_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="LastImport",
            fields=[
                (
                    "link",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="last_import",
                        serialize=False,
                        to="connector.campaignlink",
                    ),
                ),
                ("imported_at", models.DateTimeField()),
            ],
        ),
    ]
