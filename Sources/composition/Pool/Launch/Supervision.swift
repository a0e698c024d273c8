/// What to do about one service whose process ends or never answers: a pure state machine.
///
/// | phase | leaves it |
/// |---|---|
/// | idle | `start` → starting |
/// | starting | `answered` → up; `ended` → pausing, or failed after too many; `stop` → stopping |
/// | up | `ended` → pausing; `stop` → stopping |
/// | pausing | `pauseOver` → starting; `stop` → stopped |
/// | stopping | `ended` → stopped |
/// | stopped, failed | `start` → starting |
package struct Supervision: Hashable, Sendable {
    /// Where a service stands.
    package enum Phase: String, Hashable, Sendable {
        case idle, starting, up, pausing, stopping, stopped, failed
    }

    /// What happens to it.
    package enum Event: Hashable, Sendable {
        case start
        /// Its process answered a request.
        case answered
        /// Its process ended, after having run that long.
        case ended(after: Duration)
        case pauseOver
        case stop
    }

    /// What is to be done next.
    package enum Action: Hashable, Sendable {
        case nothing
        /// Start the process.
        case spawn
        /// Wait, then tell ``Event/pauseOver``.
        case pause(Duration)
        /// Ask the process to end.
        case terminate
        /// Leave it: it is stopped, or it never came up.
        case leave
    }

    /// How often a service that never answered may end before it is given up.
    package static let attempts = 3
    /// The first pause; each further one is twice as long.
    package static let firstPause: Duration = .milliseconds(500)
    package static let longestPause: Duration = .seconds(30)
    /// A service that ran that long begins with the shortest pause again.
    package static let steadyTime: Duration = .seconds(60)

    package private(set) var phase: Phase = .idle
    /// Whether it answered at least once.
    package private(set) var hasBeenUp = false
    /// How often it ended since it last ran for a steady time.
    package private(set) var failures = 0
    /// How often it was started again.
    package private(set) var restarts = 0

    package init() {}

    /// Takes note of an event; one that means nothing in the present phase changes nothing.
    package mutating func apply(_ event: Event) -> Action {
        switch (phase, event) {
        case (.idle, .start), (.stopped, .start), (.failed, .start):
            phase = .starting
            failures = 0
            return .spawn
        case (.starting, .answered):
            phase = .up
            hasBeenUp = true
            return .nothing
        case (.starting, .ended(let time)), (.up, .ended(let time)): return pause(time)
        case (.pausing, .pauseOver):
            phase = .starting
            restarts += 1
            return .spawn
        case (.starting, .stop), (.up, .stop):
            phase = .stopping
            return .terminate
        case (.pausing, .stop), (.idle, .stop), (.stopping, .ended):
            phase = .stopped
            return .leave
        case (.idle, _), (.starting, _), (.up, _), (.pausing, _), (.stopping, _), (.stopped, _),
            (.failed, _):
            return .nothing
        }
    }

    private mutating func pause(_ time: Duration) -> Action {
        failures = time >= Self.steadyTime ? 1 : failures + 1
        if !hasBeenUp, failures >= Self.attempts {
            phase = .failed
            return .leave
        }
        phase = .pausing
        let doublings = min(failures - 1, 16)
        return .pause(min(Self.firstPause * (1 << doublings), Self.longestPause))
    }
}
