package import ChainStore
package import FilecoinTypes
internal import Synchronization

/// Executes a tipset: the state machine, as far as consensus needs it.
package protocol TipsetRunner: Sendable {
    /// Executes the messages of a tipset on the state that its headers carry; the new state is stored.
    ///
    /// - Throws: If this node cannot execute it, or if its blocks cannot belong together.
    func execute(_ tipset: Tipset) throws -> ChainStore.Execution
}

/// What the execution of tipsets gave: computed once, kept in the chain store.
///
/// Calls block; one tipset is executed at a time.
package final class TipsetStates: Sendable {
    private let store: ChainStore
    private let runner: any TipsetRunner
    private let running = Mutex<Int>(0)

    package init(_ store: ChainStore, runner: any TipsetRunner) {
        self.store = store
        self.runner = runner
    }

    /// Returns state and receipts after a tipset, which is executed if it was not before.
    package func execution(of tipset: Tipset) throws -> ChainStore.Execution {
        if tipset.height == 0 {
            // Genesis has no messages: the state that it carries is the one after it.
            return ChainStore.Execution(
                stateRoot: tipset.parentStateRoot,
                receiptsRoot: tipset.parentMessageReceipts
            )
        }
        if let known = try store.execution(of: tipset.key) { return known }
        return try running.withLock { _ in
            if let known = try store.execution(of: tipset.key) { return known }
            let execution = try runner.execute(tipset)
            try store.put(execution, of: tipset.key)
            return execution
        }
    }
}
