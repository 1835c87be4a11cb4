# Events and log entries of Jejak. The bytes of every message here are signed or hashed and kept for ever:
# fields are only ever added, and a program that meets what it does not know stops and says so.
#
# Encoding: canonical Cap'n Proto, one segment, flat words without stream framing. docs/reference/events.md
# has the rules that go beyond the schema. Unless a comment says otherwise: a list is strictly ascending by
# its first key without repeats; an absent fact is not in its list; empty means a null pointer; a hash is 32
# bytes; a date is yyyymmdd as a number, 0 for none; a time is microseconds since 1970-01-01T00:00:00Z; a
# region code is digits (0, 2, 4, 6, 10 or 13 of them, none for the nation).
@0xb6f0a1b0c7d7e9a3;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("jejak::event::wire");

struct Event {
  election @0 :Data;        # 32 bytes: hash of the genesis event; zero in genesis itself
  author @1 :Data;          # 32 bytes: Ed25519 public key
  sequence @2 :UInt64;      # 0, 1, 2 … per author key, without gaps
  previous @3 :Data;        # 32 bytes: hash of the author's previous event; zero for the first
  occurredAt @4 :Int64;     # by the author's clock: a claim, never trusted
  body :union {
    electionOpened @5 :ElectionOpened;
    contestRegistered @6 :ContestRegistered;
    regionsRegistered @7 :RegionsRegistered;
    stationsRegistered @8 :StationsRegistered;
    ballotRegistered @9 :BallotRegistered;
    registryAmended @10 :RegistryAmended;
    officialsEnrolled @11 :OfficialsEnrolled;
    keyEnrolled @12 :KeyEnrolled;
    keyRevoked @13 :KeyRevoked;
    keyReleased @14 :KeyReleased;
    officialSuspended @15 :OfficialSuspended;
    officialReinstated @16 :OfficialReinstated;
    ledgerKeyChanged @17 :LedgerKeyChanged;
    resultSubmitted @18 :ResultSubmitted;
    resultCorrected @19 :ResultCorrected;
    resultFinalised @20 :ResultFinalised;
    copyFiled @21 :CopyFiled;
    roundOpened @22 :RoundOpened;
    roundCancelled @23 :RoundCancelled;
    objectionFiled @24 :ObjectionFiled;
    objectionResolved @25 :ObjectionResolved;
    incidentRecorded @26 :IncidentRecorded;
    decisionRecorded @27 :DecisionRecorded;
    recapPart @28 :RecapPart;
    recapCertified @29 :RecapCertified;
    stageReopened @30 :StageReopened;
    rulesChanged @31 :RulesChanged;
    tallyCommitted @32 :TallyCommitted;
  }
}

struct Entry {
  receivedAt @0 :Int64;     # the ledger's clock, never decreasing: the ledger's claim
  event @1 :Data;           # the signed event's bytes, untouched
  signature @2 :Data;       # 64 bytes: Ed25519 over "jejak/event/v1\0" || event
  verdict :union {
    accepted @3 :Void;
    refused @4 :Refusal;
  }
}

struct Refusal {
  reason @0 :UInt16;        # a logged number of ledger/base/reasons.def; never 0
  number @1 :UInt32;        # element of the body's list that failed, from 0; 0 where there is none
}

# --- Words. Numbers are for ever. ---------------------------------------------------------------------

