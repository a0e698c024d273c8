import FilecoinTypes
import VenusAPI

/// What one message may cost, after the settings of every level were laid over one another.
struct MessageFees: Equatable {
    /// What the node is asked to keep to.
    var spec: MessageSendSpec
    /// The fee cap of the message; 0 lets the node choose.
    var gasFeeCap: TokenAmount
    /// Above this base fee the message waits; 0 for never.
    var baseFeeLimit: TokenAmount

    /// Takes each value from the first level that has one.
    ///
    /// - Parameters:
    ///   - message: Comes before every level, except for the base fee, of which it says nothing.
    ///   - levels: The settings, the nearest first: of the address, of the method, of all addresses.
    init(of message: MessagerMessage, levels: [MessagerFees]) {
        func first<Value: Equatable & ExpressibleByIntegerLiteral>(_ values: [Value]) -> Value {
            values.first { $0 != 0 } ?? 0
        }
        spec = MessageSendSpec(
            maxFee: first([message.spec.maxFee] + levels.map(\.maxFee)),
            gasOverEstimation: first(
                [message.spec.gasOverEstimation] + levels.map(\.gasOverEstimation)
            ),
            gasOverPremium: first([message.spec.gasOverPremium] + levels.map(\.gasOverPremium))
        )
        gasFeeCap = first([message.message.gasFeeCap] + levels.map(\.gasFeeCap))
        baseFeeLimit = first(levels.map(\.baseFee))
    }
}
