# Nodes of the tally tree. Their canonical bytes are hashed: a change of them is a new rules version.
#
# Encoding: canonical Cap'n Proto as in event.capnp, with its rules for lists, codes and absence.
# docs/reference/tally-tree.md says what each figure means and how the hashes are made.
@0xd2a3f6c47b0e915c;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("jejak::event::wire");
using Event = import "event.capnp";

# One station of one contest: the figures that are shown. Hashed after "jejak/tally/station/1\0".
struct StationTally {
  contest @0 :Text;
  tps @1 :Text;                           # 13 digits
  round @2 :UInt16;                       # whose figures these are
  figures @3 :List(Event.FigureValue);    # ascending; absent figures are not in the list
  votes @4 :List(Event.ChoiceValue);      # ascending by choice
  partyTotals @5 :List(Event.ChoiceValue);
  event @6 :Data;                         # hash of the newest accepted result of the round; empty: none
}

struct FigureSum {
  figure @0 :Event.Figure;
  present @1 :UInt32;                     # TPSs in which the figure is present, not 0
  sum @2 :UInt64;
}

struct ChoiceSum {
  choice @0 :UInt32;
  present @1 :UInt32;
  sum @2 :UInt64;
}

# One region of one contest. Hashed after "jejak/tally/region/1\0".
struct RegionTally {
  contest @0 :Text;
  region @1 :Text;                        # digits; empty for the nation
  registered @2 :UInt32;                  # TPSs in the contest's scope
  reported @3 :UInt32;                    # TPSs with at least one vote figure
  children @4 :UInt32;                    # regions, or TPSs, right below
  figures @5 :List(FigureSum);            # ascending
  votes @6 :List(ChoiceSum);              # ascending by choice
  partyTotals @7 :List(ChoiceSum);
  childrenRoot @8 :Data;                  # RFC 6962 over the children's node hashes as leaf data
}
