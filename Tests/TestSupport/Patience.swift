/// How long a test waits for what comes at once on an idle machine.
///
/// Long enough that a machine with other work to do does not fail a test; no test passes by waiting this long.
public let patience: Duration = .seconds(60)
