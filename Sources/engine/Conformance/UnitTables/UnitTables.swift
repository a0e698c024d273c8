internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import BuiltinActors
internal import FilecoinTypes
internal import JSON
internal import Multiformats

extension KnownFileSet {
    /// Tables of single results that the reference computed (`reference/actors/unit`), and its golden files.
    static let unitTables: [KnownFile] = [
        formulaTables, minerTables, queueTables, messageTables, goldenFiles,
    ].flatMap { $0 }

    /// A table whose rows are checked one by one.
    static func table(
        _ name: String,
        _ check: @escaping @Sendable (JSONValue) throws -> Void
    ) -> KnownFile {
        KnownFile("actors/unit/\(name).json.gz") { try rows($0, check) }
    }
}

// MARK: - Values of the tables

extension JSONValue {
    /// A whole number of any size, written as a number or as text.
    func big() throws -> BigInt {
        guard let number = BigInt(decimal: string ?? number?.text ?? "") else {
            throw TestDataError("no whole number")
        }
        return number
    }

    func big(_ name: String) throws -> BigInt { try member(name).big() }

    func amount(_ name: String) throws -> TokenAmount { TokenAmount(attoFIL: try big(name)) }

    func epoch(_ name: String) throws -> ChainEpoch { ChainEpoch(rawValue: try integer(name)) }

    func unsigned(_ name: String) throws -> UInt64 {
        guard let number = UInt64(exactly: try big(name)) else {
            throw TestDataError("\(name) is no 64-bit number")
        }
        return number
    }

    func flag(_ name: String) throws -> Bool {
        guard let flag = try member(name).bool else {
            throw TestDataError("\(name) is not true or false")
        }
        return flag
    }

    func estimate(_ name: String) throws -> FilterEstimate {
        let value = try member(name)
        return FilterEstimate(
            positionQ128: try value.big("position"),
            velocityQ128: try value.big("velocity")
        )
    }

    func address(_ name: String) throws -> Address { try Address(text: try text(name)) }

    /// `[raw, quality-adjusted]`.
    func power(_ name: String) throws -> PowerPair {
        let pair = try list(name)
        guard pair.count == 2 else { throw TestDataError("\(name) is no pair") }
        return PowerPair(raw: try pair[0].big(), qualityAdjusted: try pair[1].big())
    }

    /// The elements of a member; none where Go wrote `null` for an empty list.
    func elements(_ name: String) throws -> [JSONValue] {
        self[name]?.isNull == false ? try list(name) : []
    }

    /// A list of bits.
    func bits(_ name: String) throws -> BitField { BitField(try numbers(name)) }

    func numbers(_ name: String) throws -> [UInt64] {
        try elements(name).map {
            guard let bit = $0.integer(as: UInt64.self) else {
                throw TestDataError("\(name) holds something else than numbers")
            }
            return bit
        }
    }
}
