from django.db import migrations, models


class Migration(migrations.Migration):
    """Call an outcome what it is; the words change only, nothing in the database."""

    dependencies = [
        ("connector", "0027_entry_name_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="syncattempt",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("created", "Added"),
                    ("updated", "Updated"),
                    ("unchanged", "Unchanged"),
                    ("left_out", "Left out"),
                    ("needs_answer", "Needs an answer"),
                    ("failed", "Failed"),
                    ("retrying", "Trying again"),
                ],
                max_length=20,
                verbose_name="outcome",
            ),
        ),
    ]
