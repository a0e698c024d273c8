import ChainStore
import FilecoinTypes
import Foundation
import IPLD
import JSON
import NetworkParameters
import ServiceKit
import StorageCircuits

/// The folder of a node.
///
/// | name | content |
/// |---|---|
/// | `config.json` | configuration under venus's keys; unknown ones stay |
/// | `network.json` | the network's parameters, as they were at the first start |
/// | `chain/` | blocks, states, head, pending messages |
/// | `keystore/` | keys of the node's wallet, and the secret of its tokens |
/// | `api`, `token` | where it listens, and an admin token for the command line |
struct NodeRepository {
    let repository: Repository

    init(_ path: String) throws {
        repository = try Repository(path)
        try Repository.createFolder(keystore)
    }

    var keystore: String { repository.file("keystore") }
    var chain: String { repository.file("chain") }
    private var configuration: String { repository.file("config.json") }
    private var network: String { repository.file("network.json") }

    // MARK: - Network

    /// The parameters that the node was started with first; nil before that.
    func parameters() throws -> NetworkParameters? {
        guard FileManager.default.fileExists(atPath: network) else { return nil }
        return try NetworkParameters(json: try AtomicFile.read(network))
    }

    func keep(_ parameters: NetworkParameters) throws {
        try AtomicFile.write(parameters.jsonBytes(.indented()), to: network, mode: 0o644)
    }

    /// The profile of a network by its name.
    ///
    /// Fails with exit status 2 for a name that is unknown, and for a network that this version cannot run:
    /// it is never mapped to another one.
    static func profile(_ name: String) throws(CommandFailure) -> NetworkParameters {
        guard let network = Network(name: name) else {
            throw CommandFailure(
                "unknown network name \(name); use devnet or 2k",
                exitStatus: 2
            )
        }
        guard network.isRunnable else {
            throw CommandFailure(
                "the network \(name) began with actors that this version does not have; "
                    + "use devnet or 2k",
                exitStatus: 2
            )
        }
        return .profile(network)
    }

    // MARK: - Configuration

    /// Reads the configuration, which is written with the defaults first if there is none.
    func configured() throws -> JSONValue {
        if !FileManager.default.fileExists(atPath: configuration) {
            try AtomicFile.write(Self.defaults, to: configuration, mode: 0o644)
        }
        return try JSONValue(parsing: try AtomicFile.read(configuration))
    }

    /// The file that the first start writes.
    static let defaults = """
        {
        \t"api": {
        \t\t"venusAuthURL": "",
        \t\t"apiAddress": "/ip4/127.0.0.1/tcp/3453",
        \t\t"accessControlAllowOrigin": [],
        \t\t"accessControlAllowCredentials": false,
        \t\t"accessControlAllowMethods": ["GET", "POST", "PUT"]
        \t},
        \t"bootstrap": {"addresses": [], "minPeerThreshold": 0, "period": "30s"},
        \t"datastore": {"type": "rocksdb", "path": "chain"},
        \t"mpool": {"maxNonceGap": 100, "maxFee": "10 FIL"},
        \t"observability": {
        \t\t"metrics": {
        \t\t\t"prometheusEnabled": false,
        \t\t\t"reportInterval": "5s",
        \t\t\t"prometheusEndpoint": "/ip4/127.0.0.1/tcp/9400"
        \t\t}
        \t},
        \t"swarm": {"address": "/ip4/127.0.0.1/tcp/0"},
        \t"walletModule": {"defaultAddress": "<empty>", "remoteEnable": false, "remoteBackend": ""},
        \t"slashFilter": {"type": "local"}
        }

        """
}
