package import FilecoinTypes

extension MessagePool {
    /// Chooses the messages of one block on a tipset.
    ///
    /// `quality`: see ``MessageSelection/messages(quality:using:)``.
    package func select(
        on base: Tipset,
        quality: Double,
        using generator: inout some RandomNumberGenerator & Sendable
    ) async throws -> [SignedMessage] {
        try await selection(on: base).messages(quality: quality, using: &generator).map(\.signed)
    }

    /// Chooses the messages of several blocks of one epoch.
    package func select(
        on base: Tipset,
        qualities: [Double],
        using generator: inout some RandomNumberGenerator & Sendable
    ) async throws -> [[SignedMessage]] {
        try await selection(on: base).messages(qualities: qualities, using: &generator)
            .map { $0.map(\.signed) }
    }
}
