"""The description of the app names what the app has."""

import re
from pathlib import Path

from main import create_app

DESCRIPTION = Path(__file__).parent.parent / "openapi.yaml"


def test_the_description_names_every_route_and_what_leads_nowhere():
    text = DESCRIPTION.read_text(encoding="utf-8")
    described = re.findall(r"^  (/\S*):$", text, re.MULTILINE)
    routes = [rule.rule for rule in create_app({}).url_map.iter_rules()]
    assert sorted(described) == sorted([*routes, "/{path}"])
