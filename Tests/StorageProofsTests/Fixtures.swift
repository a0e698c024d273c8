import Bytes
import Hashing
import TestSupport

@testable import StorageProofs

extension Fixture {
    /// Thirty-two bytes in hexadecimal digits.
    var node: Bytes32 { Bytes32(hex) ?? Bytes32() }
    /// The integers of a list.
    var integers: [Int] { list.map(\.integer) }
}

/// The test data of a tag: SHA-256(tag || LE64(0)) || SHA-256(tag || LE64(1)) || ..., cut.
func generated(_ tag: String, count: Int) -> [UInt8] {
    if tag == "zeros" { return [UInt8](repeating: 0, count: count) }
    if tag == "0xff" { return [UInt8](repeating: 0xff, count: count) }
    var data: [UInt8] = []
    data.reserveCapacity(count + 32)
    var index: UInt64 = 0
    while data.count < count {
        var preimage = Array(tag.utf8)
        preimage.appendLittleEndian(index)
        data += SHA256.hash(preimage)
        index += 1
    }
    return Array(data.prefix(count))
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
