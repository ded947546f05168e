import OCI
import Running
import Testing

@testable import Slimming

/// Who the lean image runs as, when the original runs as somebody.
struct AccountTests {
    private func situation(_ user: String, base: String = "") throws -> (Situation, SampleProject) {
        let image = try SampleProject([
            "image/etc/passwd": "root:x:0:0::/root:/bin/sh\nweb:x:1500:1600::/home/web:/bin/sh\nodd name:x:7:7::/:/x\n",
            "image/etc/group": "root:x:0:\nstaff:x:1600:web\n", "image/app/a": "x", "base/etc/passwd": base,
        ])
        var config = ContainerConfig()
        config.user = user
        config.workingDir = "/app"
        let evidence = Evidence(
            observation: Observation(), image: RootView(directory: image.root + "/image"),
            base: RootView(directory: image.root + "/base"), config: config, baseConfig: ContainerConfig(), added: [])
        let file = try view(
            "FROM golang\nUSER \(user.isEmpty ? "root" : user)\nWORKDIR /app\nCOPY . .\nRUN go build\nCMD [\"./a\"]\n")
        return (Situation(view: file, project: image.tree, evidence: evidence), image)
    }

    @Test(arguments: [
        ("web", "1500:1600"), ("1500", "1500:1600"), ("web:root", "1500:0"), ("4000", "4000:0"), ("4000:50", "4000:50"),
    ])
    func isWhoItWas(_ user: String, _ ids: String) throws {
        let (situation, project) = try situation(user)
        withExtendedLifetime(project) {
            let user = AccountSetup.user(situation, setup: .debian)
            #expect(user?.ids == ids)
            #expect(user?.isOriginal == true)
        }
    }

    @Test(arguments: ["", "root", "0", "0:0"]) func isNewForRoot(_ user: String) throws {
        let (situation, project) = try situation(user)
        withExtendedLifetime(project) { #expect(AccountSetup.user(situation, setup: .debian)?.ids == "10001:10001") }
    }

    @Test func isMadeWhereTheBaseLacksIt() throws {
        let (situation, project) = try situation("web")
        withExtendedLifetime(project) {
            #expect(
                AccountSetup.user(situation, setup: .debian)?.setup == [
                    "groupadd -r -g 1600 staff", "useradd -r -u 1500 -g staff -m -d /home/web -s /usr/sbin/nologin web",
                ])
            #expect(AccountSetup.line(situation) == "web:x:1500:1600::/home/web:/sbin/nologin")
        }
        let (other, second) = try self.situation("web", base: "web:x:1500:1600::/:/bin/sh\n")
        withExtendedLifetime(second) { #expect(AccountSetup.user(other, setup: .debian)?.setup == []) }
    }

    @Test func writesCachesThatAVolumeKeeps() throws {
        let (sample, project) = try situation("web")
        var situation = sample
        situation.evidence?.config.volumes = ["/var/cache/shop"]
        situation.evidence?.observation.written = ["/var/cache/fontconfig/a"]
        withExtendedLifetime(project) {
            #expect(AccountSetup.user(situation, setup: .debian)?.writable == ["/var/cache/shop"])
        }
    }

    @Test func isNeverTradedForRoot() {
        var plan = RuntimePlan(name: "a", bases: ["scratch"])
        plan.user = RuntimeUser(ids: "1500:1600", setup: [], writable: [])
        #expect(Ladder.rungs([plan]).count == 2)
        plan.user?.isOriginal = true
        #expect(Ladder.rungs([plan]).map(\.user) == [plan.user])
        var before = ContainerConfig()
        before.user = "web"
        #expect(
            ConfigComparison.differences(before, ContainerConfig(), base: ContainerConfig(), buildOnly: []) == [
                "USER web became root"
            ])
    }
}
