internal import BigIntegers
package import CBOR
package import FilecoinTypes

/// How an amount is released over time.
package struct VestSpec: Hashable, Sendable {
    /// Epochs before anything vests.
    package var initialDelay: ChainEpoch
    /// Epochs over which all of it vests, after the delay.
    package var vestPeriod: ChainEpoch
    /// Epochs between two releases.
    package var stepDuration: ChainEpoch
    /// The grid of the releases, in epochs, which bounds the table's length.
    package var quantization: ChainEpoch

    /// Block rewards: 180 days in daily steps on a grid of twelve hours.
    package static let reward = VestSpec(
        initialDelay: 0,
        vestPeriod: 518_400,
        stepDuration: 2880,
        quantization: 1440
    )
}

/// A miner's locked rewards and when they are released.
///
/// CBOR: `[[[Epoch int, Amount bigint], ...]]`, epochs ascending.
package struct VestingFunds: Hashable, Sendable {
    /// An amount that is released after an epoch.
    package struct Entry: Hashable, Sendable {
        package var epoch: ChainEpoch
        package var amount: TokenAmount
    }

    /// The releases to come, epochs ascending.
    package var funds: [Entry]

    /// Creates a table without entries.
    package init() { funds = [] }

    /// The amount whose release epoch lies before `epoch`.
    package func vested(before epoch: ChainEpoch) -> TokenAmount {
        var total = TokenAmount.zero
        for entry in funds.prefix(while: { $0.epoch < epoch }) { total += entry.amount }
        return total
    }

    /// Removes what has vested before `epoch` and returns it.
    package mutating func unlockVested(before epoch: ChainEpoch) -> TokenAmount {
        let unlocked = vested(before: epoch)
        funds.removeFirst(funds.prefix { $0.epoch < epoch }.count)
        return unlocked
    }

    /// Removes up to `target` of what has not vested at `epoch`, earliest first, and returns it.
    package mutating func unlockUnvested(
        at epoch: ChainEpoch,
        target: TokenAmount
    ) -> TokenAmount {
        var unlocked = TokenAmount.zero
        var firstRemoved = 0
        var endRemoved = 0
        for index in funds.indices {
            if unlocked >= target { break }
            guard funds[index].epoch >= epoch else {
                firstRemoved = index + 1
                continue
            }
            let amount = min(target - unlocked, funds[index].amount)
            unlocked += amount
            if amount == funds[index].amount {
                endRemoved = index + 1
            } else {
                funds[index].amount -= amount
            }
        }
        if endRemoved > firstRemoved { funds.removeSubrange(firstRemoved..<endRemoved) }
        return unlocked
    }

    /// Adds an amount that vests by `spec`, beginning at `epoch`.
    package mutating func lock(
        _ amount: TokenAmount,
        at epoch: ChainEpoch,
        provingPeriodStart: ChainEpoch,
        spec: VestSpec
    ) {
        // Both the releases so far and the new ones are in ascending order: they are merged.
        var merged: [Entry] = []
        let stepCount = (spec.vestPeriod / spec.stepDuration).rawValue
        merged.reserveCapacity(funds.count + Int(stepCount) + 2)
        var next = 0
        let grid = QuantSpec(unit: spec.quantization, offset: provingPeriodStart)
        let begin = epoch + spec.initialDelay
        var vestedSoFar = TokenAmount.zero
        var step = begin + spec.stepDuration
        while vestedSoFar < amount {
            let vestEpoch = grid.roundingUp(step)
            let elapsed = vestEpoch - begin
            let target =
                elapsed < spec.vestPeriod
                ? TokenAmount(
                    attoFIL: (amount.attoFIL * BigInt(elapsed.rawValue))
                        .euclideanDivided(by: BigInt(spec.vestPeriod.rawValue)).quotient
                )
                : amount
            let now = target - vestedSoFar
            vestedSoFar = target
            while next < funds.count, funds[next].epoch <= vestEpoch {
                merged.append(funds[next])
                next += 1
            }
            if let last = merged.last, last.epoch == vestEpoch {
                merged[merged.count - 1].amount = last.amount + now
            } else {
                merged.append(Entry(epoch: vestEpoch, amount: now))
            }
            step += spec.stepDuration
        }
        merged += funds[next...]
        funds = merged
    }
}

extension VestingFunds: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(funds)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        funds = try decoder.list(max: ChainLimits.listCount)
    }
}

extension VestingFunds.Entry: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(epoch)
        encoder.encode(amount)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        epoch = try decoder.value()
        amount = try decoder.value()
    }
}
