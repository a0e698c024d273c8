import EventLoop
import Foundation
import TestSupport
import Testing

@Suite struct ChildProcessTests {
    @Test func `a program's exit status is reported`() async throws {
        for status in [0, 3] {
            let process = try await ChildProcess.start(.init("sh", ["-c", "exit \(status)"]))
            let exit = await process.wait()
            #expect(exit == .status(status))
            #expect(exit.isSuccess == (status == 0))
            #expect(await process.wait() == exit)
        }
    }

    @Test func `output goes to a file, in the folder and environment that were given`() async throws
    {
        let folder = try TemporaryDirectory()
        var options = ChildProcess.Options("/bin/sh", ["-c", "echo $WORD; pwd; echo bad >&2"])
        options.environment = ["WORD=a b"]
        options.directory = "/"
        options.output = .file(folder.path("out"))
        options.errors = .file(folder.path("out"))
        for _ in 0..<2 {
            let exit = try await ChildProcess.start(options).wait()
            #expect(exit.isSuccess)
        }
        let text = try String(contentsOfFile: folder.path("out"), encoding: .utf8)
        #expect(text == "a b\n/\nbad\na b\n/\nbad\n")
    }

    @Test func `a program is asked to end, and killed if it does not`() async throws {
        let calm = try await ChildProcess.start(.init("sleep", ["1000"]))
        #expect(await calm.identifier > 0)
        #expect(await calm.terminate(grace: .seconds(60)) == .signal(SIGTERM))
        let folder = try TemporaryDirectory()
        let script =
            "trap '' TERM; echo ready > '\(folder.path("ready"))'; while :; do sleep 0.05; done"
        var options = ChildProcess.Options("sh", ["-c", script])
        options.output = .discarded
        let stubborn = try await ChildProcess.start(options)
        while !FileManager.default.fileExists(atPath: folder.path("ready")) { await Task.yield() }
        #expect(await stubborn.terminate(grace: .milliseconds(50)) == .signal(SIGKILL))
        await stubborn.send(signal: SIGTERM)
    }

    @Test func `a program that is not there is an error`() async throws {
        let error = await #expect(throws: IOError.self) {
            try await ChildProcess.start(.init("/no/such/program"))
        }
        #expect(error?.code == .refused)
        var options = ChildProcess.Options("true")
        options.output = .file("/no/such/folder/file")
        await #expect(throws: IOError.self) { try await ChildProcess.start(options) }
    }
}
