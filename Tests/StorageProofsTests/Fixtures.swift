import Bytes
import TestSupport

@testable import StorageProofs

extension Fixture {
    /// Thirty-two bytes in hexadecimal digits.
    var node: Bytes32 { Bytes32(hex) ?? Bytes32() }
    /// The integers of a list.
    var integers: [Int] { list.map(\.integer) }
}

func configuration(_ number: Int) -> PoRepConfiguration {
    guard let configuration = PoRepConfiguration(registeredProof: number) else {
        preconditionFailure("no registered proof \(number)")
    }
    return configuration
}

func parameters(_ size: Int) -> SectorParameters {
    guard let parameters = SectorParameters.of(sectorSize: UInt64(size)) else {
        preconditionFailure("no sector size \(size)")
    }
    return parameters
}
