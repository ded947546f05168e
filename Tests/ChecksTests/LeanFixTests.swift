import DockerfileSyntax
import Testing

@testable import Checks

/// What fixes of our own rules make of a file, and where they stay away.
struct LeanFixTests {
    private func fixed(_ text: String, _ rules: [Rule], _ inputs: CheckInputs = CheckInputs()) -> String {
        let result = FixApplication(Checker(rules: rules)).apply(to: Array(text.utf8), path: "D", inputs: inputs)
        return String(decoding: result.bytes, as: UTF8.self)
    }

    @Test("an unused stage goes with the empty lines behind it")
    func unusedStage() {
        #expect(
            fixed("ARG A\nFROM a AS tools\nRUN b\n\n# the result\nFROM c\nCOPY d /\n", [.unusedStage])
                == "ARG A\n# the result\nFROM c\nCOPY d /\n")
        #expect(fixed("FROM a AS tools\nRUN <<E\nb\nE\nFROM c\n", [.unusedStage]) == "FROM c\n")
        // A row of them goes from the last one on.
        #expect(fixed("FROM a AS x\nFROM x AS y\nFROM c\n", [.unusedStage]) == "FROM c\n")
    }

    @Test(
        "a stage stays when its comments or other stages' numbers would be lost",
        arguments: [
            "FROM a AS tools\n# why\nRUN b\nFROM c\n", "FROM a AS tools\nRUN b \\\n # why\n c\nFROM c\n",
            "FROM a AS tools\nFROM b\nFROM c\nCOPY --from=1 d /\n",
            "FROM a AS tools\nFROM b AS n\nFROM c\nRUN --mount=type=bind,from=1,target=/n d\n",
        ])
    func stageStays(_ text: String) { #expect(fixed(text, [.unusedStage]) == text) }

    @Test("development dependencies are left out at the end of the stage they are copied from")
    func pruning() {
        let before = "FROM node:20 AS b\nWORKDIR /a\nRUN npm ci\nRUN npm run build"
        let after = "\nFROM node:20\nWORKDIR /a\nCOPY --from=b /a/node_modules node_modules\n"
        let text = before + after
        #expect(fixed(text, [.developmentDependencies]) == before + " && npm prune --omit=dev" + after)
        let pruned = Checker(rules: [.developmentDependencies]).check(Array(text.utf8), path: "D")
        #expect(pruned.findings.first?.fix?.declares?.paths == ["/a/node_modules"])
    }

    @Test(
        "they stay where others may need them",
        arguments: [
            "FROM node:20 AS b\nRUN npm ci\nFROM b AS test\nRUN npm test\nFROM node:20\nCOPY --from=b /node_modules /n\n",
            "FROM node:20 AS b\nRUN [\"npm\", \"ci\"]\nFROM node:20\nCOPY --from=b /node_modules /n\n",
            "FROM node:20 AS b\nRUN yarn install\nFROM node:20\nCOPY --from=b /node_modules /n\n",
            "FROM node:20\nRUN npm ci\n",
        ])
    func pruningStaysAway(_ text: String) { #expect(fixed(text, [.developmentDependencies]) == text) }

    @Test(
        "a cache that is mounted is not cleaned",
        arguments: [
            ("FROM a\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n", Rule.dl3009),
            ("FROM a\nRUN --mount=type=cache,target=/etc/apk/cache apk add b=1\n", .dl3019),
            ("FROM a\nRUN --mount=type=cache,target=/var/cache/yum yum install -y b-1\n", .dl3032),
            ("FROM a\nRUN --mount=type=cache,target=/var/cache/dnf dnf install -y b-1\n", .dl3040),
            ("FROM a\nRUN --mount=type=cache,target=/root/.cache pip install b==1\n", .dl3042),
            ("FROM a\nRUN pip install --cache-dir=/c b==1\n", .dl3042),
            ("FROM a\nRUN --mount=type=cache,target=/root/.yarn yarn install\n", .dl3060),
        ])
    func mountedCaches(_ text: String, _ rule: Rule) { #expect(fixed(text, [rule]) == text) }

    @Test("what is put in ends its lines as the file does")
    func carriageReturns() {
        #expect(
            fixed("FROM a\r\nRUN apt-get update \\\r\n  && b\r\n", [.dl3009])
                == "FROM a\r\nRUN apt-get update \\\r\n  && b \\\r\n  && rm -rf /var/lib/apt/lists/*\r\n")
        #expect(fixed("FROM a\r\nRUN b\r\nRUN c\r\n", [.dl3059]) == "FROM a\r\nRUN b \\\r\n    && c\r\n")
    }

    @Test("what looks like a list is not given to exec")
    func lists() {
        #expect(fixed("FROM a\nENTRYPOINT ['b']\n", [.swallowedSignal]) == "FROM a\nENTRYPOINT ['b']\n")
    }
}
