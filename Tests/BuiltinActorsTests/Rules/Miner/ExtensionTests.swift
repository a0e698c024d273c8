import BigIntegers
import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// A longer life spreads what a sector's deals weigh: the weight that is not used up yet counts over the whole
/// new life, so power from verified deals shrinks.
///
/// Rule: specs-actors v7, `ExtendSectorExpiration`: weight × (old expiration - now) / (old expiration -
/// activation), rounded down; `QualityForWeight` with multipliers 10 and 100.
@Suite struct ExtensionTests {
    private let world: RuleWorld
    private let miner: ActorID
    private let day: ChainEpoch = 2880

    init() throws {
        world = try RuleWorld(at: 1_000_000)
        miner = try world.createMiner()
    }

    private func extend(to expiration: ChainEpoch) throws -> ExitCode {
        let place = try world.place(of: 7, miner)
        let declared = ExpirationExtension(
            deadline: place.deadline,
            partition: place.partition,
            sectors: [7],
            newExpiration: expiration
        )
        return try world.exitCode(
            8,
            to: miner,
            from: RuleWorld.owner,
            ExtendSectorExpirationParameters(extensions: [declared])
        )
    }

    @Test func `half of the weight is left over twice the life`() throws {
        let activation = world.epoch - 100 * day
        // After its first proof, before the next is due.
        let half = world.epoch + day + 220
        let old = half + (half - activation)
        let life = Int128((old - activation).rawValue)
        // Full of verified deals for its whole life: ten times the power.
        try world.plant(7, of: miner, activation: activation, expiration: old) {
            $0.verifiedDealWeight = BigInt(2048 * life)
        }
        #expect(try world.claim(of: miner)?.qualityAdjustedPower == 20_480)
        try world.advance(to: half)

        // The rest of the weight, 1024 × life, lies on a life twice as long: a quarter of the space-time
        // counts tenfold, the quality is 3.25.
        #expect(try extend(to: activation + 2 * ChainEpoch(Int64(life))) == .ok)
        let sector = try #require(try world.sector(7, of: miner))
        #expect(sector.verifiedDealWeight == BigInt(1024 * life))
        #expect(try world.claim(of: miner)?.qualityAdjustedPower == 2048 * 13 / 4)
        #expect(try world.claim(of: miner)?.rawBytePower == 2048)
    }

    @Test func `a life ends within 540 days of the extension and is never shortened`() throws {
        let old = world.epoch + 300 * day
        try world.plant(7, of: miner, activation: world.epoch - 100 * day, expiration: old)
        #expect(try extend(to: old - 1) == .illegalArgument)
        let most = world.epoch + 540 * day
        #expect(try extend(to: most + 1) == .illegalArgument)
        #expect(try extend(to: most) == .ok)
    }

    @Test func `no sector lives longer than five years`() throws {
        let activation = world.epoch - (5 * 365 - 100) * day
        try world.plant(7, of: miner, activation: activation, expiration: world.epoch + 50 * day)
        let most = activation + 5 * 365 * day
        #expect(try extend(to: most + 1) == .illegalArgument)
        #expect(try extend(to: most) == .ok)
    }

    @Test func `an expired sector cannot be revived`() throws {
        let expiration = world.epoch + day + 10
        try world.plant(7, of: miner, activation: world.epoch - 200 * day, expiration: expiration)
        world.epoch = max(world.epoch, expiration)
        #expect(try extend(to: expiration + 200 * day) == .ok)
        world.epoch = expiration + 200 * day + 1
        #expect(try extend(to: expiration + 400 * day) == .forbidden)
    }
}
