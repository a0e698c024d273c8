internal import CBOR
internal import FilecoinTypes

// The library that native actors were built with knew no delegated addresses (f4): parameters with one do not
// decode. These functions win over the generic ones wherever this module reads an address.
extension CBORDecoder {
    /// Reads an address of a kind that native actors know.
    mutating func value() throws(CBORError) -> Address {
        let address = try value(Address.self)
        guard address.kind != .delegated else { throw invalid("unknown address protocol") }
        return address
    }

    /// Reads a list of addresses of kinds that native actors know.
    mutating func list(max: Int = usualLimit) throws(CBORError) -> [Address] {
        let count = try arrayCount(max: max)
        var addresses: [Address] = []
        for _ in 0..<count { addresses.append(try value()) }
        return addresses
    }

    /// Reads null or an address of a kind that native actors know.
    mutating func optional() throws(CBORError) -> Address? {
        if try isNull() { return nil }
        return try value()
    }
}
