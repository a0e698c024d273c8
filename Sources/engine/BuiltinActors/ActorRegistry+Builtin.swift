package import ActorRuntime

extension ActorRegistry {
    /// The actors of every network.
    package static let builtin = ActorRegistry([
        SystemActor.definition,
        InitActor.definition,
        RewardActor.definition,
        CronActor.definition,
        PowerActor.definition,
        MarketActor.definition,
        MinerActor.definition,
        VerifiedRegistryActor.definition,
        AccountActor.definition,
        MultisigActor.definition,
        PaymentChannelActor.definition,
    ])
}
