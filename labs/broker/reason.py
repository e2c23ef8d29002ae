"""The reason why a node did not start, in one sentence, out of a page of Erlang.

Erlang reports a fault as a nested term with a stack trace; what a person needs is one atom in the middle.
The rule: say what to change; where the fault is unknown, show the log's own words and invent nothing.
"""

from __future__ import annotations

import re

#: Pattern in the node's output, and what it means; `{}` is the pattern's group.
KNOWN = (
    (
        r"dist_port_already_used,\s*(\d+)",
        "port {} (for talk between Erlang nodes) is taken by another program",
    ),
    (r"duplicate_node_name,\s*\"?([\w.@-]+)", "a node named {} is running already"),
    (r"eaddrinuse.{0,600}?\{port,\s*(\d+)\}", "port {} is taken by another program"),
    (r"\{port,\s*(\d+)\}.{0,600}?eaddrinuse", "port {} is taken by another program"),
    (
        r"Cookie file (\S+) must be accessible by owner only",
        "the file {} must be readable by its owner only: chmod 400",
    ),
    (r"Failed to create cookie file '([^']+)'", "the file {} cannot be written"),
    (
        r"epmd_error,\s*\"?([\w.-]+)\"?,\s*(?:nxdomain|address)",
        "the name {} does not resolve: look into /etc/hosts",
    ),
    (r"(no_reg_reply_from_epmd)", "the port of Erlang's name server is taken by another program ({})"),
    (r"(enospc)", "the disk is full ({})"),
    (r"(eacces)", "a file or folder of the node is not writable ({})"),
    (r"\b(erl): (?:command )?not found", "Erlang's command `{}` is not on the PATH"),
    (r"(?:error reading|failed to load|Failed to load).{0,60}(plugin\w*)", "a {} cannot be loaded"),
    (r"(eaddrinuse)", "a port is taken by another program ({})"),
    (
        r"(incompatible_feature_flags|schema_integrity_check_failed|mismatched_queue)",
        "its data are of another version ({})",
    ),
)
_PORT_TAKEN = re.compile(r"dist_port_already_used|eaddrinuse|no_reg_reply_from_epmd")
_ERROR_LINE = re.compile(r"(?:\[error\]|error:|ERROR:).*\w.*|.*not found.*|.*BOOT FAILED.*")
_DECORATION = re.compile(r"\[error\]|<\d[\d.]*>")


def reason(output: str) -> str:
    """Why the node that wrote `output` did not start, as the end of a sentence, without a full stop."""
    for pattern, meaning in KNOWN:
        if match := re.search(pattern, output, re.DOTALL):
            return meaning.format(match.group(1))
    lines = [line for line in output.splitlines() if line.strip()]
    told = _ERROR_LINE.findall(output) or lines[-1:]
    return f"it said: {_DECORATION.sub('', told[0]).strip()[:200]}" if told else "it said nothing"


def port_was_taken(output: str) -> bool:
    """Whether the fault is a taken port, so that other ports are worth a second try."""
    return bool(_PORT_TAKEN.search(output))
