"""What each option of the wizard does to real people, in one sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[tuple[str, str], str | Promise] = {
    ("match", "contact_then_lead"): _(
        "Somebody who is a Contact and a Lead is added as the Contact; nobody who is either is created again."),
    ("match", "lead_then_contact"): _(
        "Somebody who is a Contact and a Lead is added as the Lead; nobody who is either is created again."),
    ("match", "contact_only"): _("Somebody who is only a Lead is left out; the Lead stays as it is."),
    ("match", "lead_only"): _("Somebody who is only a Contact is left out; the Contact stays as it is."),
    ("create_as", "lead"): _(
        "Whoever has an email that nobody in Salesforce has becomes a Lead and joins the campaign."),
    ("create_as", "contact"): _(
        "Whoever has an email that nobody in Salesforce has becomes a Contact and joins the campaign."),
    ("create_as", "nobody"): _("Only people who are in Salesforce already join the campaign; the others are left out "
                               "and listed."),
    ("update_existing", "on"): _("People who were there before get the fields of the next step from inwink, by their "
                                 "modes."),
    ("update_existing", ""): _("People who were there before are only added to the campaign; their record stays as it "
                               "is."),
    ("never_downgrade", "on"): _("Keep “Attended” even if inwink later says otherwise; a cancellation still replaces "
                                 "“Registered”."),
    ("never_downgrade", ""): _("The status follows what inwink says last, also backwards; only a check-in is never "
                               "lost."),
    ("ambiguous", "review"): _("The participant waits under “Needs an answer” until one of you picks the record."),
    ("ambiguous", "most_recent"): _("The record with the latest activity joins the campaign; nobody is asked."),
    ("same_email", "review"): _("The first joins the campaign; the other waits until you say whether it is the same "
                                "person."),
    ("same_email", "one_member"): _("Both count as one person: one member, with the highest status of the two."),
    ("removed_members", "respect"): _("Whoever a colleague took out of the campaign stays out, unless the person "
                                      "comes to the event."),
    ("removed_members", "add_again"): _("Whoever a colleague took out comes back with the next change in inwink."),
    ("duplicates", "allow"): _("The new person is saved despite a warning, and the warning is noted."),
    ("duplicates", "review"): _("The new person is not saved, and the participant shows as failed."),
    ("owner_choice", "integration_user"): _(
        "New people belong to a technical user: where sharing is private, sales will not see them without a sharing "
        "rule."),
    ("owner_choice", "assignment_rules"): _(
        "Your active assignment rule gives each new Lead to somebody, who may be told by email. New Contacts belong to "
        "the integration user."),
    ("owner_choice", "id"): _("One colleague, or a queue for Leads, gets them all: whoever may see that person's "
                              "records sees them."),
    ("account_choice", "none"): _("Sales will not see these Contacts: without an account only their owner, "
                                  "administrators and users with View All do."),
    ("account_choice", "by_company"): _(
        "A Contact is put under the one account with the company's name, and seen by whoever sees that account; where "
        "none or several fit, only its owner and administrators see it."),
    ("account_choice", "by_domain"): _(
        "A Contact is put under the one account whose website is on the email's domain; private addresses and "
        "doubtful ones have none, and only their owner and administrators see them."),
    ("account_choice", "id"): _("Every new Contact is put under this account, and seen by whoever sees it."),
    ("consent_when_no", "all"): _("A no changes nothing: everything is sent."),
    ("consent_when_no", "membership_only"): _("The person joins the campaign; marketing fields are not sent."),
    ("consent_when_no", "nothing"): _("Nothing at all is written of the person."),
    ("consent_when_unknown", "all"): _("No clear answer counts as a yes."),
    ("consent_when_unknown", "membership_only"): _("The person joins the campaign; marketing fields are not sent."),
    ("consent_when_unknown", "nothing"): _("Nothing at all is written of the person until a clear answer comes."),
    ("create_for", "registered"): _("Whoever ever registered, also if they cancelled later."),
    ("create_for", "attended"): _("Whoever came to the event, with or without a registration."),
    ("create_for", "refused"): _("Whoever declined becomes a new person too; usually not wanted."),
    ("create_for", "not_registered"): _("Everybody on an invitation list becomes a new person; usually not wanted."),
    ("state", "active"): _("The people who wait are sent at once, in the background; whoever registers or comes "
                           "follows within seconds."),
    ("state", "paused"): _("Everything is kept and nothing is sent until you resume the link: time to add more fields, "
                           "or to look at everything first."),
}  # fmt: skip
"""{(field, value): sentence}"""

YES_NO: dict[str, tuple[str | Promise, str | Promise]] = {
    "update_existing": (_("Update them"), _("Leave them as they are")),
    "never_downgrade": (_("A status never goes back"), _("A status follows inwink")),
}
"""{yes-or-no field: (words for yes, words for no)}: asked as two options, so that both say what they do."""

MODE_SENTENCES: dict[str, str | Promise] = {
    "overwrite": _("replaces what is there"),
    "if_empty": _("only where it is empty"),
    "if_new": _("only on new people"),
    "append": _("added to what is there"),
}
"""{mode of a mapping: what it does to people who were there before}"""
