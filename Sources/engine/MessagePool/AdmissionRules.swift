package import ActorRuntime
internal import CBOR
package import FilecoinTypes
package import NetworkParameters
internal import BigIntegers
internal import FilecoinCrypto
internal import Multiformats

/// The rules that a message meets on its way into the pool, before its place among others is looked for.
package struct AdmissionRules: Sendable {
    /// The network.
    package let parameters: NetworkParameters

    package init(_ parameters: NetworkParameters) {
        self.parameters = parameters
    }

    /// The prices in force at an epoch.
    package func prices(at epoch: ChainEpoch) -> GasPriceList {
        switch parameters.gasPriceList(at: epoch) {
        case .genesis: .genesis
        case .calico: .calico
        }
    }

    /// Checks size and fields, but not the signature.
    package func checkForm(
        _ message: SignedMessage,
        head: ChainEpoch
    ) throws(MessageRejection) {
        let size = message.cborBytes().count
        guard size <= MessagePoolLimits.messageByteCount else { throw .tooBig(size) }
        do throws(MessageFault) {
            let version = parameters.networkVersion(at: head + 1)
            try message.message.validateForInclusion(minimumGas: 0, version: version)
        } catch {
            throw .invalid(error)
        }
        guard message.message.value < TokenAmount.totalSupply else { throw .valueTooHigh }
        guard message.message.gasFeeCap >= BaseFee.minimum else { throw .feeCapTooLow }
    }

    /// Checks that the sender signed a message.
    package func checkSignature(
        _ message: SignedMessage,
        key: Address
    ) throws(MessageRejection) {
        do throws(SignatureError) {
            try message.signature.verify(message.message.cid.bytes, by: key)
        } catch {
            throw .badSignature(message, error)
        }
    }

    /// Checks that a message pays for its bytes and may find a block soon.
    ///
    /// - Returns: Whether it is to be sent to others at once: a local message with too low a fee cap waits until
    ///   the base fee has fallen.
    package func checkInclusion(
        of message: PendingMessage,
        head: Tipset,
        from origin: MessageOrigin
    ) throws(MessageRejection) -> Bool {
        let epoch = head.height + 1
        let minimum = prices(at: epoch).onChainMessage(sizeBytes: message.chainByteCount).total
        do throws(MessageFault) {
            try message.message.validateForInclusion(
                minimumGas: GasAmount(minimum),
                version: parameters.networkVersion(at: epoch)
            )
        } catch {
            throw .notIncluded(error)
        }
        // The fee falls by at most an eighth each epoch: to less than a tenth in 20 of them, and to a hundredth in 40.
        let bound = Self.lowerBound(of: head.parentBaseFee, factor: 100)
        guard message.message.gasFeeCap < bound else { return origin != .network }
        guard origin != .network else {
            throw .feeCapBelowBound(message.message.gasFeeCap, bound: bound)
        }
        return false
    }

    /// A base fee divided by a factor, at least the minimum.
    package static func lowerBound(of baseFee: TokenAmount, factor: Int64) -> TokenAmount {
        let quotient = baseFee.attoFIL.euclideanDivided(by: BigInt(factor)).quotient
        return max(BaseFee.minimum, TokenAmount(attoFIL: quotient))
    }
}
