import Bytes
import FilecoinCrypto
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import Multiformats
import NetworkParameters
import ServiceKit
import StateView
import VenusAPI

/// The methods of the node's own wallet, of its tokens, and those that say what it is.
struct WalletAPI: Sendable {
    let reader: ChainReader
    let wallet: NodeWallet
    let tokens: NodeTokens

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerKeys(on: &api)
        registerSigning(on: &api)
        registerCommon(on: &api, version)
    }

    private func registerKeys(on api: inout RPCService) {
        let wallet = wallet
        let reader = reader
        api.on(NodeWalletNew.self, need: .write) { _, type in
            switch type.string ?? type.jsonText() {
            case "bls", "2": try wallet.make(.bls)
            case "secp256k1", "1": try wallet.make(.secp256k1)
            case let other: throw RPCError("unsupported key type \(other); use bls or secp256k1")
            }
        }
        api.on(NodeWalletHas.self, need: .write) { _, address in wallet.has(address) }
        api.on(NodeWalletList.self, need: .write) { _ in wallet.addresses }
        api.on(NodeWalletDelete.self, need: .admin) { _, address in
            try wallet.delete(address)
            return NoResult()
        }
        api.on(NodeWalletSetDefault.self, need: .write) { _, address in
            guard wallet.has(address) else { throw RPCError("no key of \(address) here") }
            try wallet.setDefault(address)
            return NoResult()
        }
        api.on(NodeWalletDefaultAddress.self, need: .write) { _ in
            guard let address = wallet.defaultAddress else {
                throw RPCError("this node's wallet has no key; make one with wallet new")
            }
            return address
        }
        api.on(NodeWalletExport.self, need: .admin) { _, address in
            guard let info = wallet.export(address) else {
                throw RPCError("failed to find key to export: key not found")
            }
            return try JSONValue(parsing: info.jsonBytes())
        }
        api.on(NodeWalletImport.self, need: .admin) { _, key in
            do { return try wallet.add(try KeyInfo(from: key)) } catch {
                throw RPCError("failed to make key: \(error)")
            }
        }
        api.on(NodeWalletBalance.self, need: .read) { _, address in
            try await reader.state(.empty) { view, _ in
                do throws(StateViewError) { return try view.actor(address).balance } catch {
                    guard error.isActorNotFound else { throw error }
                    return .zero
                }
            }
        }
    }

    private func registerSigning(on api: inout RPCService) {
        let wallet = wallet
        api.on(NodeWalletSign.self, need: .sign) { _, address, bytes in
            guard let signature = try wallet.sign(bytes.bytes, by: address) else {
                throw RPCError("signing using key '\(address)': key not found")
            }
            return signature
        }
        api.on(NodeWalletSignMessage.self, need: .sign) { _, address, message in
            guard let signature = try wallet.sign(message.cid.bytes, by: address) else {
                throw RPCError("signing using key '\(address)': key not found")
            }
            return SignedMessage(message: message, signature: signature)
        }
        api.on(NodeWalletValidateAddress.self, need: .read, runs: .loop) { _, text in
            // What is wrong with it does not matter to lotus's callers: one text for all.
            guard let address = Address(text) else { throw RPCError("invalid address length") }
            return address
        }
        api.on(NodeWalletVerify.self, need: .read) { _, address, bytes, signature in
            signature.verifies(bytes.bytes, by: address)
        }
    }

    private func registerCommon(on api: inout RPCService, _ version: NodeAPIVersion) {
        let tokens = tokens
        let delay = reader.chain.parameters.blockDelaySeconds
        api.on(NodeVersion.self, need: .read) { _ in
            VersionResult(
                version: NodeService.version,
                // 1.5.0 and 2.3.0, as the newest original says.
                apiVersion: version == .v0 ? 66816 : 131_840,
                blockDelay: delay,
                agent: "venus"
            )
        }
        api.on(AuthNew.self, need: .admin) { _, levels in
            JSONBytes(Array(try tokens.make(levels).revealed.utf8))
        }
        api.on(AuthVerify.self, need: .read) { _, token in try tokens.levels(of: token) }
    }
}