enum ElectionKind { pemilu @0; pilkada @1; }
enum Mode { live @0; archive @1; simulation @2; }
enum ContestKind { ticket @0; party @1; individual @2; }
enum Stage { kpps @0; ppk @1; kabkota @2; provinsi @3; nasional @4; }
enum Role {
  root @0; kpu @1; kpuProvinsi @2; kpuKabkota @3; ppk @4; kpps @5; ppln @6; kppsln @7;
  bawaslu @8; bawasluProvinsi @9; bawasluKabkota @10; panwasluKecamatan @11; panwasluDesa @12; ptps @13;
  panwasluLn @14; saksi @15; importer @16; participant @17; ledger @18;
}
enum RegionKind {
  unstated @0; province @1; regency @2; city @3; district @4; desa @5; kelurahan @6; desaAdat @7; abroad @8;
}
enum StationKind { regular @0; special @1; tpsln @2; ksk @3; pos @4; }
enum ChoiceKind { ticket @0; party @1; candidate @2; individual @3; blank @4; }
# How a figure came about: read by machine, confirmed (sesuai), disputed (tidak sesuai), entered by hand.
enum FieldState { unstated @0; entered @1; machineRead @2; confirmed @3; disputed @4; }
enum CorrectionReason {
  misread @0; wrongEntry @1; formArithmetic @2; copiesDiffer @3; recount @4; objectionUpheld @5;
  bawasluAdvice @6; bawasluRuling @7; courtRuling @8; photoReplaced @9; wrongTps @10; completion @11;
  unstated @12;
}
enum Ground {
  none @0; riot @1; closed @2; dark @3; unclearVoice @4; unclearWriting @5; witnessesCannotSee @6;
  otherPlaceOrTime @7; countMismatch @8; disaster @9; procedure @10; unentitledVoters @11;
  markedBallots @12; damagedBallots @13; logistics @14; ruling @15;
}
enum RoundKind { psu @0; psl @1; pss @2; pssu @3; }
enum Outcome { accepted @0; rejected @1; carried @2; }
enum IncidentKind { network @0; server @1; logistics @2; disaster @3; security @4; other @5; }
enum Issuer { bawaslu @0; constitutionalCourt @1; other @2; }
enum DecisionKind { advice @0; recommendation @1; ruling @2; }
enum SignatoryState { signed @0; absent @1; refused @2; }
enum AmendedField {
  regionName @0; regionKind @1; utcOffset @2; expectedStations @3; stationName @4; stationKind @5;
  dptL @6; dptP @7; contestName @8; kppsMayCorrect @9; deadline @10; choiceName @11; officialBody @12;
  officialDecree @13; electionName @14;
}
# Figures of a form; L men (laki-laki), P women (perempuan), J both (jumlah).
enum Figure {
  votersRegisteredL @0; votersRegisteredP @1; votersRegisteredJ @2;
  votersFromListL @3; votersFromListP @4; votersFromListJ @5;
  votersTransferredL @6; votersTransferredP @7; votersTransferredJ @8;
  votersWalkInL @9; votersWalkInP @10; votersWalkInJ @11;
  votersTotalL @12; votersTotalP @13; votersTotalJ @14;
  votersDisabledL @15; votersDisabledP @16; votersDisabledJ @17;
  ballotsReceived @18; ballotsUsed @19; ballotsSpoiled @20; ballotsUnused @21;
  ballotsUnusedReturned @22; ballotsUnusedKept @23; ballotsUnusedNotReturned @24;
  valid @25; invalid @26; total @27;
}

# --- Parts --------------------------------------------------------------------------------------------

struct NewKey {
  key @0 :Data;             # 32 bytes
  proof @1 :Data;           # 64 bytes: the key's signature over "jejak/enrol/v1\0" || election || official || key
}

struct FigureValue {        # ascending by figure
  figure @0 :Figure;
  value @1 :UInt32;         # at most 9,999,999
}

struct ChoiceValue {        # ascending by choice
  choice @0 :UInt32;        # id of a choice on the ballot, not 0
  value @1 :UInt32;         # at most 9,999,999
}

struct Field {
  union {
    figure @0 :Figure;
    votes @1 :UInt32;       # a choice
    partyTotal @2 :UInt32;  # a party: row B as written
  }
}

struct Reading {            # ascending by field: figures, votes, party totals
  field @0 :Field;
  state @1 :FieldState;
  union {
    same @2 :Void;          # the machine read what the form says, or nothing was read
    differs @3 :UInt32;     # what the machine read, where it differs
  }
}

struct Evidence {           # ascending by page
  page @0 :UInt16;          # from 1
  mediaType @1 :Text;
  sha256 @2 :Data;          # 32 bytes, or empty when the bytes were not seen
  url @3 :Text;
}

struct Minutes {            # berita acara
  number @0 :Text;
  date @1 :UInt32;
  sha256 @2 :Data;          # 32 bytes, or empty
}

struct Source {             # where an imported version comes from; null otherwise
  system @0 :Text;
  published @1 :Int64;      # 0 when not stated
  observed @2 :Int64;       # 0 when not stated
  note @3 :Text;            # further facts as published, "psu=…"
}

struct BigFigureValue {     # ascending by figure
  figure @0 :Figure;
  value @1 :UInt64;         # at most 2^53 - 1
}

struct BigChoiceValue {     # ascending by choice
  choice @0 :UInt32;
  value @1 :UInt64;         # at most 2^53 - 1
}

# --- Bodies -------------------------------------------------------------------------------------------

