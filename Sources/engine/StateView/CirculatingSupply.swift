package import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
package import FilecoinTypes
package import NetworkParameters

/// How much FIL circulates, as the actors count it.
///
/// What was mined, vested and paid out of the reserve, less what was burnt or is locked in pledges and deals.
///
/// - SeeAlso: lotus, `chain/stmgr/supply.go`, `GetVMCirculatingSupplyDetailed`.
package struct CirculatingSupply: Hashable, Sendable {
    /// Vested from the allocations of the genesis.
    package var vested: TokenAmount
    /// Paid as block rewards.
    package var mined: TokenAmount
    /// Sent to the burnt funds actor.
    package var burnt: TokenAmount
    /// Locked as pledge, and in the market as collateral and fees.
    package var locked: TokenAmount
    /// Paid out of the reserve.
    package var reserveDisbursed: TokenAmount

    /// What circulates; never negative.
    package var circulating: TokenAmount {
        max(.zero, vested + mined + reserveDisbursed - burnt - locked)
    }

    /// The actor that holds the reserve.
    private static let reserve: ActorID = 90
    /// What the reserve held at first.
    private static let initialReserve: TokenAmount = .fil(300_000_000)

    /// Counts what circulates after a state.
    ///
    /// The vesting schedule is the one in force from the Calico upgrade on, before which no network version
    /// runs that this program knows.
    ///
    /// - Parameters:
    ///   - tree: The state.
    ///   - epoch: How far vesting has come.
    ///   - parameters: The network, whose Liftoff upgrade began the vesting.
    /// - Throws: ``StateViewError``.
    package init(
        _ tree: StateTree,
        at epoch: ChainEpoch,
        parameters: NetworkParameters
    ) throws(StateViewError) {
        let store = ActorStore(reading: tree.store)
        func record(_ id: ActorID) throws -> ActorRecord {
            guard let actor = try tree.actor(id) else {
                throw StateViewError.actorNotFound(.id(id))
            }
            return actor
        }
        do {
            let rewards: RewardState = try store.get(try record(.reward).head)
            let market: MarketState = try store.get(try record(.market).head)
            let power: PowerState = try store.get(try record(.power).head)
            vested = Self.vested(at: epoch - parameters.upgrades[.liftoff])
            mined = rewards.totalStoragePowerReward
            burnt = try record(.burntFunds).balance
            locked =
                market.totalClientLockedCollateral + market.totalProviderLockedCollateral
                + market.totalClientStorageFee + power.totalPledgeCollateral
            reserveDisbursed = Self.initialReserve - (try record(Self.reserve).balance)
        } catch let error as StateViewError {
            throw error
        } catch {
            throw .broken("failed to count the circulating supply: \(error)")
        }
    }

    /// A part of the genesis allocations: how much, and in how many epochs it is released evenly.
    private struct Allocation {
        let amount: TokenAmount
        let duration: Int64

        init(_ fil: Int64, days: Int64) {
            amount = .fil(fil)
            duration = days * 2880
        }

        /// What is free after a time; rounding favours the lock of whole epochs.
        func vested(after elapsed: ChainEpoch) -> TokenAmount {
            if elapsed.rawValue >= duration { return amount }
            if elapsed < 0 { return .zero }
            let unit = amount.attoFIL.euclideanDivided(by: BigInt(duration)).quotient
            return amount - TokenAmount(attoFIL: unit * BigInt(duration - elapsed.rawValue))
        }
    }

    private static let allocations = [
        Allocation(10_632_000, days: 0),
        Allocation(19_015_887 + 32_787_700, days: 183),
        Allocation(22_421_712 + 9_400_000, days: 365),
        Allocation(7_223_364, days: 2 * 365),
        Allocation(87_637_883 + 898_958, days: 3 * 365),
        Allocation(100_000_000 + 300_000_000 + 9_805_053, days: 6 * 365),
    ]

    private static func vested(at elapsed: ChainEpoch) -> TokenAmount {
        allocations.reduce(.zero) { $0 + $1.vested(after: elapsed) }
    }
}
