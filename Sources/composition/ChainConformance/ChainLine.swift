internal import Conformance
package import FilecoinTypes
package import JSON
package import Multiformats

/// A line of the index of a recorded chain: a tipset, and what lotus got when it executed it.
package struct ChainLine: Sendable {
    /// The line.
    package let json: JSONValue
    /// The epoch of the tipset.
    package let height: ChainEpoch
    /// The blocks of the tipset.
    package let key: TipsetKey
    /// The rules that the tipset was executed by.
    package let networkVersion: NetworkVersion
    /// Whether a reorganization took the tipset away.
    package let isFork: Bool

    init(_ json: JSONValue) throws {
        self.json = json
        height = ChainEpoch(rawValue: try json.integer("height"))
        key = TipsetKey(try json.list("key").map { try CID($0.text("/")) })
        networkVersion = NetworkVersion(UInt32(clamping: try json.integer("networkVersion")))
        isFork = json["fork"]?.bool ?? false
    }

    /// The name of its cases.
    var name: String { isFork ? "\(height) (fork)" : "\(height)" }

    /// A link among the members.
    ///
    /// - Throws: `TestDataError` if it is no link.
    package func cid(_ name: String) throws -> CID { try CID(json.member(name).text("/")) }
}
