"""A drafting page with the keyboard alone, and the focus always to be seen."""

import pytest

pytestmark = pytest.mark.browser

FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  return {id: at.id, text: at.innerText || '', name: at.name || '',
          shown: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
                 || style.boxShadow !== 'none'};
}"""


def test_an_order_is_recorded_with_the_keyboard_alone(people):
    drafter = people.enter("Asha Kulkarni")
    drafter.presses("New certificate")
    drafter.opens(drafter.page.url.replace("parties", "order"))
    drafter.page.keyboard.press("Tab")
    assert "Skip to main content" in focus(drafter)["text"]
    drafter.page.keyboard.press("Enter")

    for name, typed in (("po_number", "PO-2026-0999"), ("po_date", "05/10/2026"), ("contract_number", "C-9")):
        tabs_to(drafter, lambda at, name=name: at["name"] == name)
        drafter.page.keyboard.type(typed)
    tabs_to(drafter, lambda at: at["text"] == "Save and continue")
    drafter.page.keyboard.press("Enter")
    drafter.sees("No goods yet")
    drafter.opens(drafter.page.url.replace("goods", "order"))
    drafter.sees_typed(po_number="PO-2026-0999", po_date="05-10-2026", contract_number="C-9")


def focus(person) -> dict:
    return person.page.evaluate(FOCUS)


def tabs_to(person, is_there, most: int = 12) -> None:
    """Press Tab until there, seeing the focus at every stop."""
    for _ in range(most):
        person.page.keyboard.press("Tab")
        at = focus(person)
        assert at["shown"], f"the focus on {at} cannot be seen"
        if is_there(at):
            return
    raise AssertionError(f"not reached within {most} tabs; last at {at}")
