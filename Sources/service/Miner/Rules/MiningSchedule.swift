import FilecoinTypes
import ServiceKit

/// Which epoch is mined when.
///
/// The round of an epoch begins when its predecessor's blocks had time to spread, and its block leaves when the
/// epoch begins:
///
/// | moment | what happens |
/// |---|---|
/// | start of epoch E - 1 | the blocks of E - 1 leave |
/// | start of E - 1 and the propagation delay | the round of E begins on whatever is the head |
/// | start of E | the block of E leaves |
///
/// The clock alone says which epoch it is: epochs without a block, be it one or a year of them, are null
/// rounds.
struct MiningSchedule: Hashable, Sendable {
    let epochs: EpochSchedule
    /// How long blocks need to spread.
    let propagationDelay: Duration

    /// The round that a moment lies in.
    func round(at time: ProtocolTime) -> ChainEpoch {
        let spread = ProtocolTime(nanoseconds: time.nanoseconds - propagationDelay.nanoseconds)
        return ChainEpoch(rawValue: epochs.epoch(at: spread) + 1)
    }

    /// When the round of an epoch begins.
    func start(of round: ChainEpoch) -> ProtocolTime {
        epochs.start(of: round.rawValue - 1) + propagationDelay
    }

    /// When the block of an epoch leaves; its header says this time.
    func timestamp(of round: ChainEpoch) -> ProtocolTime { epochs.start(of: round.rawValue) }

    /// The next round to take part in: the clock's own, but none twice.
    func next(after last: ChainEpoch, at time: ProtocolTime) -> ChainEpoch {
        max(round(at: time), last + 1)
    }
}
