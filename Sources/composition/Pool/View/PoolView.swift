package import FilecoinTypes
package import JSON

/// What a person wants to see of a running pool at one moment.
package struct PoolView: Hashable, Sendable {
    /// One service.
    package struct Service: Hashable, Sendable {
        package var name: ServiceName
        package var port: UInt16
        package var isHealthy: Bool
    }

    /// One storage miner.
    package struct Miner: Hashable, Sendable {
        package var id: Address
        /// Blocks and wins in the tipsets that were counted.
        package var blocks: Int
        package var wins: Int64
        /// Quality-adjusted power, in bytes; nil when the node does not tell.
        package var power: TokenAmount?
        package var faults: UInt64
        package var lastWindowPoSt: ChainEpoch?
        /// When the next deadline opens, which is when the current one closes.
        package var nextDeadline: ChainEpoch?
    }

    /// The epoch that the clock shows; nil before the genesis is known.
    package var epoch: ChainEpoch?
    /// The head; nil while the node does not answer.
    package var height: ChainEpoch?
    package var baseFee: TokenAmount?
    package var blocksInHead = 0
    /// The tipsets from which on blocks were counted.
    package var countedFrom: ChainEpoch?
    package var totalPower: TokenAmount?
    package var miners: [Miner] = []
    /// How many messages of the messager are in each state, by name; of the newest ones only.
    package var messages: [(state: String, count: Int)] = []
    package var services: [Service] = []

    package init() {}

    package static func == (a: PoolView, b: PoolView) -> Bool { a.jsonText() == b.jsonText() }
    package func hash(into hasher: inout Hasher) { hasher.combine(jsonText()) }
}

extension PoolView: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("epoch", epoch)
            writer.member("height", height)
            writer.member("baseFee", baseFee)
            writer.member("blocksInHead", blocksInHead)
            writer.member("countedFrom", countedFrom)
            writer.member("totalPower", totalPower)
            writer.member("miners", miners)
            writer.key("messages")
            writer.object { writer in
                for (state, count) in messages { writer.member(state, count) }
            }
            writer.member("services", services)
        }
    }
}

extension PoolView.Service: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", "\(name)")
            writer.member("port", port)
            writer.member("isHealthy", isHealthy)
        }
    }
}

extension PoolView.Miner: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("blocks", blocks)
            writer.member("wins", wins)
            writer.member("power", power)
            writer.member("faults", faults)
            writer.member("lastWindowPoSt", lastWindowPoSt)
            writer.member("nextDeadline", nextDeadline)
        }
    }
}
