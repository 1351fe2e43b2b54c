"""Who is sent what is new once a day, from which address of this site, and for which day she was last."""

from django.db import migrations, models

from sources import migrating


class Migration(migrating.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sources", "0013_retractions"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="digest",
            field=models.BooleanField(default=False, verbose_name="daily mail"),
        ),
        migrations.AddField(
            model_name="user",
            name="digest_from",
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="user",
            name="digest_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(condition=models.Q(("digest", True)), fields=["id"], name="user_wants_digest"),
        ),
    ]
