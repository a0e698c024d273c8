import Pool
import Testing

@Suite struct SupervisionTests {
    /// Tells events one after the other and returns the actions.
    private static func play(
        _ supervision: inout Supervision,
        _ events: Supervision.Event...
    ) -> [Supervision.Action] {
        events.map { supervision.apply($0) }
    }

    @Test func `a service that dies is started again, later each time`() {
        var service = Supervision()
        #expect(Self.play(&service, .start, .answered) == [.spawn, .nothing])
        var pauses: [Duration] = []
        for _ in 0..<9 {
            if case .pause(let pause) = service.apply(.ended(after: .seconds(1))) {
                pauses.append(pause)
            }
            #expect(Self.play(&service, .pauseOver, .answered) == [.spawn, .nothing])
        }
        let halves = [1, 2, 4, 8, 16, 32, 60, 60, 60]
        #expect(pauses == halves.map { .milliseconds($0 * 500) })
        #expect(service.restarts == 9)
        // After a steady time it begins with the shortest pause.
        #expect(service.apply(.ended(after: .seconds(60))) == .pause(.milliseconds(500)))
    }

    @Test func `a service that never answered is given up`() {
        var service = Supervision()
        #expect(service.apply(.start) == .spawn)
        for _ in 1..<Supervision.attempts {
            guard case .pause = service.apply(.ended(after: .zero)) else {
                Issue.record("no pause")
                return
            }
            #expect(service.apply(.pauseOver) == .spawn)
        }
        #expect(service.apply(.ended(after: .zero)) == .leave)
        #expect(service.phase == .failed)
        #expect(service.apply(.start) == .spawn)
    }

    @Test func `a service that was told to stop is not started again`() {
        var service = Supervision()
        #expect(
            Self.play(&service, .start, .answered, .stop, .ended(after: .zero))
                == [.spawn, .nothing, .terminate, .leave]
        )
        #expect(service.phase == .stopped)
        #expect(
            Self.play(&service, .pauseOver, .answered, .ended(after: .zero))
                == [.nothing, .nothing, .nothing]
        )

        var pausing = Supervision()
        _ = Self.play(&pausing, .start, .answered, .ended(after: .zero))
        #expect(Self.play(&pausing, .stop, .pauseOver) == [.leave, .nothing])
        #expect(pausing.phase == .stopped)
    }
}
