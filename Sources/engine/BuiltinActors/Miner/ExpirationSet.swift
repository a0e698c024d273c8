package import ActorRuntime
package import BitFields
package import CBOR
package import FilecoinTypes

/// The sectors of a partition that expire at one epoch.
///
/// CBOR: the five fields in the order of declaration.
package struct ExpirationSet: Hashable, Sendable {
    /// Sectors that expire at the end of their committed life.
    package var onTimeSectors: BitField
    /// Sectors that expire early because they have been faulty too long.
    package var earlySectors: BitField
    /// The pledge of the on-time sectors.
    package var onTimePledge: TokenAmount
    /// Power of the sectors that is not faulty.
    package var activePower: PowerPair
    /// Power of the sectors that is faulty.
    package var faultyPower: PowerPair

    /// Creates a set, by default an empty one.
    package init(
        onTimeSectors: BitField = BitField(),
        earlySectors: BitField = BitField(),
        onTimePledge: TokenAmount = .zero,
        activePower: PowerPair = .zero,
        faultyPower: PowerPair = .zero
    ) {
        self.onTimeSectors = onTimeSectors
        self.earlySectors = earlySectors
        self.onTimePledge = onTimePledge
        self.activePower = activePower
        self.faultyPower = faultyPower
    }

    /// Whether no sector is in the set.
    package var isEmpty: Bool { onTimeSectors.isEmpty && earlySectors.isEmpty }

    /// The number of sectors.
    package var count: UInt64 { onTimeSectors.count + earlySectors.count }

    /// Adds all of another set.
    package mutating func add(_ other: ExpirationSet) throws(ActorError) {
        onTimeSectors = onTimeSectors.union(other.onTimeSectors)
        earlySectors = earlySectors.union(other.earlySectors)
        onTimePledge += other.onTimePledge
        activePower += other.activePower
        faultyPower += other.faultyPower
        try validate()
    }

    /// Removes all of another set, which must be contained in this one.
    package mutating func remove(_ other: ExpirationSet) throws(ActorError) {
        guard onTimeSectors.isSuperset(of: other.onTimeSectors) else {
            throw .uncoded("on-time sectors to remove are not all in the expiration set")
        }
        guard earlySectors.isSuperset(of: other.earlySectors) else {
            throw .uncoded("early sectors to remove are not all in the expiration set")
        }
        onTimeSectors = onTimeSectors.subtracting(other.onTimeSectors)
        earlySectors = earlySectors.subtracting(other.earlySectors)
        onTimePledge -= other.onTimePledge
        activePower -= other.activePower
        faultyPower -= other.faultyPower
        try validate()
    }

    /// Checks that no amount is negative.
    package func validate() throws(ActorError) {
        if onTimePledge.isNegative { throw .uncoded("expiration set left with negative pledge") }
        if activePower.isNegative {
            throw .uncoded("expiration set left with negative active power")
        }
        if faultyPower.isNegative {
            throw .uncoded("expiration set left with negative faulty power")
        }
    }
}

extension ExpirationSet: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(5)
        encoder.encode(onTimeSectors)
        encoder.encode(earlySectors)
        encoder.encode(onTimePledge)
        encoder.encode(activePower)
        encoder.encode(faultyPower)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 5)
        onTimeSectors = try decoder.value()
        earlySectors = try decoder.value()
        onTimePledge = try decoder.value()
        activePower = try decoder.value()
        faultyPower = try decoder.value()
    }
}
