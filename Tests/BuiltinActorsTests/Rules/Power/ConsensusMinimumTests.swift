import ActorRuntime
import BigIntegers
import BuiltinActors
import CBOR
import FilecoinTypes
import Testing

/// While fewer than four miners are large, all power counts; from four on only theirs.
///
/// Rule: specs-actors v7, `power_state.go`, `CurrentTotalPower`, `AddToClaim`, `ConsensusMinerMinMiners` = 4;
/// a miner is large from the network's minimum of raw power on.
@Suite struct ConsensusMinimumTests {
    private let world: RuleWorld
    private var miners: [ActorID] = []
    private static let minimum: Int128 = 10_000

    init() throws {
        var policy = ActorPolicy.twoKiB
        policy.consensusMinerMinPower = BigInt(Self.minimum)
        world = try RuleWorld(policy: policy)
        for _ in 0..<5 { miners.append(try world.createMiner(balance: 0)) }
    }

    private func add(_ raw: Int128, quality: Int128 = 1, to miner: Int) throws {
        try world.send(
            PowerMethod.updateClaimedPower,
            to: .power,
            from: miners[miner],
            UpdateClaimedPowerParameters(
                rawByteDelta: BigInt(raw),
                qualityAdjustedDelta: BigInt(raw * quality)
            )
        )
    }

    /// What the next epoch's elections count.
    private func total() throws -> (raw: BigInt, qualityAdjusted: BigInt) {
        try world.endEpoch()
        let returned = try world.send(
            PowerMethod.currentTotalPower,
            to: .power,
            from: RuleWorld.other
        )
        let power = try CurrentTotalPowerReturn(cbor: returned)
        return (power.rawBytePower, power.qualityAdjustedPower)
    }

    @Test func `the small miner counts until the fourth is large`() throws {
        for miner in 0..<3 { try add(Self.minimum, quality: 10, to: miner) }
        try add(Self.minimum - 1, to: 3)
        try add(7, to: 4)
        #expect(try total() == (39_999 + 7, 300_000 + 9_999 + 7))
        try add(1, to: 3)
        #expect(try total() == (40_000, 300_000 + 10_000))
        // One below the minimum again: everybody counts again.
        try add(-1, quality: 10, to: 0)
        #expect(try total() == (39_999 + 7, 299_990 + 10_000 + 7))
        #expect(
            try world.state(of: .power, as: PowerState.self).minerAboveMinPowerCount == 3
        )
    }

    @Test func `who may be elected follows the same limit`() throws {
        func mayBeElected(_ miner: Int) throws -> Bool {
            let state: PowerState = try world.state(of: .power)
            let claim = try #require(try world.claim(of: miners[miner]))
            return try state.meetsConsensusMinimum(claim, world.policy)
        }
        for miner in 0..<3 { try add(Self.minimum, to: miner) }
        try add(7, to: 4)
        #expect(try mayBeElected(4))
        #expect(try !mayBeElected(3))
        try add(Self.minimum, to: 3)
        #expect(try !mayBeElected(4))
        #expect(try mayBeElected(3))
    }

    @Test func `no claim goes below zero`() throws {
        try add(5, to: 0)
        let less = UpdateClaimedPowerParameters(rawByteDelta: -6, qualityAdjustedDelta: 0)
        #expect(
            try world.exitCode(
                PowerMethod.updateClaimedPower,
                to: .power,
                from: miners[0],
                less
            ) == .illegalState
        )
        #expect(try world.claim(of: miners[0])?.rawBytePower == 5)
    }
}
