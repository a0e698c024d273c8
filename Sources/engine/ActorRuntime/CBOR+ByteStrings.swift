package import CBOR

extension CBOREncoder {
    /// Writes a list of byte strings.
    package mutating func byteStrings(_ values: [[UInt8]]) {
        array(values.count)
        for value in values { bytes(value) }
    }
}

extension CBORDecoder {
    /// Reads a list of byte strings.
    package mutating func byteStrings(max: Int = usualLimit) throws(CBORError) -> [[UInt8]] {
        let count = try arrayCount(max: max)
        var values: [[UInt8]] = []
        for _ in 0..<count { values.append(try bytes()) }
        return values
    }
}
