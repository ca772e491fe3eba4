"""Kinds of secrets that detect-secrets does not know of itself."""

import re

from detect_secrets.plugins.base import RegexBasedDetector

GIVEN = (
    r"(?:pass(?:word|wd|phrase)|pwd|api[_-]?key|client[_-]?secret"
    r"|secret[_-]?(?:access[_-]?)?key)"
    r"[\"'`]?\s*(?::=|=>|={1,3}|:)\s*"
)

# With a digit and a letter; not the start of a template.
TEXT = r"(?=[^\s\"'`]*\d)(?=[^\s\"'`]*[a-z])[^\s\"'`${}]{8,}"


class PulumiTokenDetector(RegexBasedDetector):
    """Finds access tokens of Pulumi Cloud, quoted or not."""

    secret_type = "Pulumi Access Token"  # nosec B105: the name of a kind
    denylist = [re.compile(r"\bpul-[0-9a-f]{40}\b")]


class DockerHubTokenDetector(RegexBasedDetector):
    """Finds access tokens of people and of organisations at Docker Hub."""

    secret_type = "Docker Hub Token"  # nosec B105: the name of a kind
    denylist = [re.compile(r"\bdckr_[op]at_[\w-]{20,}")]


class AssignedPasswordDetector(RegexBasedDetector):
    """Finds texts that something named a password is given.

    One without a digit, or of fewer than eight characters, is taken for a
    word or a placeholder. Without quotes it has to end its line and to have
    no brackets, as in YAML and in shells.
    """

    secret_type = "Assigned Password"  # nosec B105: the name of a kind
    denylist = [
        re.compile(GIVEN + rf"[\"'`]({TEXT})[\"'`]", re.IGNORECASE),
        re.compile(GIVEN + rf"(?!\S*[()\[\],;<>])({TEXT})$", re.IGNORECASE),
    ]
