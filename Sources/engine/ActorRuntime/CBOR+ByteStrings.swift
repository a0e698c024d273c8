package import CBOR
package import FilecoinTypes

extension CBOREncoder {
    /// Writes a list of byte strings.
    package mutating func byteStrings(_ values: [[UInt8]]) {
        array(values.count)
        for value in values { bytes(value) }
    }
}

extension CBORDecoder {
    /// Reads a signature of a kind that native actors know: secp256k1 or BLS.
    package mutating func nativeSignature() throws(CBORError) -> Signature {
        let signature = try value(Signature.self)
        guard signature.type != .delegated else {
            throw invalid("invalid signature type in cbor input: 3")
        }
        return signature
    }

    /// Reads a list of byte strings.
    package mutating func byteStrings(max: Int = usualLimit) throws(CBORError) -> [[UInt8]] {
        let count = try arrayCount(max: max)
        var values: [[UInt8]] = []
        for _ in 0..<count { values.append(try bytes()) }
        return values
    }
}
