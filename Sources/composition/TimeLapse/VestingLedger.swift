internal import BigIntegers
package import FilecoinTypes

/// What a miner's locked rewards must be, kept from the rules alone and beside the state machine.
///
/// Three quarters of every block reward are locked and released over 180 days: a share each day, on a grid of half
/// days that begins with the miner's proving period. Fees are taken from what is released soonest.
///
/// - SeeAlso: Filecoin specification, "Reward vesting"; FIP-0004 for the 180 days.
package struct VestingLedger: Hashable, Sendable {
    private static let vestingDays: Int64 = 180
    private static let epochsInDay: Int64 = 2880
    private static let grid: Int64 = 1440

    /// The offset of the miner's proving periods.
    private let periodOffset: Int64
    /// What is released after each epoch, in attoFIL.
    private var releases: [Int64: BigInt] = [:]

    /// A ledger without entries.
    ///
    /// - Parameter periodOffset: Any first epoch of a proving period of the miner.
    package init(periodOffset: ChainEpoch) { self.periodOffset = periodOffset.rawValue }

    /// What is locked.
    package var locked: TokenAmount {
        TokenAmount(attoFIL: releases.values.reduce(0, +))
    }

    /// The releases to come, by epoch.
    package var table: [(epoch: ChainEpoch, amount: TokenAmount)] {
        releases.sorted { $0.key < $1.key }.map {
            (ChainEpoch($0.key), TokenAmount(attoFIL: $0.value))
        }
    }

    /// Counts a block reward that the miner was paid: what was released before the epoch is free, then three quarters
    /// of the reward are locked.
    package mutating func receive(reward: TokenAmount, at epoch: ChainEpoch) {
        release(before: epoch)
        let amount = (reward.attoFIL * 3).euclideanDivided(by: 4).quotient
        let period = Self.vestingDays * Self.epochsInDay
        var given: BigInt = 0
        var day: Int64 = 1
        while given < amount {
            let moment = onGrid(epoch.rawValue + day * Self.epochsInDay)
            let elapsed = moment - epoch.rawValue
            let due =
                elapsed >= period
                ? amount : (amount * BigInt(elapsed)).euclideanDivided(by: BigInt(period)).quotient
            releases[moment, default: 0] += due - given
            given = due
            day += 1
        }
    }

    /// Frees what is released before an epoch, as each end of a deadline does.
    package mutating func release(before epoch: ChainEpoch) {
        for moment in releases.keys where moment < epoch.rawValue { releases[moment] = nil }
    }

    /// Takes a fee from what is released soonest.
    ///
    /// - Returns: What could be taken, at most the fee.
    @discardableResult
    package mutating func take(fee: TokenAmount) -> TokenAmount {
        var left = fee.attoFIL
        for moment in releases.keys.sorted() where left > 0 {
            let here = releases[moment] ?? 0
            let taken = min(here, left)
            left -= taken
            releases[moment] = taken == here ? nil : here - taken
        }
        return fee - TokenAmount(attoFIL: left)
    }

    /// The first moment of the grid that is not before an epoch.
    private func onGrid(_ epoch: Int64) -> Int64 {
        let offset = periodOffset % Self.grid
        let past = (epoch - offset) % Self.grid
        let remainder = past < 0 ? past + Self.grid : past
        return remainder == 0 ? epoch : epoch + Self.grid - remainder
    }
}
