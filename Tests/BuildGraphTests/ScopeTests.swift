import BuildGraph
import OCI
import Testing

@Suite("Arguments and variables")
struct ScopeTests {
    @Test("global arguments reach a stage only when it declares them")
    func global() throws {
        #expect(try plan("ARG A=1\nFROM scratch\nRUN x\n").environment == [])
        #expect(try plan("ARG A=1\nFROM scratch\nARG A\nRUN x\n").environment == ["A=1"])
        #expect(try plan("ARG A=1\nFROM scratch\nARG A=2\nRUN x\n").environment == ["A=2"])
        #expect(try plan("ARG A=1\nARG B=${A}x\nFROM scratch\nARG B\nRUN x\n").environment == ["B=1x"])
        #expect(try plan("FROM scratch\nARG A\nRUN x\n").environment == [])
    }

    @Test("the name of an argument is taken as it is written")
    func names() throws {
        #expect(try plan("FROM scratch\nARG N=x\nARG $N=1\nRUN x\n").environment == ["N=x", "$N=1"])
        #expect(try plan("FROM scratch\nARG ' a=b\nRUN x\n").environment == ["' a=b"])
    }

    @Test("build arguments replace defaults where the argument is declared, and nowhere else")
    func given() throws {
        let given: (inout PlanOptions) -> Void = { $0.buildArguments = ["A": "9"] }
        #expect(try plan("FROM scratch\nARG A=1\nRUN x\n", given).environment == ["A=9"])
        #expect(try plan("ARG A=1\nFROM scratch\nARG A\nRUN x\n", given).environment == ["A=9"])
        #expect(try plan("FROM scratch\nRUN x\n", given).environment == [])
        // What is given is taken as it is.
        #expect(
            try plan("FROM scratch\nARG A=1\nRUN x\n") { $0.buildArguments = ["A": "$PATH 'x'"] }.environment
                == ["A=$PATH 'x'"])
    }

    @Test("an argument counts from its line on, and for stages built on this one only")
    func order() throws {
        let text = """
            FROM scratch AS a
            ARG A=1
            FROM a AS b
            RUN x
            FROM scratch
            RUN x
            """
        #expect(try plan(text) { $0.target = "b" }.environment == ["A=1"])
        #expect(try plan(text).environment == [])
        let runs = try plan("FROM scratch\nRUN $A\nARG A=1\nRUN $A\n").runs
        #expect(runs[0].environment.contains("A=1") == false)
        #expect(runs[1].environment.contains("A=1"))
    }

    @Test("later of ENV and ARG wins in RUN; only ENV reaches the image")
    func precedence() throws {
        let later = try plan("FROM scratch\nARG A=1\nENV A=2\nRUN x\n")
        #expect(later.environment == ["A=2"])
        #expect(later.last.config.config.env.contains("A=2"))
        let argument = try plan("FROM scratch\nENV A=2\nARG A=1\nRUN x\n")
        #expect(argument.environment == ["A=1"])
        #expect(argument.last.config.config.env.contains("A=2"))
        let only = try plan("FROM scratch\nARG A=1\nRUN x\n")
        #expect(only.last.config.config.env.contains { $0.hasPrefix("A=") } == false)
        let through = try plan("FROM scratch\nARG A=1\nENV B=${A:-0}-$A\nRUN x\n")
        #expect(through.environment == ["A=1", "B=1-1"])
    }

    @Test("all pairs of one ENV see the values from before it")
    func oneInstruction() throws {
        let plan = try plan("FROM scratch\nENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc\n")
        #expect(plan.last.config.config.env.suffix(3) == ["abc=bye", "def=hello", "ghi=bye"])
    }

    @Test("platform arguments are there without a default, once declared")
    func platformArguments() throws {
        let text = """
            FROM scratch AS out
            ARG TARGETPLATFORM
            ARG TARGETOS
            ARG TARGETARCH
            ARG TARGETVARIANT
            ARG BUILDPLATFORM
            ARG BUILDARCH
            ARG TARGETSTAGE
            RUN x
            """
        let plan = try plan(text) { $0.platform = Platform(os: "linux", architecture: "arm", variant: "v7") }
        #expect(
            plan.environment == [
                "TARGETPLATFORM=linux/arm/v7", "TARGETOS=linux", "TARGETARCH=arm", "TARGETVARIANT=v7",
                "BUILDPLATFORM=linux/amd64", "BUILDARCH=amd64", "TARGETSTAGE=out",
            ])
        #expect(
            try BuildGraphTests.plan("FROM scratch\nARG TARGETSTAGE\nRUN x\n").environment == ["TARGETSTAGE=default"])
        #expect(
            try BuildGraphTests.plan("FROM scratch\nARG TARGETOS\nRUN x\n") {
                $0.buildArguments = ["TARGETOS": "plan9"]
            }
            .environment == ["TARGETOS=plan9"])
    }

    @Test("proxies reach the process in both spellings, but neither environment, key nor image")
    func proxies() throws {
        let plan = try plan("FROM scratch\nRUN x\n") {
            $0.buildArguments = ["http_proxy": "http://p", "NO_PROXY": "a,b", "FTP_PROXY": ""]
        }
        #expect(
            plan.runs[0].proxyEnvironment
                == ["HTTP_PROXY=http://p", "http_proxy=http://p", "NO_PROXY=a,b", "no_proxy=a,b"])
        #expect(plan.environment == [])
        #expect(plan.history.contains { $0.contains("http://p") } == false)
        #expect(plan.last.config.config.env.count == 1)
    }

    @Test("SOURCE_DATE_EPOCH is read from build arguments and global arguments")
    func epoch() throws {
        #expect(try plan("FROM scratch\n") { $0.buildArguments = ["SOURCE_DATE_EPOCH": "12"] }.epoch == 12)
        #expect(try plan("ARG SOURCE_DATE_EPOCH=34\nFROM scratch\n").epoch == 34)
        #expect(try plan("FROM scratch\n").epoch == nil)
        #expect(try plan("FROM scratch\n") { $0.buildArguments = ["SOURCE_DATE_EPOCH": ""] }.epoch == nil)
        #expect(
            try failure("FROM scratch\n") { $0.buildArguments = ["SOURCE_DATE_EPOCH": "now"] }.reason
                == .invalidEpoch("now"))
    }

    @Test("a failed expansion points at its instruction")
    func failedExpansion() throws {
        let failure = try failure("FROM scratch\nENV A=1\nENV B=${C:?is-needed}\n")
        #expect(failure.place == "ENV B=${C:?is-needed}")
        #expect(failure.text?.contains("is-needed") == true)
    }

    @Test("a base's PATH and variables are kept, missing PATH is added")
    func baseEnvironment() throws {
        let kept = try plan("FROM base\nRUN x\n", images: ["base:latest": config(env: ["PATH=/only", "A=1"])])
        #expect(kept.runs[0].environment == ["PATH=/only", "A=1"])
        let added = try plan("FROM base\nRUN x\n", images: ["base:latest": config(env: ["A=1"])])
        #expect(added.runs[0].environment.last?.hasPrefix("PATH=/usr/local/sbin") == true)
        let replaced = try plan("FROM base\nENV A=2\n", images: ["base:latest": config(env: ["A=1", "PATH=/p"])])
        #expect(replaced.last.config.config.env == ["A=2", "PATH=/p"])
    }
}
