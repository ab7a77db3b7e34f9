"""Why a person may not take a step: each bar answers with a sentence, or with nothing. No database imports."""

from django.utils.translation import gettext_lazy as _


def not_of_the_importer(subject, by):
    """Only the importer's own people act for it."""
    if by.organisation.pk != subject.importer_id:
        return _("Only the importer's own people may do this.")
    return ""


def connected_with_the_importer(subject, by):
    """An officer is independent: neither acting for the importer nor a member of it in any role."""
    if by.organisation.pk == subject.importer_id or subject.has_member(by.person):
        return _("You belong to the importer; an independent officer must do this.")
    return ""


def an_author(subject, by):
    """Whoever drafted, edited or signed it does not also review it (design: two persons, neither the author)."""
    if subject.has_author(by.person):
        return _("You wrote or signed this; another person must review it.")
    return ""


def the_approver(subject, by):
    """Four eyes: the issuer is another person than the approver."""
    if subject.approved_by_id == by.person.pk:
        return _("You approved this; another person must issue it.")
    return ""


def approval_lapsed(subject, by):
    """An approval by somebody who has meanwhile lost the role does not count."""
    if not subject.approval_stands():
        return _("The approving officer no longer holds the role; the approval does not count.")
    return ""


def part_of_a_certificate(subject, by):
    """What is promised for one certificate is signed, reviewed and brought into force with it."""
    if subject.certificate_id is not None:
        return _("It goes with its certificate and has no step of its own here.")
    return ""


def still_valid(subject, by):
    if subject.valid_until and not subject.is_past(subject.valid_until):
        return _("It is still within its validity.")
    return ""


def the_proposer(subject, by):
    """Four eyes: a rule is adopted by another person than the one who proposed it."""
    if subject.proposed_by_id == by.person.pk:
        return _("You proposed this rule; another officer must adopt it.")
    return ""


def the_suspecter(subject, by):
    """Four eyes: whoever first thought that it might be the same does not also decide it."""
    if subject.suspected_by_id == by.person.pk:
        return _("You judged this first; another senior officer must decide.")
    return ""


def the_adopter(subject, by):
    """Whoever brought a rule into use does not also take it out alone."""
    if subject.adopted_by_id == by.person.pk:
        return _("You adopted this rule; another senior officer must repeal it.")
    return ""


def of_another_authority(subject, by):
    """What counts for one authority alone is decided by its own officers."""
    owner = getattr(subject, "authority_id", None)
    if owner and owner != by.organisation.pk:
        return _("This is another authority's; its own officers decide about it.")
    return ""
