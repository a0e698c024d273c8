/// What executing a message gave.
public struct MessageReceipt: Hashable, Sendable {
    /// How it ended.
    public var exitCode: ExitCode
    /// What the method returned, encoded by its own rule.
    public var returnValue: [UInt8]
    /// How much gas was used.
    public var gasUsed: GasAmount

    /// Describes an execution.
    public init(exitCode: ExitCode, returnValue: [UInt8] = [], gasUsed: GasAmount) {
        self.exitCode = exitCode
        self.returnValue = returnValue
        self.gasUsed = gasUsed
    }
}
