"""Checks the signatures of a recording, and prints the states at its end.

python3 read_telemetry.py out/town.ndjson out/town.key
"""

import base64, hmac, json, sys


def merge(old, new):  # RFC 7396, for states that hold no null
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    both = {**old, **{name: merge(old.get(name), new[name]) for name in new}}
    return {name: both[name] for name in both if both[name] is not None}


states, key = {}, bytes.fromhex(open(sys.argv[2]).read().removeprefix("hex:"))
for line in open(sys.argv[1], "rb"):
    signed, _, signature = line.rpartition(b',"sig":"')
    if signed.startswith(b'{"v":1,"sid":"'):  # a hello begins a chain
        link, sid = bytes(32), bytes.fromhex(signed[14:46].decode())
        session = hmac.digest(sid, key, "sha256")  # HKDF, RFC 5869
        session = hmac.digest(session, b"townlet/telemetry/v1\x01", "sha256")
    link = hmac.digest(session, b"townlet-telemetry-v1\n" + link + signed, "sha256")
    if signature[-46:] != base64.urlsafe_b64encode(link)[:43] + b'"}\n':
        sys.exit(f"not what was signed: {line[:60]}")
    frame = json.loads(signed + b"}")
    if frame["k"] in ("key", "patch"):
        old = states.get(frame["ch"]) if frame["k"] == "patch" else None
        states[frame["ch"]] = merge(old, frame["d"])
print(json.dumps(states))
