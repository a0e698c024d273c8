package import FilecoinTypes
import Genesis
package import JSON
import ServiceKit

/// What a pool consists of: the file `pool.json`.
///
/// It is written before anything else, so that a creation that was killed goes on with the same miners and
/// ports.
package struct PoolPlan: Hashable, Sendable {
    /// The version of the file.
    package static let version = 1

    /// A storage miner, its keys and how many sectors it begins with.
    package struct Miner: Hashable, Sendable {
        /// The miner's actor.
        package var id: Address
        /// The BLS key that owns it and signs its blocks and proofs; nil until its wallet has made it.
        package var worker: Address?
        package var sectors: UInt64

        package init(id: Address, worker: Address?, sectors: UInt64) {
            self.id = id
            self.worker = worker
            self.sectors = sectors
        }
    }

    /// An account with money that clients may use.
    package struct Account: Hashable, Sendable {
        package var address: Address
        /// The number of the wallet that has its key.
        package var wallet: Int
        package var balance: TokenAmount
    }

    /// The name of the chain.
    package var networkName: String
    /// Seconds from one epoch to the next.
    package var blockDelaySeconds: UInt64
    package var miners: [Miner]
    /// Accounts of clients; empty until the wallets have made their keys.
    package var accounts: [Account] = []
    /// The port of each service on the loopback interface.
    package var ports: [ServiceName: UInt16]

    package init(
        networkName: String,
        blockDelaySeconds: UInt64,
        miners: [Miner],
        ports: [ServiceName: UInt16]
    ) {
        self.networkName = networkName
        self.blockDelaySeconds = blockDelaySeconds
        self.miners = miners
        self.ports = ports
    }

    /// The services in the order in which they start.
    package var services: [ServiceName] { ServiceName.all(miners: miners.count) }

    /// The port of a service.
    package func port(_ service: ServiceName) -> UInt16 { ports[service] ?? 0 }

    /// `127.0.0.1:port`.
    package func hostAndPort(_ service: ServiceName) -> String { "127.0.0.1:\(port(service))" }

    /// `http://127.0.0.1:port`.
    package func url(_ service: ServiceName) -> String { "http://" + hostAndPort(service) }

    /// `/ip4/127.0.0.1/tcp/port`.
    package func multiaddr(_ service: ServiceName) -> String {
        "/ip4/127.0.0.1/tcp/\(port(service))"
    }
}

extension PoolPlan: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("version", Self.version)
            writer.member("networkName", networkName)
            writer.member("blockDelaySeconds", blockDelaySeconds)
            writer.member("miners", miners)
            writer.member("accounts", accounts)
            writer.key("ports")
            writer.object { writer in
                for service in services { writer.member("\(service)", port(service)) }
            }
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        let version: Int = try object.decode("version")
        guard version == Self.version else {
            throw .invalid("this program reads version \(Self.version), not \(version)")
        }
        networkName = try object.decode("networkName")
        blockDelaySeconds = try object.decode("blockDelaySeconds")
        guard blockDelaySeconds > 0 else { throw .invalid("blockDelaySeconds is 0") }
        miners = try object.decode("miners")
        accounts = try object.decode("accounts", default: [])
        let ports = try object.decode("ports", as: JSONObject.self)
        guard (1...PortAllocation.maximumMiners).contains(miners.count) else {
            throw .invalid("a pool has 1 to \(PortAllocation.maximumMiners) miners")
        }
        self.ports = [:]
        for service in services { self.ports[service] = try ports.decode("\(service)") }
    }
}

extension PoolPlan.Miner: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("worker", worker)
            writer.member("sectors", sectors)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("id")
        worker = try object.decodeIfPresent("worker")
        sectors = try object.decode("sectors")
    }
}

extension PoolPlan.Account: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("address", address)
            writer.member("wallet", wallet)
            writer.member("balance", balance)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        address = try object.decode("address")
        wallet = try object.decode("wallet")
        balance = try object.decode("balance")
    }
}
