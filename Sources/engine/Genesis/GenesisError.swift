internal import FilecoinTypes

/// Why a template makes no genesis.
package enum GenesisError: Error, CustomStringConvertible {
    /// The template contradicts itself or the rules.
    case invalid(String)
    /// A call that builds the state failed.
    case callFailed(String)

    package var description: String {
        switch self {
        case .invalid(let reason): "invalid genesis template: \(reason)"
        case .callFailed(let reason): "cannot build the genesis state: \(reason)"
        }
    }
}
