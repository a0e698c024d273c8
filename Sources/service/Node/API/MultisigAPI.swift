import ActorRuntime
import BuiltinActors
import Bytes
import CBOR
import FilecoinTypes
import HTTP
import Hashing
import JSON
import JSONRPC
import Multiformats
import NetworkParameters
import ServiceKit
import StateView
import VenusAPI

/// The methods about multisig actors: what they hold, and the messages that move it.
struct MultisigAPI: Sendable {
    /// Which signer does what to which multisig.
    private struct Call {
        let multisig: Address
        let sender: Address

        func message(_ method: MethodNumber, _ params: some CBOREncodable) -> MessagePrototypeResult
        {
            MessagePrototypeResult(
                message: Message(
                    to: multisig,
                    from: sender,
                    method: method,
                    params: params.cborBytes()
                )
            )
        }

        /// Proposes a method of the multisig itself.
        func proposal(
            _ method: MethodNumber,
            _ params: some CBOREncodable
        ) -> MessagePrototypeResult {
            message(MultisigMethod.propose, own(method, params))
        }

        /// What a proposal to call a method of the multisig itself says.
        func own(_ method: MethodNumber, _ params: some CBOREncodable) -> ProposeParameters {
            ProposeParameters(
                to: multisig,
                value: .zero,
                method: method,
                params: params.cborBytes()
            )
        }
    }

