from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connector', '0019_roles'),
    ]

    operations = [
        migrations.AlterField(
            model_name='errand',
            name='kind',
            field=models.CharField(choices=[('check_import', 'Check of a file'), ('import', 'Import'), ('reconcile', 'Reconciliation'), ('mend', 'Mending of differences'), ('resync', 'Sending again'), ('replay', 'Replay of messages'), ('preview', 'Preview of an event')], max_length=20, verbose_name='kind'),
        ),
    ]
