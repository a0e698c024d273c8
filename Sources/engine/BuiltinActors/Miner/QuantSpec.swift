package import FilecoinTypes

/// A grid of epochs on which deadlines and queues place their entries.
///
/// Source: specs-actors, `builtin/quantize.go`.
package struct QuantSpec: Hashable, Sendable {
    /// The distance of two grid points, in epochs; at least 1.
    package let unit: ChainEpoch
    /// Any epoch of the grid.
    package let offset: ChainEpoch

    /// A grid of every epoch.
    package static let none = QuantSpec(unit: 1, offset: 0)

    /// Creates the grid of all epochs that differ from `offset` by a multiple of `unit`.
    package init(unit: ChainEpoch, offset: ChainEpoch) {
        self.unit = unit
        self.offset = offset
    }

    /// Returns the first grid point at or after `epoch`.
    package func roundingUp(_ epoch: ChainEpoch) -> ChainEpoch {
        // Truncating division, as in the reference, rounds towards zero: for epochs below the offset
        // that already is upwards.
        let phase = offset % unit
        let distance = epoch - phase
        let quotient = distance / unit
        if distance % unit == 0 || distance < 0 { return unit * quotient + phase }
        return unit * (quotient + 1) + phase
    }

    /// Returns the last grid point at or before `epoch`.
    package func roundingDown(_ epoch: ChainEpoch) -> ChainEpoch {
        let next = roundingUp(epoch)
        return next == epoch ? next : next - unit
    }
}
