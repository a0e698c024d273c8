package import ProofSystem
import StorageProofs

/// The size of a circuit that parameter files exist for.
package protocol CircuitParameters: Hashable, Sendable {
    associatedtype Blank: Circuit

    /// What the parameter file is named after.
    var identifier: String { get }
    /// The name of the parameter file without its extension, the same on every network.
    var fileName: String { get }
    /// The size of the sectors in bytes.
    var sectorSize: UInt64 { get }
    /// The number of public inputs, without the constant one.
    var publicInputCount: Int { get }
    /// The circuit with a witness of zeros.
    func blankCircuit() -> Blank
}

extension FallbackPoStParameters: CircuitParameters {
    package func blankCircuit() -> FallbackPoStCircuit { FallbackPoStCircuit(blank: self) }
}

extension PoRepParameters: CircuitParameters {
    package var sectorSize: UInt64 { sector.sectorSize }
    package func blankCircuit() -> PoRepCircuit { PoRepCircuit(blank: self) }
}
