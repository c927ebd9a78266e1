"""What an address of a service may say, and what it may not."""

from __future__ import annotations

import pytest

from engine import apprising


@pytest.mark.parametrize("more", ["", "?verify=no", "?verify=False&verify=0", "?cto=1&verify=no"])
def test_no_address_switches_certificates_off(more: str) -> None:
    opened = apprising.opened(f"jsons://example.org/hook{more}")
    assert opened is not None
    assert [server.verify_certificate for server in opened] == [True]
