import Testing

@testable import Sandbox

struct RuntimeConfigurationTests {
    private func configuration(_ change: (inout SandboxSpec) -> Void = { _ in }) -> String {
        var spec = SandboxSpec(arguments: ["/bin/sh", "-c", "echo \"a\"\n"], root: .mounted("/unused"))
        spec.environment = ["PATH=/bin"]
        change(&spec)
        let configuration = RuntimeConfiguration(
            spec: spec, user: ContainerUser(uid: 5, gid: 6, additionalGroups: [7], home: "/home/u"),
            rootDirectory: "/root-fs",
            mounts: [.init(target: "/in", source: "/host/in", options: ["rbind", "ro", "nodev"])],
            devices: DeviceDirectory(path: "/devices", bound: ["null"]), runtime: OCIRuntime(path: "/missing/runc"),
            usesControlGroups: false, mountsControlGroups: false)
        return String(decoding: configuration.json.encoded, as: UTF8.self)
    }

    @Test func golden() {
        let capabilities =
            #"["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FSETID","CAP_FOWNER","CAP_MKNOD","CAP_NET_RAW","CAP_SETGID","CAP_SETUID","CAP_SETFCAP","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_SYS_CHROOT","CAP_KILL","CAP_AUDIT_WRITE"]"#
        let expected = [
            #"{"ociVersion":"1.0.2","#,
            #""process":{"terminal":false,"user":{"uid":5,"gid":6,"umask":18,"additionalGids":[6,7]},"#,
            #""args":["/bin/sh","-c","echo \"a\"\u000a"],"env":["PATH=/bin","HOME=/home/u"],"cwd":"/","#,
            #""capabilities":{"bounding":\#(capabilities),"effective":\#(capabilities),"permitted":\#(capabilities)},"#,
            #""noNewPrivileges":false},"#,
            #""root":{"path":"/root-fs","readonly":false},"hostname":"buildkitsandbox","mounts":["#,
            #"{"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]},"#,
            #"{"destination":"/dev","type":"bind","source":"/devices","options":["bind","nosuid","strictatime","nodev"]},"#,
            #"{"destination":"/dev/pts","type":"devpts","source":"devpts","options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620","gid=5"]},"#,
            #"{"destination":"/dev/shm","type":"tmpfs","source":"shm","options":["nosuid","noexec","nodev","mode=1777","size=67108864"]},"#,
            #"{"destination":"/dev/mqueue","type":"mqueue","source":"mqueue","options":["nosuid","noexec","nodev"]},"#,
            #"{"destination":"/sys","type":"sysfs","source":"sysfs","options":["nosuid","noexec","nodev","ro"]},"#,
            #"{"destination":"/dev/null","type":"bind","source":"/dev/null","options":["bind","nosuid","noexec"]},"#,
            #"{"destination":"/in","type":"bind","source":"/host/in","options":["rbind","ro","nodev"]}],"#,
            #""linux":{"namespaces":[{"type":"pid"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}],"#,
            #""maskedPaths":["/proc/acpi","/proc/asound","/proc/interrupts","/proc/kcore","/proc/keys","/proc/latency_stats","/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware","/sys/devices/virtual/powercap"],"#,
            #""readonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"],"#,
            #""seccomp":{"defaultAction":"SCMP_ACT_ERRNO","#,
        ].joined()
        guard Capabilities.available.count > 30, !MountNamespace.isInUserNamespace else { return }
        let text = configuration()
        #expect(text.hasPrefix(expected), "\(text.prefix(expected.count + 20))")
    }

    @Test func options() {
        let text = configuration { spec in
            spec.network = .none
            spec.ulimits = [Ulimit(name: "nofile", soft: 1024, hard: -1)]
            spec.outOfMemoryAdjustment = -5
            spec.terminal = true
            spec.readOnlyRoot = true
            spec.hostname = "name"
        }
        for part in [
            #"{"type":"network"}"#, #""rlimits":[{"type":"RLIMIT_NOFILE","hard":18446744073709551615,"soft":1024}]"#,
            #""oomScoreAdj":-5"#, #""terminal":true"#, #""readonly":true"#, #""hostname":"name""#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
        let insecure = configuration { $0.insecure = true }
        #expect(!insecure.contains("seccomp") && !insecure.contains("maskedPaths"))
        #expect(insecure.contains("\"ambient\""))
    }

    @Test(arguments: [
        ([UInt8](), ""), ([102], "Zg=="), ([102, 111], "Zm8="), ([102, 111, 111], "Zm9v"),
        ([255, 255, 254, 0], "///+AA=="),
    ])
    func base64OfBytes(bytes: [UInt8], text: String) {
        #expect(base64(bytes) == text)
    }
}
