package import FilecoinCrypto
package import FilecoinTypes
import Foundation
import JSON
import ServiceKit
import Synchronization

/// The node's own small wallet: keys in files of the keystore folder, mode 0600.
///
/// Pools keep their keys in a wallet service; this one is for whoever runs a node alone. A key's file is
/// `wallet-` and the address; `wallet-default` names the address that sends when none is named.
package final class NodeWallet: Sendable {
    private struct State {
        var keys: [Address: KeyInfo] = [:]
        var defaultAddress: Address?
    }

    private static let prefix = "wallet-"
    private static let defaultName = "wallet-default"

    /// nil keeps keys in memory only.
    private let folder: String?
    private let network: AddressNetwork
    private let state = Mutex(State())

    /// Opens the wallet in a keystore folder; without one it lives in memory.
    ///
    /// - Throws: `FileFailure`, `JSONError` or `KeyError` if a key cannot be read.
    package init(folder: String?, network: AddressNetwork) throws {
        self.folder = folder
        self.network = network
        guard let folder else { return }
        try Repository.createFolder(folder)
        var state = State()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name.hasPrefix(Self.prefix) {
            let bytes = try AtomicFile.read(folder + "/" + name)
            if name == Self.defaultName {
                state.defaultAddress = Address(String(decoding: bytes, as: UTF8.self))
            } else {
                let info = try KeyInfo(from: try JSONValue(parsing: bytes))
                state.keys[try SigningKey(info).address] = info
            }
        }
        let loaded = state
        self.state.withLock { $0 = loaded }
    }

    /// All addresses, sorted by their text.
    package var addresses: [Address] {
        state.withLock { $0.keys.keys.sorted { "\($0)" < "\($1)" } }
    }

    /// The address that sends when none is named.
    package var defaultAddress: Address? { state.withLock { $0.defaultAddress } }

    package func has(_ address: Address) -> Bool { state.withLock { $0.keys[address] != nil } }

    package func export(_ address: Address) -> KeyInfo? { state.withLock { $0.keys[address] } }

    /// Makes and keeps a key.
    package func make(_ type: SignatureType) throws -> Address {
        try add(try KeyInfo.generate(type))
    }

    /// Keeps a key; the first one becomes the default.
    package func add(_ info: KeyInfo) throws -> Address {
        let address = try SigningKey(info).address
        if let folder {
            let path = "\(folder)/\(Self.prefix)\(address.text(on: network))"
            try AtomicFile.write(info.jsonBytes(), to: path)
        }
        let isFirst = state.withLock { state in
            state.keys[address] = info
            return state.defaultAddress == nil
        }
        if isFirst { try setDefault(address) }
        return address
    }

    /// Removes a key for good.
    package func delete(_ address: Address) throws {
        if let folder, has(address) {
            try FileManager.default.removeItem(
                atPath: "\(folder)/\(Self.prefix)\(address.text(on: network))"
            )
        }
        state.withLock { state in
            state.keys[address] = nil
            if state.defaultAddress == address { state.defaultAddress = nil }
        }
    }

    package func setDefault(_ address: Address) throws {
        if let folder {
            try AtomicFile.write(address.text(on: network), to: "\(folder)/\(Self.defaultName)")
        }
        state.withLock { $0.defaultAddress = address }
    }

    /// Signs bytes, or returns nil if the key is not here.
    package func sign(_ bytes: [UInt8], by address: Address) throws -> Signature? {
        guard let info = export(address) else { return nil }
        return try SigningKey(info).sign(bytes)
    }
}
