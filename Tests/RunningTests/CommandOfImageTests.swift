import Glibc
import OCI
import Testing

@testable import Running

struct CommandOfImageTests {
    private var config: ContainerConfig {
        var config = ContainerConfig()
        config.entrypoint = ["/start"]
        config.cmd = ["serve"]
        config.env = ["A=1", "PATH=/bin"]
        return config
    }

    @Test func combinesEntryPointAndCommand() {
        #expect(CommandOfImage.arguments(of: config) == ["/start", "serve"])
        #expect(CommandOfImage.arguments(of: config, command: ["x"]) == ["/start", "x"])
        #expect(CommandOfImage.arguments(of: config, entrypoint: "sh") == ["sh"])
        #expect(CommandOfImage.arguments(of: config, entrypoint: "", command: ["x"]) == ["x"])
    }

    @Test func laterVariablesReplaceEarlierOnesInTheirPlace() {
        let variables = CommandOfImage.environment(of: config, hostname: "h", additions: ["A=2", "B=3"])
        #expect(variables == ["PATH=/bin", "HOSTNAME=h", "A=2", "B=3"])
    }

    @Test(arguments: [("SIGTERM", 15), ("quit", 3), ("9", 9), ("RTMIN+1", 35)])
    func readsSignals(_ text: String, _ number: Int32) { #expect(SignalName.number(text) == number) }

    @Test(.enabled(if: geteuid() == 0, "needs root")) func recordsWhatIsOpened() throws {
        let recorder = FileAccessRecorder(root: "/")
        guard recorder.isRecording else { return print("skipped: the kernel records no openings") }
        let path = "/etc/hostname"
        close(open(path, O_RDONLY))
        #expect(recorder.finish().opened.contains(path))
    }
}
