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

    private func installed(_ texts: [String: String], _ run: String, _ copy: String = "COPY . .") -> String {
        let inputs = CheckInputs(buildContext: ExampleContext(texts: texts))
        return fixed(
            "FROM a\nWORKDIR /app\n# all\n\(copy)\n# install\n\(run)\nCMD [\"b\"]\n", [.sourceBeforeManifest], inputs)
    }

    @Test(
        "manifests are copied and dependencies installed before the rest",
        arguments: [
            (
                ["package.json": "{}", "package-lock.json": "{}", ".npmrc": "", "a.js": ""], "npm ci --omit=dev",
                "package.json package-lock.json .npmrc"
            ),
            (["package.json": "{}"], "npm install && npm cache clean --force", "package.json"),
            (["package.json": "{}", "yarn.lock": ""], "yarn install --frozen-lockfile", "package.json yarn.lock"),
            (["requirements.txt": "a==1\n# b\n"], "pip install --no-cache-dir -r requirements.txt", "requirements.txt"),
            (["go.mod": "module a\n", "go.sum": ""], "go mod download", "go.mod go.sum"),
        ] as [([String: String], String, String)])
    func manifestFirst(_ texts: [String: String], _ command: String, _ manifests: String) {
        #expect(
            installed(texts, "RUN " + command)
                == "FROM a\nWORKDIR /app\n# all\nCOPY \(manifests) ./\n# install\nRUN \(command)\nCOPY . .\nCMD [\"b\"]\n"
        )
        #expect(
            installed(texts, "RUN " + command, "COPY --chown=1:1 ./ /app").contains(
                "COPY --chown=1:1 \(manifests) /app/\n# install\nRUN \(command)\nCOPY --chown=1:1 ./ /app\n"))
    }

    @Test(
        "the order stays where the installation may need more",
        arguments: [
            (["package.json": #"{"scripts": {"prepare": "tsc"}}"#, "package-lock.json": ""], "npm ci"),
            (["package.json": #"{"dependencies": {"a": "file:a"}}"#, "package-lock.json": ""], "npm ci"),
            (["package.json": #"{"workspaces": ["a"]}"#, "package-lock.json": ""], "npm ci"),
            (["package.json": "{}", "package-lock.json": "", "node_modules/a/b.js": ""], "npm ci"),
            (["package.json": "{}", "package-lock.json": ""], "npm install"),
            (["package.json": "{}", "package-lock.json": ""], "npm ci && npm run build"),
            (["package.json": "{}", "yarn.lock": ""], "yarn"),
            (["package.json": "{}", "yarn.lock": "", ".yarnrc.yml": ""], "yarn install --frozen-lockfile"),
            (["a.js": ""], "npm ci"),
            (["package.json": "{}", "package-lock.json": ""], "npm ci --prefix=client"),
            (["requirements.txt": "a==1\n", "c.txt": ""], "pip install -r requirements.txt --constraint=c.txt"),
            (["requirements.txt": "vendor/a\n"], "pip install -r requirements.txt"),
            (["requirements.txt": "-r other.txt\n"], "pip install -r requirements.txt"),
            (["requirements.txt": " -e .\n"], "pip install -r requirements.txt"),
            (["requirements.txt": "a==1\n"], "pip install -r requirements.txt ."),
            (["requirements.txt": "a==1\n"], "pip install -r requirements.txt -r missing.txt"),
            (["go.mod": "replace b => ./b\n"], "go mod download"),
            (["go.mod": "module a\n", "vendor/modules.txt": ""], "go mod download"),
        ] as [([String: String], String)])
    func orderStays(_ texts: [String: String], _ command: String) {
        #expect(
            installed(texts, "RUN " + command)
                == "FROM a\nWORKDIR /app\n# all\nCOPY . .\n# install\nRUN \(command)\nCMD [\"b\"]\n")
    }

    @Test(
        "the order stays where the COPY is another",
        arguments: [
            "COPY . /srv", "COPY . src/", "COPY --exclude=a . .", "COPY . $D", "COPY [\".\", \".\"]", "ADD . .",
        ])
    func orderStaysFor(_ copy: String) {
        let texts = ["package.json": "{}", "package-lock.json": ""]
        #expect(!installed(texts, "RUN npm ci", copy).contains("package.json"))
    }

    @Test("what looks like a list is not given to exec")
    func lists() {
        #expect(fixed("FROM a\nENTRYPOINT ['b']\n", [.swallowedSignal]) == "FROM a\nENTRYPOINT ['b']\n")
    }
}