struct ElectionOpened {
  name @0 :Text;
  kind @1 :ElectionKind;
  mode @2 :Mode;
  rules @3 :UInt16;
  votingDay @4 :UInt32;     # a date
  origin @5 :Text;          # origin line of checkpoints
  nonce @6 :Data;           # 32 random bytes
  dptMax @7 :UInt32;        # largest DPT per TPS: 300 in a Pemilu, 600 in a Pilkada
  reservePermille @8 :UInt16;  # spare ballots per thousand of the DPT: 20 or 25
  rootBody @9 :Text;
  rootDecree @10 :Text;
  rootName @11 :Data;       # commitment: SHA-256(32-byte salt || name)
  rootKey @12 :NewKey;      # proof over election = zero and official "root"; the author of genesis
  ledgerKey @13 :NewKey;    # official "ledger"
  supervisorsKey @14 :NewKey;  # official "bawaslu"
}

struct Deadline {           # ascending by stage
  stage @0 :Stage;
  localSeconds @1 :Int64;   # seconds since 1970-01-01T00:00:00 on the clock of the region
}

struct ContestRegistered {
  id @0 :Text;              # ppwp, pdpr, pdpd, pdprdp, pdprdk, pkwkp, pkwkk
  kind @1 :ContestKind;
  name @2 :Text;
  covered @3 :List(Text);   # region codes, ascending; the nation is one empty code
  excepted @4 :List(Text);  # region codes inside those
  lastStage @5 :Stage;
  kppsMayCorrect @6 :Bool;
  deadlines @7 :List(Deadline);
}

struct RegionFact {         # ascending by code
  code @0 :Text;
  name @1 :Text;
  kind @2 :RegionKind;
  clock :union {
    inherited @3 :Void;
    utcOffset @4 :Int16;    # minutes
  }
  expected :union {
    unstated @5 :Void;
    stations @6 :UInt32;    # number of TPSs
  }
}

struct RegionsRegistered { regions @0 :List(RegionFact); }

struct StationFact {        # ascending by code
  code @0 :Text;            # 13 digits
  name @1 :Text;
  kind @2 :StationKind;
  dpt :union {              # registered voters by the decree
    unstated @3 :Void;
    stated :group {
      l @4 :UInt32;
      p @5 :UInt32;
    }
  }
}

struct StationsRegistered { stations @0 :List(StationFact); }

struct Choice {             # in the order of the ballot; ids without repeats
  id @0 :UInt32;
  kind @1 :ChoiceKind;
  number @2 :UInt16;        # nomor urut
  name @3 :Text;
  party @4 :UInt32;         # of a candidate: the id of the party, which stands before it; otherwise 0
  witnessKey @5 :NewKey;    # null, or the participant's key, which enrols its witnesses;
                            # proof over official "participant/<contest>/<choice id>"
}

struct BallotRegistered {
  contest @0 :Text;
  dapil @1 :Text;           # digits; "0" where the contest has one
  members @2 :List(Text);   # region codes, ascending, disjoint, any level
  choices @3 :List(Choice);
}

struct Amendment {          # ascending by (field, subject)
  field @0 :AmendedField;
  subject @1 :Text;         # region, TPS, contest, "contest/choice", "contest/stage" or official
  before @2 :Text;          # as text; empty when not stated
  after @3 :Text;
}

struct RegistryAmended {
  amendments @0 :List(Amendment);
  legalBasis @1 :Text;
}

struct OfficialFact {       # ascending by id
  id @0 :Text;              # never a NIK or telephone number
  body @1 :Text;
  role @2 :Role;
  jurisdiction @3 :Text;    # a region code
  contest @4 :Text;         # of a saksi: the participant it stands for
  choice @5 :UInt32;
  decree @6 :Text;
  name @7 :Data;            # commitment: SHA-256(32-byte salt || name)
  keys @8 :List(NewKey);    # ascending by key
}

struct OfficialsEnrolled { officials @0 :List(OfficialFact); }
struct KeyEnrolled { official @0 :Text; key @1 :NewKey; }

struct KeyRevoked {
  key @0 :Data;
  reason @1 :Text;
  suspect :union {
    no @2 :Void;
    since @3 :Int64;        # entries of the key received at or after this time are suspect
  }
}

struct KeyReleased { key @0 :Data; reason @1 :Text; }
struct OfficialSuspended { official @0 :Text; reason @1 :Text; }
struct OfficialReinstated { official @0 :Text; reason @1 :Text; }
struct LedgerKeyChanged { key @0 :NewKey; reason @1 :Text; }   # proof over official "ledger"

