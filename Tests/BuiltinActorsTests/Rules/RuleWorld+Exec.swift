import ActorRuntime
import BuiltinActors
import CBOR
import FilecoinTypes

/// Actors that anybody may create.
extension RuleWorld {
    /// Creates an actor through the init actor and returns its ID.
    func exec(
        _ kind: ActorKind,
        _ params: some CBOREncodable,
        value: TokenAmount = .zero
    ) throws -> ActorID {
        let returned = try send(
            InitMethod.exec,
            to: .initActor,
            from: Self.owner,
            ExecParameters(
                codeCID: ActorCode(kind, version).cid,
                constructorParams: params.cborBytes()
            ),
            value: value
        )
        guard let id = try ExecReturn(cbor: returned).idAddress.actorID else {
            throw MissingActor(id: 0)
        }
        return id
    }

    /// A channel from ``owner`` to ``client``.
    func createChannel(_ value: TokenAmount) throws -> ActorID {
        try exec(
            .paymentChannel,
            PaymentChannelConstructorParameters(from: .id(Self.owner), to: .id(Self.client)),
            value: value
        )
    }

    /// A wallet of ``owner``, ``client`` and ``reporter``.
    func createMultisig(
        threshold: UInt64,
        value: TokenAmount = .fil(100),
        start: ChainEpoch = 0,
        unlockDuration: ChainEpoch = 0
    ) throws -> ActorID {
        try exec(
            .multisig,
            MultisigConstructorParameters(
                signers: [.id(Self.owner), .id(Self.client), .id(Self.reporter)],
                approvalsThreshold: threshold,
                unlockDuration: unlockDuration,
                startEpoch: start
            ),
            value: value
        )
    }
}
