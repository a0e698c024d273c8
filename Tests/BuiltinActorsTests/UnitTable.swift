import BigIntegers
import BuiltinActors
import FilecoinTypes
import JSON
import TestSupport

/// The tables of single results that the reference computed (`reference/actors/unit`).
enum UnitTable {
    static func rows(_ name: String) throws -> [Fixture] {
        let bytes = try Vectors.gunzipped("reference/actors/unit/\(name).json.gz")
        return Fixture(try JSONValue(parsing: bytes)).list
    }
}

extension Fixture {
    /// A whole number of any size, from a number or a string.
    var big: BigInt { BigInt(value.string ?? value.number?.text ?? "") ?? 0 }
    var amount: TokenAmount { TokenAmount(attoFIL: big) }
    var epoch: ChainEpoch { ChainEpoch(rawValue: Int64(integer)) }
    var estimate: FilterEstimate {
        FilterEstimate(positionQ128: self["position"].big, velocityQ128: self["velocity"].big)
    }
}
