/// One service of a pool.
///
/// A pool has one of each kind, but one wallet and one sealer for each storage miner; those are counted
/// from 1.
package enum ServiceName: Hashable, Sendable, CustomStringConvertible {
    case beacon
    case auth
    case wallet(Int)
    case node
    case messager
    case sealer(Int)
    case miner

    /// The services of a pool in the order in which they start; they stop in the opposite one.
    package static func all(miners: Int) -> [ServiceName] {
        [.beacon, .auth] + (1...miners).map(Self.wallet) + [.node, .messager]
            + (1...miners).map(Self.sealer) + [.miner]
    }

    /// The name in files, logs and commands, such as `wallet-1`.
    package var description: String {
        switch self {
        case .beacon: "beacon"
        case .auth: "auth"
        case .wallet(let number): "wallet-\(number)"
        case .node: "node"
        case .messager: "messager"
        case .sealer(let number): "sealer-\(number)"
        case .miner: "miner"
        }
    }

    /// Reads the form of ``description``; nil for another text.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let number = parts.count == 2 ? Int(parts[1]).flatMap { $0 > 0 ? $0 : nil } : nil
        switch (parts[0], parts.count, number) {
        case ("beacon", 1, nil): self = .beacon
        case ("auth", 1, nil): self = .auth
        case ("node", 1, nil): self = .node
        case ("messager", 1, nil): self = .messager
        case ("miner", 1, nil): self = .miner
        case ("wallet", 2, let number?): self = .wallet(number)
        case ("sealer", 2, let number?): self = .sealer(number)
        default: return nil
        }
    }

    /// Whether it writes where it listens into the file `api` of its folder, once it listens.
    var writesAddress: Bool { self != .beacon }

    /// The program that runs it as a process of its own.
    package var program: String {
        switch self {
        case .beacon: "venus-pool"
        case .auth: "venus-auth"
        case .wallet: "venus-wallet"
        case .node: "venus"
        case .messager: "venus-messager"
        case .sealer: "venus-sealer"
        case .miner: "venus-miner"
        }
    }
}
