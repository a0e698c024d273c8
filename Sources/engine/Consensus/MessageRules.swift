internal import CBOR
internal import ActorRuntime
internal import ChainStore
internal import FilecoinCrypto
internal import FilecoinTypes
internal import IPLD
internal import Multiformats
internal import NetworkParameters
internal import StateView

/// The rules for the messages of a block.
///
/// - SeeAlso: lotus, `chain/consensus/common.go`, `checkBlockMessages`.
struct MessageRules {
    /// Bytes of a BLS signature.
    private static let blsSignatureByteCount = 96

    /// The state that the block builds on.
    private let state: StateView
    private let networkVersion: NetworkVersion
    private let prices: GasPriceList

    init(state: StateView, height: ChainEpoch, _ parameters: NetworkParameters) {
        self.state = state
        networkVersion = parameters.networkVersion(at: height)
        prices = GasPriceList(named: parameters.gasPriceList(at: height))
    }

    /// Checks signatures, each message in order, and that the header names exactly these messages.
    ///
    /// - Throws: The first ``MessageListFault``, in the order of the reference; `StateViewError.broken`.
    func check(_ block: FullBlock, aggregate: Signature) throws {
        try checkAggregate(block.messages.bls, aggregate)
        var running = Running()
        for (index, message) in block.messages.bls.enumerated() {
            let fault = try fault(of: message, sizeBytes: message.cborBytes().count, &running)
            if let fault { throw MessageListFault.message(.bls, index, fault) }
        }
        for (index, message) in block.messages.secp.enumerated() {
            if let fault = try fault(of: message, &running) {
                throw MessageListFault.message(.secp, index, fault)
            }
        }
        let root = try ChainStore.put(block.messages, in: MemoryBlockStore())
        guard root == block.header.messages else {
            throw MessageListFault.root(block.header.messages, computed: root)
        }
    }

    private func checkAggregate(_ messages: [Message], _ aggregate: Signature) throws {
        var signed: [(signer: Address, message: [UInt8])] = []
        for message in messages {
            let key: Address
            do { key = try state.keyAddress(of: message.from) } catch {
                if case .broken = error { throw error }
                throw MessageListFault.noBLSKey(message.from)
            }
            guard key.kind == .bls else { throw MessageListFault.noBLSKey(message.from) }
            signed.append((key, message.cid.bytes))
        }
        guard aggregate.data.count >= Self.blsSignatureByteCount else {
            throw MessageListFault.aggregate(.malformed)
        }
        // Without messages any signature will do, and the reference looks at 96 bytes, not at the type.
        if messages.isEmpty { return }
        let bytes = Array(aggregate.data.prefix(Self.blsSignatureByteCount))
        do { try Signature(type: .bls, data: bytes).verifyAggregate(signed) } catch {
            throw MessageListFault.aggregate(error)
        }
    }

    /// What the messages before have used up.
    private struct Running {
        var gasLimit: Int64 = 0
        var nonces: [ActorID: UInt64] = [:]
    }

    private func fault(
        of message: Message,
        sizeBytes: Int,
        _ running: inout Running
    ) throws -> MessageListFault.One? {
        let minimum = prices.onChainMessage(sizeBytes: sizeBytes).total
        do {
            try message.validateForInclusion(
                minimumGas: GasAmount(rawValue: minimum),
                version: networkVersion
            )
        } catch { return .inclusion(error) }
        // No sum overflows: each limit is at most the block's.
        running.gasLimit += message.gasLimit.rawValue
        if running.gasLimit > BaseFee.blockGasLimit.rawValue { return .blockGasLimitExceeded }
        guard try state.hasActor(message.from) else { return .senderNotFound(message.from) }
        let sender = try state.id(of: message.from)
        let actor = try state.actor(.id(sender))
        guard actor.actorCode?.kind == .account else { return .senderNotAnAccount(message.from) }
        let expected = running.nonces[sender] ?? actor.nonce
        guard message.nonce == expected else { return .nonce(message.nonce, expected: expected) }
        running.nonces[sender] = expected &+ 1
        return nil
    }

    private func fault(
        of signed: SignedMessage,
        _ running: inout Running
    ) throws -> MessageListFault.One? {
        guard signed.signature.type == .secp256k1 else {
            return .signatureType(signed.signature.type)
        }
        let message = signed.message
        if let fault = try fault(of: message, sizeBytes: signed.chainByteCount, &running) {
            return fault
        }
        let key = try state.keyAddress(of: message.from)
        do { try signed.signature.verify(message.cid.bytes, by: key) } catch {
            return .signature(error)
        }
        return nil
    }
}