struct ResultSubmitted {
  contest @0 :Text;
  tps @1 :Text;
  round @2 :UInt16;         # from 1
  figures @3 :List(FigureValue);
  votes @4 :List(ChoiceValue);        # a ticket's, individual's or candidate's votes; a party's own (A.1)
  partyTotals @5 :List(ChoiceValue);  # row B of a party, as written
  state @6 :FieldState;     # of every figure that `readings` does not list
  readings @7 :List(Reading);
  evidence @8 :List(Evidence);
  minutes @9 :Minutes;      # null below PPK
  source @10 :Source;
}

struct Change {             # ascending by field: figures, votes, party totals
  field @0 :Field;
  union {
    absent @1 :Void;
    value @2 :UInt32;
  }
}

struct EvidenceChange {     # ascending by page
  page @0 :UInt16;
  union {
    removed @1 :Void;
    set @2 :Evidence;       # its page is the same
  }
}

struct ResultCorrected {
  contest @0 :Text;
  tps @1 :Text;
  round @2 :UInt16;
  supersedes @3 :Data;      # hash of the newest accepted event of (contest, TPS, round)
  changes @4 :List(Change);
  evidence @5 :List(EvidenceChange);
  reason @6 :CorrectionReason;
  ground @7 :Ground;
  explanation @8 :Text;
  legalBasis @9 :Text;
  minutes @10 :Minutes;
  otherTps @11 :Text;       # empty, or the TPS the form really belongs to, or was exchanged with
  refersTo @12 :List(Data); # hashes of events, ascending
  source @13 :Source;
}

struct ResultFinalised { contest @0 :Text; tps @1 :Text; round @2 :UInt16; }

struct CopyFiled {          # a Salinan: never counted, compared
  contest @0 :Text;
  tps @1 :Text;
  round @2 :UInt16;
  figures @3 :List(FigureValue);
  votes @4 :List(ChoiceValue);
  partyTotals @5 :List(ChoiceValue);
  evidence @6 :List(Evidence);
}

struct RoundOpened {
  kind @0 :RoundKind;
  contests @1 :List(Text);  # ascending
  places @2 :List(Text);    # regions or TPSs, ascending, disjoint
  ground @3 :Ground;
  decision @4 :Data;        # hash of a decisionRecorded, or empty
  legalBasis @5 :Text;
  minutes @6 :Minutes;
}

struct RoundCancelled { opened @0 :Data; reason @1 :Text; decision @2 :Data; }

struct ObjectionFiled {
  contest @0 :Text;
  place @1 :Text;           # TPS or region
  stage @2 :Stage;
  text @3 :Text;
  fields @4 :List(Field);
  evidence @5 :List(Evidence);
}

struct ObjectionResolved {
  objection @0 :Data;       # hash of the objectionFiled
  outcome @1 :Outcome;
  text @2 :Text;
  minutes @3 :Minutes;
}

struct IncidentRecorded {
  place @0 :Text;
  kind @1 :IncidentKind;
  text @2 :Text;
}

struct DecisionRecorded {
  issuer @0 :Issuer;
  kind @1 :DecisionKind;
  number @2 :Text;
  date @3 :UInt32;
  orders @4 :Text;
  contests @5 :List(Text);  # ascending; empty for all
  places @6 :List(Text);    # ascending
  document @7 :Data;        # SHA-256
}

struct RecapRow {           # ascending by child
  child @0 :Text;
  figures @1 :List(BigFigureValue);
  votes @2 :List(BigChoiceValue);
  partyTotals @3 :List(BigChoiceValue);
}

struct RecapPart {
  contest @0 :Text;
  region @1 :Text;
  part @2 :UInt16;          # from 1
  parts @3 :UInt16;
  rows @4 :List(RecapRow);
}

struct Signatory {          # ascending by (official, participant)
  official @0 :Text;        # an official's id, or empty
  participant @1 :UInt32;   # a choice id, or 0
  state @2 :SignatoryState;
}

struct RecapCertified {     # D.Hasil
  contest @0 :Text;
  region @1 :Text;
  figures @2 :List(BigFigureValue);
  votes @3 :List(BigChoiceValue);
  partyTotals @4 :List(BigChoiceValue);
  parts @5 :UInt16;
  partsHash @6 :Data;       # SHA-256 over the hashes of the recapPart events in order; empty when no parts
  size @7 :UInt64;          # log size it was made at
  minutes @8 :Minutes;
  signatories @9 :List(Signatory);
  replaces @10 :Data;       # hash of the recapCertified it replaces, or empty
}

struct StageReopened {
  contest @0 :Text;
  region @1 :Text;
  stage @2 :Stage;
  decision @3 :Data;        # hash of a decisionRecorded
  reason @4 :Text;
}

struct RulesChanged { rules @0 :UInt16; }
struct TallyCommitted { root @0 :Data; }
