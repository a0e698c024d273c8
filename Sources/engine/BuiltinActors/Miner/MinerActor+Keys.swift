internal import CBOR
internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import FilecoinTypes
internal import Hashing

// Construction, keys and contact data.
extension MinerActor {
    static func construct(
        _ rt: Runtime,
        _ parameters: MinerConstructorParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: ActorID.initActor)
        try checkControlAddresses(parameters.controlAddresses)
        try checkPeerInfo(parameters.peerID, parameters.multiaddrs)
        let proofType = parameters.windowPoStProofType
        guard rt.policy.windowPoStProofs.contains(proofType),
            let sectorSize = proofType.sectorSize,
            let partitionSectors = proofType.windowPartitionSectorCount
        else { throw .illegalArgument("proof type \(proofType) not allowed for new miner actors") }

        let owner = try resolveControlAddress(rt, parameters.owner)
        let worker = try resolveWorkerAddress(rt, parameters.worker)
        var control: [Address] = []
        for address in parameters.controlAddresses {
            control.append(.id(try resolveControlAddress(rt, address)))
        }

        let epoch = rt.epoch
        let offset = try DeadlineInfo.periodOffset(of: .id(rt.receiver), at: rt.epoch) {
            bytes throws(ActorError) in try rt.hashBLAKE2b(bytes)
        }
        let periodStart = currentProvingPeriodStart(epoch, offset: offset)
        let deadline = UInt64(
            bitPattern: ((epoch - periodStart) / MinerPolicy.challengeWindow).rawValue
        )
        guard periodStart <= epoch, deadline < MinerPolicy.periodDeadlines else {
            throw .illegalState("computed proving deadline \(deadline) invalid")
        }
        let info = MinerInfo(
            owner: .id(owner),
            worker: .id(worker),
            controlAddresses: control,
            pendingWorkerKey: nil,
            peerID: parameters.peerID,
            multiaddrs: parameters.multiaddrs,
            windowPoStProofType: proofType,
            sectorSize: sectorSize,
            windowPoStPartitionSectors: UInt64(partitionSectors),
            consensusFaultElapsed: -1,
            pendingOwnerAddress: nil
        )
        let infoCID = try rt.store.put(info)
        let state = try MinerState(
            store: rt.store,
            info: infoCID,
            periodStart: periodStart,
            deadline: deadline,
            version: rt.version
        )
        try rt.createState(state)
    }

    static func controlAddresses(_ rt: Runtime) throws(ActorError) -> ControlAddressesReturn {
        try rt.validateCallerIsAny()
        let state: MinerState = try rt.state()
        let info = try state.loadInfo(rt.store)
        return ControlAddressesReturn(
            owner: info.owner,
            worker: info.worker,
            controlAddresses: info.controlAddresses
        )
    }

    static func changeWorkerAddress(
        _ rt: Runtime,
        _ parameters: ChangeWorkerAddressParameters
    ) throws(ActorError) {
        try checkControlAddresses(parameters.newControlAddresses)
        let newWorker = Address.id(try resolveWorkerAddress(rt, parameters.newWorker))
        var control: [Address] = []
        for address in parameters.newControlAddresses {
            control.append(.id(try resolveControlAddress(rt, address)))
        }
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            var info = try state.loadInfo(rt.store)
            try rt.validateCaller(isOneOf: [info.owner])
            info.controlAddresses = control
            if newWorker != info.worker && info.pendingWorkerKey == nil {
                info.pendingWorkerKey = WorkerKeyChange(
                    newWorker: newWorker,
                    effectiveAt: rt.epoch + MinerPolicy.workerKeyChangeDelay
                )
            }
            try state.saveInfo(info, rt.store)
        }
    }

    static func confirmUpdateWorkerKey(_ rt: Runtime) throws(ActorError) {
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            var info = try state.loadInfo(rt.store)
            try rt.validateCaller(isOneOf: [info.owner])
            try processPendingWorker(rt, &state, &info)
        }
    }

    static func changeOwnerAddress(_ rt: Runtime, _ newAddress: Address) throws(ActorError) {
        guard newAddress.isID else {
            throw .illegalArgument("owner address must be an ID address")
        }
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            var info = try state.loadInfo(rt.store)
            if let pending = info.pendingOwnerAddress, .id(rt.caller) != info.owner {
                try rt.validateCaller(isOneOf: [pending])
                guard newAddress == pending else {
                    throw .illegalArgument("expected confirmation of \(pending), got \(newAddress)")
                }
                info.owner = pending
            } else {
                try rt.validateCaller(isOneOf: [info.owner])
                info.pendingOwnerAddress = newAddress
            }
            // Naming the present owner takes a proposal back.
            if info.pendingOwnerAddress == info.owner { info.pendingOwnerAddress = nil }
            try state.saveInfo(info, rt.store)
        }
    }

    static func changePeerID(
        _ rt: Runtime,
        _ parameters: ChangePeerIDParameters
    ) throws(ActorError) {
        try checkPeerInfo(parameters.newID, [])
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            var info = try state.loadInfo(rt.store)
            try validateCallerControls(rt, info)
            info.peerID = parameters.newID
            try state.saveInfo(info, rt.store)
        }
    }

    static func changeMultiaddrs(
        _ rt: Runtime,
        _ parameters: ChangeMultiaddrsParameters
    ) throws(ActorError) {
        try checkPeerInfo([], parameters.newMultiaddrs)
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            var info = try state.loadInfo(rt.store)
            try validateCallerControls(rt, info)
            info.multiaddrs = parameters.newMultiaddrs
            try state.saveInfo(info, rt.store)
        }
    }

    // MARK: - Helpers

    /// Requires that the owner, the worker or a control address calls.
    static func validateCallerControls(_ rt: Runtime, _ info: MinerInfo) throws(ActorError) {
        try rt.validateCaller(isOneOf: info.controlAddresses + [info.owner, info.worker])
    }

    /// Makes a pending worker key the worker, once its time has come.
    static func processPendingWorker(
        _ rt: Runtime,
        _ state: inout MinerState,
        _ info: inout MinerInfo
    ) throws(ActorError) {
        guard let pending = info.pendingWorkerKey, rt.epoch >= pending.effectiveAt else { return }
        info.worker = pending.newWorker
        info.pendingWorkerKey = nil
        try state.saveInfo(info, rt.store)
    }

    private static func checkControlAddresses(_ addresses: [Address]) throws(ActorError) {
        if addresses.count > MinerPolicy.maxControlAddresses {
            throw .illegalArgument(
                "\(addresses.count) control addresses, at most \(MinerPolicy.maxControlAddresses)"
            )
        }
    }

    private static func checkPeerInfo(
        _ peerID: [UInt8],
        _ multiaddrs: [[UInt8]]
    ) throws(ActorError) {
        if peerID.count > MinerPolicy.maxPeerIDLength {
            throw .illegalArgument(
                "peer ID of \(peerID.count) bytes, at most \(MinerPolicy.maxPeerIDLength)"
            )
        }
        var total = 0
        for multiaddr in multiaddrs {
            if multiaddr.isEmpty { throw .illegalArgument("invalid empty multiaddr") }
            total += multiaddr.count
        }
        if total > MinerPolicy.maxMultiaddrData {
            throw .illegalArgument(
                "multiaddrs of \(total) bytes, at most \(MinerPolicy.maxMultiaddrData)"
            )
        }
    }

    private static func resolveControlAddress(
        _ rt: Runtime,
        _ address: Address
    ) throws(ActorError) -> ActorID {
        guard let id = try rt.resolve(address) else {
            throw .illegalArgument("unable to resolve address \(address)")
        }
        guard let kind = try rt.kind(of: id), kind.isSignable else {
            throw .illegalArgument("owner \(id) must be an account or a multisig")
        }
        return id
    }

    private static func resolveWorkerAddress(
        _ rt: Runtime,
        _ address: Address
    ) throws(ActorError) -> ActorID {
        guard let id = try rt.resolve(address) else {
            throw .illegalArgument("unable to resolve address \(address)")
        }
        guard try rt.kind(of: id) == .account else {
            throw .illegalArgument("worker \(id) must be an account")
        }
        if address.kind != .bls {
            let sent = try rt.send(to: id, method: AccountMethod.pubkeyAddress)
            try sent.requireSuccess("failed to fetch account pubkey from \(id)")
            let key: Address = try sent.decoded()
            guard key.kind == .bls else {
                throw .illegalArgument("worker account \(id) must have BLS pubkey")
            }
        }
        return id
    }

    private static func currentProvingPeriodStart(
        _ epoch: ChainEpoch,
        offset: ChainEpoch
    ) -> ChainEpoch {
        let modulus = epoch % MinerPolicy.provingPeriod
        let progress =
            modulus >= offset
            ? modulus - offset : MinerPolicy.provingPeriod - (offset - modulus)
        return epoch - progress
    }
}
