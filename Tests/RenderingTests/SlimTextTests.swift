import Slimming
import Testing

@testable import Rendering

struct SlimTextTests {
    private func report() -> SlimReport {
        var report = SlimReport()
        report.dockerfile = "FROM debian:12-slim\n"
        report.before.size = 200_000_000
        report.before.compressedSize = 80_000_000
        report.before.packages = 400
        report.before.smoke = "passed"
        report.after.size = 50_000_000
        report.after.compressedSize = 20_000_000
        report.after.packages = 100
        report.after.user = "10001:10001"
        report.after.smoke = "passed"
        report.steps = [SlimStep(id: "runtime-base", line: 1, why: "smaller")]
        report.accepted = true
        return report
    }

    @Test func saysNothingOfVulnerabilitiesWhereNobodyLooked() {
        let text = SlimText.text(report(), showsDockerfile: false)
        #expect(!text.contains("Vulnerabilities"))
        #expect(text.contains("Packages     | 400    | 100         | 75%"))
    }

    @Test func tellsOfTargetsSecretsAndWhatWasTried() {
        var report = report()
        report.proof = "smoke command"
        report.notes = [SlimReport.Note(rule: "WT0010", line: 3, message: "a <secret>")]
        report.rejected = ["way: it wrote <b> and @you"]
        report.targets = [
            SlimReport.Target(name: "dev", accepted: true, size: 3_000_000),
            SlimReport.Target(name: "debug", accepted: false, reason: "no image"),
        ]
        let text = SlimText.text(report, showsDockerfile: false)
        #expect(text.contains("note: line 3: a <secret> [WT0010]\n"))
        #expect(text.contains("target dev: built and tested, 3.00 MB\ntarget debug: left out: no image\n"))
        let markdown = SlimText.markdown(report)
        #expect(markdown.contains("Tested by: smoke command.") && markdown.contains("it wrote \\<b\\> and \\@you"))
        let page = SlimPage.page(report)
        #expect(page.contains("a &lt;secret&gt;") && page.contains("target debug: left out: no image"))
        #expect(!page.contains("<secret>") && !page.contains("<b>"))
    }

    @Test func countsVulnerabilities() {
        var report = report()
        report.before.findings = 12
        report.before.findingsBySeverity = ["CRITICAL": 2, "LOW": 10]
        report.after.findings = 3
        report.after.findingsBySeverity = ["LOW": 3]
        let text = SlimText.text(report, showsDockerfile: false)
        #expect(text.contains("Vulnerabilities | 12     | 3           | 75%"))
        #expect(text.contains("… critical      | 2      | 0           | 100%"))
        #expect(text.contains("… high          | 0      | 0           |\n"))
        #expect(SlimText.markdown(report).contains("| Vulnerabilities | 12 | 3 | 75% |\n"))
        #expect(
            SlimPage.page(report).contains(
                "<td>Vulnerabilities</td><td class=\"n\">12</td><td class=\"n\">3</td><td class=\"n\">75%</td>"))
    }
}
