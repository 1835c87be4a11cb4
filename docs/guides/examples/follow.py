#!/usr/bin/env python3
"""Follows a ledger with nothing but gRPC and the public protos: prints each entry, and says when it has caught up.
Use: follow.py HOST:PORT [FROM]     Stubs: see docs/guides/monitor.md. Ends at the end of the log with ONCE=1."""
import os
import sys

import grpc
from jejak.v1 import log_pb2, log_pb2_grpc, registry_pb2, registry_pb2_grpc

channel = grpc.insecure_channel(sys.argv[1])
election = registry_pb2_grpc.RegistryServiceStub(channel).GetElection(registry_pb2.GetElectionRequest())
print(f"{election.name} ({election.mode}), {election.size} entries, election {election.election.hex()}")
start = int(sys.argv[2]) if len(sys.argv) > 2 else 0
request = log_pb2.ReplayEntriesRequest(to=election.size - 1, view=True, **{"from": start})
if "ONCE" not in os.environ:
    request = log_pb2.ReplayEntriesRequest(follow=True, view=True, **{"from": start})
for answer in log_pb2_grpc.LogServiceStub(channel).ReplayEntries(request):
    for entry in answer.entries:
        verdict = "refused: " + entry.view.refusal.reason if entry.view.HasField("refusal") else "accepted"
        print(entry.index, entry.view.kind, entry.view.contest, entry.view.region, entry.view.author.official, verdict)
    if answer.HasField("progress"):
        state = log_pb2.ReplayProgress.State.Name(answer.progress.state)
        print(f"# {state}: next {answer.progress.next} of {answer.progress.size}")