    let reader: ChainReader

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerState(on: &api)
        registerTransactions(on: &api)
        registerSigners(on: &api)
    }

    // MARK: - State

    private func registerState(on api: inout RPCService) {
        let reader = reader
        let api0 = self
        api.on(MsigGetAvailableBalance.self, need: .read) { _, address, key in
            try await api0.multisig(address, key) { state, actor, height in
                let locked = state.amountLocked(after: height - state.startEpoch)
                return max(.zero, actor.balance - locked)
            }
        }
        api.on(MsigGetVestingSchedule.self, need: .read) { _, address, key in
            try await api0.multisig(address, key) { state, _, _ in
                VestingScheduleResult(
                    initialBalance: state.initialBalance,
                    startEpoch: state.startEpoch,
                    unlockDuration: state.unlockDuration
                )
            }
        }
        api.on(MsigGetVested.self, need: .read) { _, address, start, end in
            let first = try await reader.at(start) { $1.height }
            let last = try await reader.at(end) { $1.height }
            if first > last {
                throw RPCError("start tipset \(first) is after end tipset \(last)")
            }
            if first == last { return .zero }
            return try await api0.multisig(address, end) { state, _, _ in
                state.amountLocked(after: first - state.startEpoch)
                    - state.amountLocked(after: last - state.startEpoch)
            }
        }
        api.on(MsigGetPending.self, need: .read) { _, address, key in
            try await api0.multisig(address, key) { state, _, _ in
                try Self.pending(state, reader.actorStore)
            }
        }
    }

    private static func pending(
        _ state: MultisigState,
        _ store: ActorStore
    ) throws -> [MultisigTransactionResult] {
        var pending = try state.pending(store)
        var found: [MultisigTransactionResult] = []
        try pending.forEach { (key, transaction) throws(ActorError) in
            // Go's signed varint.
            var end = 0
            guard let raw = try? Varint.decode(key.bytes, at: &end) else { return true }
            let id = Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
            found.append(
                MultisigTransactionResult(
                    id: id,
                    to: transaction.to,
                    value: transaction.value,
                    method: transaction.method,
                    params: transaction.params,
                    approved: transaction.approved
                )
            )
            return true
        }
        return found
    }

    /// Reads a multisig in the state before a tipset.
    private func multisig<Value: Sendable>(
        _ address: Address,
        _ key: TipsetKey,
        _ body: @escaping @Sendable (MultisigState, ActorRecord, ChainEpoch) throws -> Value
    ) async throws -> Value {
        try await reader.state(key) { view, tipset in
            let actor: ActorRecord
            let state: MultisigState
            do throws(StateViewError) { actor = try view.actor(address) } catch {
                throw RPCError("failed to load multisig actor: \(ChainReader.text(of: error))")
            }
            do throws(StateViewError) {
                state = try view.state(of: address, kind: .multisig, as: MultisigState.self)
            } catch {
                throw RPCError(
                    "failed to load multisig actor state: \(ChainReader.text(of: error))"
                )
            }
            return try body(state, actor, tipset.height)
        }
    }

    // MARK: - Transactions

    private func registerTransactions(on api: inout RPCService) {
        let reader = reader
        api.on(MsigCreate.self, need: .sign) { _, threshold, signers, duration, value, sender, _ in
            guard !signers.isEmpty else {
                throw RPCError("must provide at least one signer address")
            }
            let threshold = threshold == 0 ? UInt64(signers.count) : threshold
            let version = try await reader.at(.empty) {
                $0.parameters.networkVersion(at: $1.height)
            }
            guard let actors = ActorsVersion(networkVersion: version) else {
                throw RPCError("no actors of network version \(version) here")
            }
            let parameters = MultisigConstructorParameters(
                signers: signers,
                approvalsThreshold: threshold,
                unlockDuration: duration,
                startEpoch: 0
            )
            let exec = ExecParameters(
                codeCID: ActorCode(.multisig, actors).cid,
                constructorParams: parameters.cborBytes()
            )
            return MessagePrototypeResult(
                message: Message(
                    to: .initActor,
                    from: sender,
                    value: value,
                    method: InitMethod.exec,
                    params: exec.cborBytes()
                )
            )
        }
        api.on(MsigPropose.self, need: .sign, runs: .loop) {
            _,
            multisig,
            to,
            value,
            sender,
            method,
            params in
            Call(multisig: multisig, sender: sender).message(
                MultisigMethod.propose,
                ProposeParameters(
                    to: to,
                    value: value,
                    method: MethodNumber(rawValue: method),
                    params: params.bytes
                )
            )
        }
        api.on(MsigApprove.self, need: .sign, runs: .loop) { _, multisig, id, sender in
            Call(multisig: multisig, sender: sender).message(
                MultisigMethod.approve,
                TransactionIDParameters(id: Int64(clamping: id), proposalHash: [])
            )
        }
        api.on(MsigCancel.self, need: .sign, runs: .loop) { _, multisig, id, sender in
            Call(multisig: multisig, sender: sender).message(
                MultisigMethod.cancel,
                TransactionIDParameters(id: Int64(clamping: id), proposalHash: [])
            )
        }
        let api0 = self
        api.on(MsigApproveTxnHash.self, need: .sign) {
            _,
            multisig,
            id,
            proposer,
            to,
            value,
            sender,
            method,
            params in
            try await api0.answer(
                MultisigMethod.approve,
                Call(multisig: multisig, sender: sender),
                id,
                proposer: proposer,
                ProposeParameters(
                    to: to,
                    value: value,
                    method: MethodNumber(rawValue: method),
                    params: params.bytes
                )
            )
        }
        api.on(MsigCancelTxnHash.self, need: .sign) {
            _,
            multisig,
            id,
            to,
            value,
            sender,
            method,
            params in
            try await api0.answer(
                MultisigMethod.cancel,
                Call(multisig: multisig, sender: sender),
                id,
                proposer: sender,
                ProposeParameters(
                    to: to,
                    value: value,
                    method: MethodNumber(rawValue: method),
                    params: params.bytes
                )
            )
        }
    }

    /// Approves or takes back exactly this proposal: whoever looks at the number alone may be deceived by a
    /// reorganization.
    private func answer(
        _ method: MethodNumber,
        _ call: Call,
        _ id: UInt64,
        proposer: Address,
        _ proposal: ProposeParameters
    ) async throws -> MessagePrototypeResult {
        let requester = try await reader.state(.empty) { view, _ in
            Address.id(try view.id(of: proposer))
        }
        let data = ProposalHashData(
            requester: requester,
            to: proposal.to,
            value: proposal.value,
            method: proposal.method,
            params: proposal.params
        )
        return call.message(
            method,
            TransactionIDParameters(
                id: Int64(clamping: id),
                proposalHash: BLAKE2b.hash256(data.cborBytes())
            )
        )
    }

    // MARK: - Signers

    private func registerSigners(on api: inout RPCService) {
        api.on(MsigAddPropose.self, need: .sign, runs: .loop) {
            _,
            multisig,
            sender,
            signer,
            increase in
            Call(multisig: multisig, sender: sender).proposal(
                MultisigMethod.addSigner,
                AddSignerParameters(signer: signer, increase: increase)
            )
        }
        api.on(MsigRemoveSigner.self, need: .sign, runs: .loop) {
            _,
            multisig,
            sender,
            signer,
            decrease in
            Call(multisig: multisig, sender: sender).proposal(
                MultisigMethod.removeSigner,
                RemoveSignerParameters(signer: signer, decrease: decrease)
            )
        }
        api.on(MsigSwapPropose.self, need: .sign, runs: .loop) { _, multisig, sender, old, new in
            Call(multisig: multisig, sender: sender).proposal(
                MultisigMethod.swapSigner,
                SwapSignerParameters(from: old, to: new)
            )
        }
        registerSignerAnswers(on: &api)
    }

    private func registerSignerAnswers(on api: inout RPCService) {
        let api0 = self
        api.on(MsigAddApprove.self, need: .sign) {
            _,
            multisig,
            sender,
            id,
            proposer,
            signer,
            increase in
            let call = Call(multisig: multisig, sender: sender)
            let wanted = AddSignerParameters(signer: signer, increase: increase)
            return try await api0.answer(
                MultisigMethod.approve,
                call,
                id,
                proposer: proposer,
                call.own(MultisigMethod.addSigner, wanted)
            )
        }
        api.on(MsigAddCancel.self, need: .sign) { _, multisig, sender, id, signer, increase in
            let call = Call(multisig: multisig, sender: sender)
            let wanted = AddSignerParameters(signer: signer, increase: increase)
            return try await api0.answer(
                MultisigMethod.cancel,
                call,
                id,
                proposer: sender,
                call.own(MultisigMethod.addSigner, wanted)
            )
        }
        api.on(MsigSwapApprove.self, need: .sign) { _, multisig, sender, id, proposer, old, new in
            let call = Call(multisig: multisig, sender: sender)
            let wanted = SwapSignerParameters(from: old, to: new)
            return try await api0.answer(
                MultisigMethod.approve,
                call,
                id,
                proposer: proposer,
                call.own(MultisigMethod.swapSigner, wanted)
            )
        }
        api.on(MsigSwapCancel.self, need: .sign) { _, multisig, sender, id, old, new in
            let call = Call(multisig: multisig, sender: sender)
            let wanted = SwapSignerParameters(from: old, to: new)
            return try await api0.answer(
                MultisigMethod.cancel,
                call,
                id,
                proposer: sender,
                call.own(MultisigMethod.swapSigner, wanted)
            )
        }
    }
}
