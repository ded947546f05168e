import Testing

@testable import Sandbox

struct RuntimeMessageTests {
    private let crun = RuntimeMessage(runtime: OCIRuntime(path: "/usr/bin/crun"), command: "/x")
    private let runc = RuntimeMessage(runtime: OCIRuntime(path: "/usr/bin/runc"), command: "/x")

    @Test func outputOfTheProgramIsNotTheRuntimes() {
        for text in ["hello\n", "{\"msg\":\"mine\"}\n", "exec /y: no such file or directory\n", ""] {
            #expect(!crun.isFailure(Array(text.utf8)))
            #expect(!runc.isFailure(Array(text.utf8)))
        }
    }

    @Test func logsTell() {
        let log = TemporaryDirectory()
        let path = log.file(
            "log",
            #"""
            {"msg":"a warning","level":"warning","time":"…"}
            {"level":"error","msg":"mount `a\"b` to `c`: Invalid argument\u00e9","time":"…"}
            """#)
        #expect(
            crun.failure(inLog: path, withheld: [])
                == .runtimeFailed(runtime: "crun", message: "mount `a\"b` to `c`: Invalid argumenté"))
        #expect(crun.failure(inLog: log.path + "/missing", withheld: []) == nil)
        #expect(crun.failure(inLog: log.file("empty", ""), withheld: []) == nil)
        #expect(crun.failure(inLog: log.file("broken", #"{"level":"error","msg":"\u"#), withheld: []) != nil)
    }
}
