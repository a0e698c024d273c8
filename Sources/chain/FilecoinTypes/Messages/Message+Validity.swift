/// Why a message may not be in a block, or wait for one, whatever the state of the chain.
///
/// The texts are those of the reference.
public enum MessageFault: Error, Hashable, Sendable, CustomStringConvertible {
    case unsupportedVersion
    case receiverIsBLSZero
    case receiverUnsupported
    case senderUnsupported
    case valueNegative
    case valueAboveSupply
    case feeCapNegative
    case premiumNegative
    case feeCapBelowPremium
    case gasLimitAboveBlock(GasAmount)
    case gasLimitNotPositive(GasAmount)
    case gasLimitBelowInclusion(GasAmount, minimum: GasAmount)

    public var description: String {
        switch self {
        case .unsupportedVersion: "'Version' unsupported"
        case .receiverIsBLSZero: "invalid 'To' address"
        case .receiverUnsupported: "'To' address protocol unsupported for network version"
        case .senderUnsupported: "'From' address protocol unsupported for network version"
        case .valueNegative: "'Value' field cannot be negative"
        case .valueAboveSupply: "'Value' field cannot be greater than total filecoin supply"
        case .feeCapNegative: "'GasFeeCap' field cannot be negative"
        case .premiumNegative: "'GasPremium' field cannot be negative"
        case .feeCapBelowPremium: "'GasFeeCap' less than 'GasPremium'"
        case .gasLimitAboveBlock(let limit):
            "'GasLimit' field cannot be greater than a block's gas limit "
                + "(\(limit) > \(BaseFee.blockGasLimit))"
        case .gasLimitNotPositive(let limit): "'GasLimit' field \(limit) must be positive"
        case .gasLimitBelowInclusion(let limit, let minimum):
            "'GasLimit' field cannot be less than the cost of storing a message on chain "
                + "\(limit) < \(minimum)"
        }
    }
}

extension Message {
    /// Checks everything that can be checked without the state of the chain.
    ///
    /// - Parameters:
    ///   - minimumGas: What including the message costs by itself, from the price list.
    ///   - networkVersion: The rules in force where the message is to be included.
    /// - Throws: The first ``MessageFault``, in the order of the reference.
    public func validateForInclusion(
        minimumGas: GasAmount,
        version networkVersion: NetworkVersion
    ) throws(MessageFault) {
        guard version == Self.currentVersion else { throw .unsupportedVersion }
        guard to != .blsZero || networkVersion < 7 else { throw .receiverIsBLSZero }
        // Delegated addresses exist from network version 18 on.
        guard to.kind != .delegated || networkVersion >= 18 else { throw .receiverUnsupported }
        guard from.kind != .delegated || networkVersion >= 18 else { throw .senderUnsupported }
        guard !value.isNegative else { throw .valueNegative }
        guard value <= TokenAmount.totalSupply else { throw .valueAboveSupply }
        guard !gasFeeCap.isNegative else { throw .feeCapNegative }
        guard !gasPremium.isNegative else { throw .premiumNegative }
        guard gasPremium <= gasFeeCap else { throw .feeCapBelowPremium }
        guard gasLimit <= BaseFee.blockGasLimit else { throw .gasLimitAboveBlock(gasLimit) }
        guard gasLimit > 0 else { throw .gasLimitNotPositive(gasLimit) }
        guard gasLimit >= minimumGas else {
            throw .gasLimitBelowInclusion(gasLimit, minimum: minimumGas)
        }
    }
}
